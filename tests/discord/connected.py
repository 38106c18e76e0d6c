"""Sereno's Discord adapter on the emulator, over real sockets, with a journal of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.adapters.discord import Discord
from bot.adapters.ground import Ground
from bot.adapters.homes import Homes
from bot.commands.spec import Audience, Kind, Parameter, Spec
from bot.configuration.environment import environment
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.journal import Journal
from bot.stores.kept import Kept
from bot.stores.opening import open_journal
from bot.stores.sent import Sent
from bot.stores.tables import gap
from bot.stores.times import SystemClock
from bot.stores.writer import Work
from moderation.errors import StoreError
from moderation.model import Capability, Event, MessageRef, author_of
from moderation.ports import Accepted, Chat
from tests.contract.on_world import OnWorld
from tests.discord.world import DiscordWorld
from tests.emulators.common import eventually


def _words(en: str, es: str) -> dict[str, str]:
    return {"en": en, "es": es}


SPECS = (
    Spec("help", _words("What I can do", "Qué sé hacer")),
    Spec(
        "warn",
        _words("Warn somebody", "Avisar a alguien"),
        (
            Parameter("member", Kind.MEMBER, _words("Whom", "A quién")),
            Parameter("reason", Kind.LONG, _words("Why", "Por qué")),
        ),
        Audience.MODERATORS,
        Capability.TIMEOUT,
        _words("Warn", "Avisar"),
    ),
    Spec(
        "report",
        _words("Ask moderators to look", "Pedir que la moderación mire"),
        (Parameter("reason", Kind.TEXT, _words("Why", "Por qué"), required=False),),
        menu=_words("Report", "Denunciar"),
    ),
    Spec(
        "config mode",
        _words("Shadow or enforce", "Sombra o de verdad"),
        (
            Parameter(
                "mode",
                Kind.CHOICE,
                _words("Which", "Cuál"),
                choices={"shadow": _words("Shadow", "Sombra"), "enforce": _words("Enforce", "De verdad")},
            ),
        ),
        Audience.ADMINS,
    ),
)


@dataclass
class Heard:
    """The door: what came in, in the order in which it was on disk; `broken` makes it refuse so many times."""

    journal: Journal
    own: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    again: list[Event] = field(default_factory=list)
    broken: int = 0

    async def __call__(self, event: Event, extra: Work[None] | None = None) -> Accepted | None:
        if self.broken:
            self.broken -= 1
            raise StoreError("the disk is full")
        author = author_of(event)
        if author is not None and author.ref.id in self.own:
            return None
        accepted = await self.journal.accept(event, extra)
        (self.events if accepted.new else self.again).append(event)
        return accepted

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def hears(self, kind: type[Any], times: int = 1) -> Any:
        """The event of this kind, once so many have come."""
        await eventually(lambda: len(self.of(kind)) >= times, saying=f"{kind.__name__} among {self.events}")
        return self.of(kind)[times - 1]


@dataclass
class Connected(OnWorld):
    """A world and the adapter on it; enough of a `Platform` for the contract."""

    world: DiscordWorld
    adapter: Discord
    heard: Heard
    ground: Ground
    connecting: asyncio.Task[None] | None = None

    @property
    def chat(self) -> Chat:
        return self.adapter.chat

    async def says(self, name: str, text: str) -> MessageRef:
        """Writes, and Sereno has it on disk."""
        ref = await self.world.says(name, text)
        await eventually(lambda: self._has(ref), saying=f"{text} came in")
        return ref

    def _has(self, ref: MessageRef) -> bool:
        return any(f":{ref.id}:" in event.key for event in (*self.heard.events, *self.heard.again))

    async def gaps(self) -> list[Any]:
        journal = self.heard.journal
        return list(await journal.read(lambda connection: connection.execute(select(gap)).all()))

    async def connect(self) -> None:
        """Connected and caught up."""
        self.connecting = asyncio.create_task(self.adapter.connect())
        await eventually(lambda: self.adapter.caught_up or bool(self.connecting and self.connecting.done()))
        if self.connecting.done():
            await self.connecting

    async def disconnect(self) -> None:
        if self.connecting is not None:
            self.connecting.cancel()
            await asyncio.gather(self.connecting, return_exceptions=True)
        await self.adapter.aclose()


def stand(world: DiscordWorld, journal: Journal, specs: Sequence[Spec] = SPECS, **how: Any) -> Connected:
    """An adapter that is not connected yet."""
    clock, heard = SystemClock(), Heard(journal)
    ground = Ground(
        accept=heard,
        homes=Homes((world.home,)),
        cursors=Cursors(journal, clock),
        sent=Sent(journal, clock, "discord"),
        kept=Kept(journal),
        gaps=Gaps(journal, clock),
        budgets=Budgets(journal, clock),
        clock=clock,
        me=heard.own.add,
        commands=specs,
    )
    return Connected(world, Discord(environment(world.environment), ground, **how), heard, ground)


@asynccontextmanager
async def journal_in(data: Path) -> AsyncIterator[Journal]:
    journal = open_journal(data, SystemClock())
    await journal.start()
    try:
        yield journal
    finally:
        await journal.stop()


@asynccontextmanager
async def connected(data: Path, world: DiscordWorld | None = None, **how: Any) -> AsyncIterator[Connected]:
    """An adapter that is connected and has caught up, on `world` or a new one."""
    async with journal_in(data) as journal:
        if world is not None:
            async with _on(world, journal, **how) as one:
                yield one
            return
        async with DiscordWorld.opened() as fresh, _on(fresh, journal, **how) as one:
            yield one


@asynccontextmanager
async def _on(world: DiscordWorld, journal: Journal, **how: Any) -> AsyncIterator[Connected]:
    one = stand(world, journal, **how)
    try:
        await one.connect()
        yield one
    finally:
        await one.disconnect()
