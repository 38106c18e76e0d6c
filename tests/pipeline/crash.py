"""A short evening in a chat, played to the end however often the bot dies on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.adapters.twin import Twin, TwinState
from bot.failpoints import Failpoints, SimulatedCrash
from bot.stores import audit, tables
from moderation.errors import StoreError
from moderation.model import Event
from tests.pipeline.stage import Stage, SteppingClock, build

Step = Callable[[Stage], Any]


async def abandon(stage: Stage) -> None:
    """Throw the bot away as `kill -9` would: nothing is written, nobody is told; only threads and files are closed."""
    app = stage.app
    journal = app.journal
    tasks = [*app._tasks, *app.pipeline._tasks, *app.runner._tasks, *app.enforcer._lines]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await journal._writer.stop()
    journal._readers.shutdown(wait=True)
    journal.engine.dispose()
    if app._let_go is not None:
        app._let_go()


async def play(
    data: Path, evening: Sequence[Step], points: Failpoints, people: Callable[[Twin], None] | None = None, **how: Any
) -> tuple[dict[str, Any], int]:
    """The evening until its end: what was not acknowledged when the bot died is delivered again to the next one.

    Returns what is true in the end, and how often the bot died.
    """
    clock, state, deaths = SteppingClock(), TwinState(), 0
    next_step = 0
    while True:
        stage = build(data, state=state, clock=clock, points=points, **how)
        if people is not None:
            people(stage.twin)
        died = _watch(points)
        playing = asyncio.create_task(_perform(stage, evening, next_step))
        dying = asyncio.create_task(died.wait())
        await asyncio.wait({playing, dying}, return_when=asyncio.FIRST_COMPLETED)
        if died.is_set():
            playing.cancel()
            with contextlib.suppress(asyncio.CancelledError, SimulatedCrash, StoreError):
                await playing
            next_step = getattr(stage, "done", next_step)
            await abandon(stage)
            deaths += 1
            points = Failpoints()
            continue
        dying.cancel()
        await playing
        truth = await _truth(stage)
        await stage.app.stop()
        return truth, deaths


def _watch(points: Failpoints) -> asyncio.Event:
    """Set when the bot dies, on whichever thread that happens."""
    died = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)

    def dead() -> None:
        loop.call_soon_threadsafe(died.set)

    points.on_crash = dead
    return died


async def _perform(stage: Stage, evening: Sequence[Step], first: int) -> None:
    stage.done = first  # type: ignore[attr-defined]
    await stage.app.start()
    for step in evening[first:]:
        await step(stage)
        stage.done += 1  # type: ignore[attr-defined]
    await stage.app.settled()


async def _truth(stage: Stage) -> dict[str, Any]:
    def read(connection: Any) -> dict[str, Any]:
        inbox = connection.execute(select(tables.inbox.c.key, tables.inbox.c.state)).all()
        intents = connection.execute(
            select(tables.intent.c.action, tables.intent.c.undoes != "", tables.intent.c.state)
        ).all()
        cases = connection.execute(select(tables.case.c.rules, tables.case.c.state, tables.case.c.origin)).all()
        strikes = connection.execute(select(tables.strike.c.rule, tables.strike.c.removed_at.is_(None))).all()
        decisions = connection.execute(select(tables.decision.c.seq)).all()
        return {
            "inbox": Counter(tuple(row) for row in inbox),
            "intents": Counter(tuple(row) for row in intents),
            "cases": Counter(tuple(row) for row in cases),
            "strikes": Counter(tuple(row) for row in strikes),
            "decisions": len(decisions),
            "notes": connection.scalar(select(func.count()).select_from(tables.note)),
            "audit": audit.verify(connection),
        }

    rows = await stage.app.journal.read(read)
    state = stage.twin.state
    return rows | {
        "visible": stage.twin.visible(),
        "told": Counter((member, text) for member, _, text in state.told),
        "effects": Counter(state.log),
        "silenced": {name: member.timeout_until for name, member in state.members.items()},
        "judged": Counter(stage.stream.noted),
    }


def hear(make: Callable[[Twin], Event]) -> Step:
    """Something happens on the platform, once, and is delivered until it is acknowledged."""
    made: list[Event] = []

    async def step(stage: Stage) -> None:
        if not made:
            made.append(make(stage.twin))
        await stage.app.accept(made[0])

    return step


async def settle(stage: Stage) -> None:
    """Wait until nothing is left to do."""
    await stage.app.settled()


def undo(number: int) -> Step:
    """A moderator takes a case back."""

    async def step(stage: Stage) -> None:
        await stage.app.undo(str(number), "twin:mod")

    return step
