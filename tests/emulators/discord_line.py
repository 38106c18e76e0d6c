"""One session and one connection of the Discord emulator's gateway."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from tests.emulators.discord_state import Json

KEPT: Final = 5000
"""Events of a session that are kept for resuming."""


@dataclass(slots=True)
class Session:
    """What a bot identified as; it outlives the connection, and is told its events again when it resumes."""

    id: str
    intents: int
    seq: int = 0
    kept: deque[tuple[int, Json]] = field(default_factory=lambda: deque(maxlen=KEPT))
    line: Line | None = None


class Line:
    """One connection: everything goes out in order, through one zlib stream when the bot asked for one."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, *, compressed: bool) -> None:
        self.socket = socket
        self.request = request
        self._zlib = zlib.compressobj() if compressed else None
        self._out: asyncio.Queue[tuple[Json | None, int]] = asyncio.Queue()
        self.session: Session | None = None
        self.farewell: int | None = None
        """The code with which this side closes; None while it does not."""

    def send(self, payload: Json) -> None:
        self._out.put_nowait((payload, 0))

    def close(self, code: int) -> None:
        """After what was said before; 1006 is no farewell at all: the connection is cut."""
        self.farewell = code
        self._out.put_nowait((None, code))

    async def write(self) -> None:
        """Send until closed."""
        while True:
            payload, code = await self._out.get()
            try:
                if payload is None:
                    await self._end(code)
                    return
                await self._put(json.dumps(payload))
            except ConnectionError:
                return

    async def _put(self, text: str) -> None:
        if self._zlib is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))

    async def _end(self, code: int) -> None:
        if code != 1006:
            await self.socket.close(code=code)
        elif self.request.transport is not None:
            self.request.transport.abort()
