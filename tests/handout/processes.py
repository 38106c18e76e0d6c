"""Worker processes that a test starts, kills and is told about."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.handout.yard import QUICK
from tests.house.programs import ROOT


@dataclass
class Child:
    process: asyncio.subprocess.Process

    async def says(self, word: str) -> None:
        """Until it has printed a line with this in it."""
        assert self.process.stdout is not None
        while word not in (line := (await self.process.stdout.readline()).decode()):
            assert line, f"it ended without saying {word}"

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self._drained()

    async def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self._drained()

    async def _drained(self) -> int:
        await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def worker_process(url: str, idle: float = QUICK.idle) -> AsyncIterator[Child]:
    command = (sys.executable, "-m", "tests.handout.worker_process", url, str(idle))
    child = Child(await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE))
    try:
        await child.says("ready")
        yield child
    finally:
        await child.kill()
