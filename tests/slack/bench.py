"""Sereno's Slack adapter on the emulator: real SDK, real sockets, a real journal; nobody decides anything."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.adapters.ground import Ground
from bot.adapters.homes import Homes
from bot.adapters.slack import SlackAdapter
from bot.adapters.slack_chat import SlackChat
from bot.commands.spec import Spec
from bot.configuration.environment import environment
from bot.intake import Intake, Own
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.journal import Journal
from bot.stores.kept import Kept
from bot.stores.opening import open_journal
from bot.stores.sent import Sent
from bot.stores.times import SystemClock
from bot.stores.writer import Work
from moderation.model import Event, MessagePosted, MessageRef
from moderation.ports import Accepted
from tests.contract.on_world import OnWorld
from tests.emulators.common import eventually
from tests.emulators.slack_people import People
from tests.slack.world import SlackWorld


@dataclass
class Bench(OnWorld):
    """A running adapter and everything it let in. Also the contract's platform."""

    world: SlackWorld
    journal: Journal
    ground: Ground
    adapter: SlackAdapter
    events: list[Event] = field(default_factory=list)
    ended: BaseException | None = None
    broken: list[Exception] = field(default_factory=list)
    """What the door raises for the next events, one each."""
    _task: asyncio.Task[None] | None = None

    @property
    def people(self) -> People:
        return self.world.people

    @property
    def chat(self) -> SlackChat:
        return self.adapter.chat

    async def connect(self) -> None:
        """Connect, again and again as the bot would, and wait until it is well."""
        self._task = asyncio.create_task(self._keep())
        await eventually(lambda: self.adapter.trouble is None or self.ended, saying=str(self.adapter.trouble))
        if self.ended is not None:
            raise self.ended

    async def _keep(self) -> None:
        from moderation.errors import Refused

        while True:
            try:
                await self.adapter.connect()
            except Refused as refused:
                self.ended = refused
                return
            except Exception as error:  # noqa: BLE001 - as the bot's own supervision does
                self.lost = error
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.adapter.aclose()

    async def heard(self, kind: type[Any], count: int = 1) -> list[Any]:
        """So many events of a kind, once they are on disk."""
        await eventually(lambda: len(self.of(kind)) >= count, saying=f"{count} {kind.__name__}: {self.events}")
        return self.of(kind)

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def settled(self) -> None:
        """Everything the emulator has told is acknowledged."""
        await self.world.slack.sockets.settled()

    # The contract's platform.

    async def says(self, name: str, text: str) -> MessageRef:
        ref = await self.world.says(name, text)
        await eventually(lambda: any(one.message.ref == ref for one in self.of(MessagePosted)))
        return ref

    async def becomes_moderator(self, name: str) -> None:
        await super().becomes_moderator(name)
        await self.settled()


@asynccontextmanager
async def bench(
    world: SlackWorld, data: Path, *, commands: Sequence[Spec] = (), ping: float = 0.5, patience: float = 5.0
) -> AsyncIterator[Bench]:
    """An adapter that is not yet connected."""
    clock = SystemClock()
    journal = open_journal(data, clock)
    await journal.start()
    own = Own({})
    intake = Intake(journal, own)
    made: list[Bench] = []

    async def accept(event: Event, extra: Work[None] | None = None) -> Accepted | None:
        if made[0].broken:
            raise made[0].broken.pop(0)
        return await intake.accept(event, extra)

    ground = Ground(
        accept=accept,
        homes=Homes([world.home]),
        cursors=Cursors(journal, clock),
        sent=Sent(journal, clock, "slack"),
        kept=Kept(journal),
        gaps=Gaps(journal, clock),
        budgets=Budgets(journal, clock),
        clock=clock,
        me=lambda account: own.also("slack", account),
        commands=commands,
    )
    adapter = SlackAdapter(environment(world.environment), ground, ping=ping, patience=patience)
    one = Bench(world, journal, ground, adapter)
    made.append(one)
    journal.on_accepted = lambda accepted: one.events.extend(each.event for each in accepted)
    try:
        yield one
    finally:
        await one.stop()
        await journal.stop()


@asynccontextmanager
async def connected(
    world: SlackWorld, data: Path, *, commands: Sequence[Spec] = (), ping: float = 0.5
) -> AsyncIterator[Bench]:
    """An adapter that listens."""
    async with bench(world, data, commands=commands, ping=ping) as one:
        await one.connect()
        yield one
