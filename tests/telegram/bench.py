"""The adapter connected to a world, with a journal of its own, and what came in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.adapters.ground import Ground
from bot.adapters.homes import Home, Homes
from bot.adapters.telegram import Telegram
from bot.adapters.telegram_polling import Tempo
from bot.commands.spec import Spec
from bot.configuration.environment import environment
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.journal import Journal
from bot.stores.kept import Kept
from bot.stores.opening import open_journal
from bot.stores.sent import Sent
from bot.stores.writer import Work
from moderation.errors import StoreFull
from moderation.model import Event
from moderation.ports import Accepted
from tests.emulators.common import eventually
from tests.telegram.world import TelegramWorld

E = TypeVar("E")
QUICK = Tempo(poll=5, first=0.05, longest=0.2, standby=0.3)


class Now:
    """The time of this machine, moved by whoever wants."""

    def __init__(self) -> None:
        self.offset = datetime.now(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class Bench:
    """A connected adapter. `full` stands for a disk without room."""

    world: TelegramWorld
    journal: Journal
    clock: Now = field(default_factory=Now)
    commands: Sequence[Spec] = ()
    home: Home | None = None
    accepted: list[Event] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    full: bool = False
    adapter: Telegram = field(init=False)
    running: asyncio.Task[None] | None = None
    mine: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.adapter = Telegram(environment(self.world.environment), self.ground(), QUICK)

    def ground(self) -> Ground:
        journal, clock = self.journal, self.clock
        return Ground(
            accept=self._accept,
            homes=Homes([self.home or self.world.home]),
            cursors=Cursors(journal, clock),
            sent=Sent(journal, clock, "telegram"),
            kept=Kept(journal),
            gaps=Gaps(journal, clock),
            budgets=Budgets(journal, clock),
            clock=clock,
            me=self.mine.append,
            commands=self.commands,
        )

    async def _accept(self, event: Event, extra: Work[None] | None = None) -> Accepted | None:
        if self.full:
            raise StoreFull("no room left")
        accepted = await self.journal.accept(event, extra)
        self.seen.append(event.key)
        if accepted.new:
            self.accepted.append(event)
        return accepted

    def of(self, kind: type[E]) -> list[E]:
        """What was accepted of one kind, in order."""
        return [event for event in self.accepted if isinstance(event, kind)]

    async def settled(self) -> None:
        """Everything that happened so far is accepted and confirmed."""
        await self.world.emulator.read()

    async def connects(self) -> None:
        self.running = asyncio.create_task(self.adapter.connect())
        await eventually(lambda: self.adapter.trouble is None or self._over(), saying="connected")

    def _over(self) -> bool:
        return self.running is not None and self.running.done()

    async def falls(self) -> None:
        """The connection is let go."""
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
        await self.adapter.aclose()


@asynccontextmanager
async def bench(
    world: TelegramWorld,
    data: Path,
    *,
    commands: Sequence[Spec] = (),
    home: Home | None = None,
    connect: bool = True,
) -> AsyncIterator[Bench]:
    """A bench on a data folder of its own."""
    clock = Now()
    journal = open_journal(data, clock)
    await journal.start()
    one = Bench(world, journal, clock, commands, home)
    try:
        if connect:
            await one.connects()
        yield one
    finally:
        await one.falls()
        await journal.stop()
