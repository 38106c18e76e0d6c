"""The adapter connected to a world, with everything it stands on: what a test needs of Sereno and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr
from sqlalchemy import select

from bot.adapters.ground import Ground
from bot.adapters.homes import Home, Homes
from bot.adapters.matrix import Matrix, adapter
from bot.commands.spec import Spec
from bot.configuration.environment import VARIABLES, Environment
from bot.connecting import Connections, State
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.journal import Journal
from bot.stores.kept import Kept
from bot.stores.opening import open_journal
from bot.stores.sent import Sent
from bot.stores.tables import case
from bot.stores.times import SystemClock
from bot.stores.writer import Work
from moderation.errors import StoreError
from moderation.model import Event
from moderation.ports import Accepted
from tests.matrix.world import MatrixWorld

T = TypeVar("T")
PATIENCE = 60.0
COMMANDS = tuple(Spec(name, {"en": name, "es": name}) for name in ("help", "report", "warn", "timeout", "link"))


async def eventually(look: Callable[[], Awaitable[T]], right: Callable[[T], object] = bool) -> T:
    """Look again and again until it is right."""
    seen: T | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                seen = await look()
                if right(seen):
                    return seen
                await asyncio.sleep(0.03)
    except TimeoutError:
        raise AssertionError(f"in the end it was {seen!r}") from None


@dataclass
class Connected:
    """`events` are those that were new, in the order of their acceptance; `refusing` times the store says no."""

    journal: Journal
    ground: Ground
    adapter: Matrix
    connections: Connections
    events: list[Event] = field(default_factory=list)
    refusing: int = 0
    again: int = 0

    async def accept(self, event: Event, extra: Work[None] | None = None) -> Accepted | None:
        if self.refusing:
            self.refusing -= 1
            raise StoreError("no")
        accepted = await self.journal.accept(event, extra)
        if accepted.new:
            self.events.append(event)
        else:
            self.again += 1
        return accepted

    async def heard(self, kind: type[T], count: int = 1) -> list[T]:
        """The events of one kind, once there are so many."""

        async def found() -> list[T]:
            return [event for event in self.events if isinstance(event, kind)]

        return await eventually(found, lambda events: len(events) >= count)

    async def cases(self) -> list[str]:
        """What the cases on the desk are about."""
        query = select(case.c.about)
        return list(await self.journal.read(lambda connection: connection.scalars(query).all()))

    async def state(self) -> State:
        return self.connections.all["matrix"].state


def environment_of(world: MatrixWorld) -> Environment:
    said = {VARIABLES[name]: SecretStr(value) for name, value in world.environment.items()}
    return Environment(
        matrix_homeserver=said["matrix_homeserver"],
        matrix_user=said["matrix_user"],
        matrix_token=said["matrix_token"],
    )


@asynccontextmanager
async def connected(
    world: MatrixWorld,
    folder: Path,
    *,
    home: Home | None = None,
    environment: Environment | None = None,
    commands: Sequence[Spec] = COMMANDS,
    wait: bool = True,
) -> AsyncIterator[Connected]:
    """Until the block ends; the same folder again is the same Sereno after a restart."""
    clock = SystemClock()
    journal = open_journal(folder, clock)
    await journal.start()
    gaps = Gaps(journal, clock)
    made: list[Connected] = []

    async def accept(event: Event, extra: Work[None] | None = None) -> Accepted | None:
        return await made[0].accept(event, extra)

    ground = Ground(
        accept=accept,
        homes=Homes([home or world.home]),
        cursors=Cursors(journal, clock),
        sent=Sent(journal, clock, "matrix"),
        kept=Kept(journal),
        gaps=gaps,
        budgets=Budgets(journal, clock),
        clock=clock,
        me=lambda account: None,
        commands=commands,
    )
    matrix = adapter(environment or environment_of(world), ground)
    assert isinstance(matrix, Matrix)
    sereno = Connected(journal, ground, matrix, Connections({"matrix": matrix}, gaps, world.home.community))
    made.append(sereno)
    sereno.connections.start()
    try:
        if wait:
            await eventually(sereno.state, lambda state: state is State.CONNECTED)
        yield sereno
    finally:
        await sereno.connections.stop()
        await sereno.connections.close()
        await journal.stop()
