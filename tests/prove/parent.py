"""A platform that outlives its bot: delivers until acknowledged, carries out what it is asked, and keeps count."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.adapters.twin import Twin
from bot.stores import audit, tables
from bot.stores.sql import connect, sqlite_url
from bot.stores.times import SystemClock
from moderation.errors import ChatError
from moderation.model import MessagePosted
from tests.prove.wire import receive, send

TALK = ("hola a todos", "what a day", "anyone for chess?", "gracias", "see you", "nos vemos")
BAD = ("a slur", "a scam", "a link")


@dataclass
class Tally:
    """What the platform saw."""

    kills: int = 0
    stops: int = 0
    sent: int = 0
    slowest_stop: float = 0.0
    slowest_start: float = 0.0
    problems: list[str] = field(default_factory=list)


class Evening:
    """One platform, one bot at a time."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.data = folder / "data"
        self.socket = str(Path(tempfile.mkdtemp(prefix="sereno-")) / "s")
        self.twin = Twin(SystemClock())
        self.tally = Tally()
        self.unacknowledged: dict[str, MessagePosted] = {}
        self.events: dict[str, str] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._ready = asyncio.Event()
        self._settled = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.socket)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        shutil.rmtree(Path(self.socket).parent, ignore_errors=True)

    async def spawn(self) -> None:
        """A new bot, which may be killed before it is ready."""
        self._ready.clear()
        command = (sys.executable, "-m", "tests.prove.child", self.socket, str(self.data))
        self._process = await asyncio.create_subprocess_exec(*command)

    async def start_bot(self) -> None:
        began = time.monotonic()
        await self.spawn()
        await asyncio.wait_for(self._ready.wait(), 60)
        self.tally.slowest_start = max(self.tally.slowest_start, time.monotonic() - began)
        for event in list(self.unacknowledged.values()):
            await self._deliver(event)

    async def kill(self) -> None:
        """kill -9, at whatever moment this is."""
        await self._end(signal.SIGKILL)
        self.tally.kills += 1

    async def terminate(self) -> int:
        """SIGTERM, and how the bot left."""
        began = time.monotonic()
        code = await self._end(signal.SIGTERM)
        self.tally.stops += 1
        self.tally.slowest_stop = max(self.tally.slowest_stop, time.monotonic() - began)
        return code

    async def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        code = await self._process.wait()
        self._writer = None
        return code

    async def talk(self, count: int, pause: float = 0.0) -> None:
        """People write; the platform delivers, some of it twice."""
        for _ in range(count):
            text = self.dice.choice(BAD) if self.dice.random() < 0.1 else self.dice.choice(TALK)
            event = self.twin.says(f"member{self.dice.randrange(50)}", text)
            self.events[event.key] = text
            self.unacknowledged[event.key] = event
            self.tally.sent += 1
            for _ in range(2 if self.dice.random() < 0.05 else 1):
                await self._deliver(event)
            if pause:
                await asyncio.sleep(pause)

    async def settle(self) -> None:
        """Until everything is acknowledged, decided and done."""
        while self.unacknowledged:
            await asyncio.sleep(0.02)
        self._settled.clear()
        assert self._writer is not None
        await send(self._writer, ("settle",))
        await asyncio.wait_for(self._settled.wait(), 120)

    async def _deliver(self, event: MessagePosted) -> None:
        if self._writer is not None and not self._writer.is_closing():
            with contextlib.suppress(ConnectionError):
                await send(self._writer, ("event", event))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, *rest = await receive(reader)
                if kind == "ready":
                    self._ready.set()
                elif kind == "settled":
                    self._settled.set()
                elif kind == "ack":
                    self.unacknowledged.pop(rest[0], None)
                else:
                    await self._call(writer, *rest)
        writer.close()

    async def _call(self, writer: asyncio.StreamWriter, number: int, name: str, args: Any, kwargs: Any) -> None:
        try:
            result, error = await getattr(self.twin, name)(*args, **kwargs), None
        except ChatError as trouble:
            result, error = None, trouble
        await send(writer, ("answer", number, result, error))

    def judge(self) -> Tally:
        """Compare the world with what it should be: everything once, nothing lost."""
        engine = connect(sqlite_url(self.data / "sereno.db"))
        with engine.connect() as connection:
            rows = connection.execute(select(tables.inbox.c.key, tables.inbox.c.state)).all()
            cases = connection.scalar(select(func.count()).select_from(tables.case))
            states = Counter(connection.scalars(select(tables.intent.c.state)))
            broken = audit.verify(connection)
        engine.dispose()
        bad = [key for key, text in self.events.items() if text in BAD]
        self._expect("events in the journal", sorted(row.key for row in rows), sorted(self.events))
        self._expect("undecided events", [row.key for row in rows if row.state != 1], [])
        self._expect("cases", cases, len(bad))
        self._expect("intents not applied", {state: n for state, n in states.items() if state != "applied"}, {})
        self._expect("first broken audit row", broken, None)
        self._expect("effects done twice", [effect for effect, n in self._once().items() if n > 1], [])
        self._expect("notices", len(self.twin.state.told), len(bad))
        hidden = [kept.message.ref.id for kept in self.twin.state.messages.values() if kept.state != "shown"]
        self._expect("hidden messages", len(hidden), len(bad))
        return self.tally

    def _once(self) -> Counter[str]:
        """Effects that must happen once; the same person may be silenced again for another message."""
        return Counter(entry for entry in self.twin.state.log if not entry.startswith("timeout"))

    def _expect(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.tally.problems.append(f"{what}: {str(found)[:300]} instead of {str(expected)[:300]}")
