"""Gateways and workers around one real server, in few words."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.handout.detector import HandedOut
from bot.handout.port import Lost, Pace
from bot.handout.redis_gateway import RedisPost
from bot.handout.redis_worker import RedisPile
from bot.handout.waiting import Bounds
from bot.handout.worker import Worker
from moderation.model import Message
from moderation.ports import Detector
from moderation.toxicity.detector import ToxicityDetector
from moderation.toxicity.port import Toxicity
from tests.handout.server import Server
from tests.journal.events import said
from tests.toxicity.models import Model, Notes

MODEL = "fake:1"
QUICK = Pace(wait=0.1, look=0.05, beat=0.2, alive=2.0, idle=1.5)
"""So that tests need not wait; still long enough for a machine with much else to do."""
PATIENT = Bounds(patience=60.0, grace=60.0)
LONG = 60.0
"""Seconds a test waits for something that should come at once; only a failing test waits so long."""


def saying(text: str) -> Message:
    return said("1", text).message


async def toxicity(detector: Detector, text: str) -> float:
    return next(signal.score for signal in await detector.inspect(saying(text)) if signal.label == "toxicity")


async def until(true: Callable[[], object]) -> None:
    """Look again and again, for a minute at most."""
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.01)


@dataclass
class Hand:
    """A worker in this process."""

    worker: Worker
    pile: RedisPile
    judge: ToxicityDetector
    stop: asyncio.Event
    running: asyncio.Task[None]

    async def end(self) -> None:
        """As by SIGTERM."""
        self.stop.set()
        await self.running

    async def drop(self) -> None:
        """As by SIGKILL: nothing is finished, nothing is said."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)


@dataclass
class Yard:
    """Everything that is closed at the end of a test."""

    server: Server
    closing: AsyncExitStack
    notes: Notes = field(default_factory=Notes)

    async def gateway(self, bounds: Bounds = PATIENT, model: str = MODEL, notes: Notes | None = None) -> HandedOut:
        gateway = HandedOut(
            RedisPost(self.server.url, model, QUICK), model=model, bounds=bounds, pace=QUICK, diary=notes
        )
        self.closing.push_async_callback(gateway.aclose)
        return gateway

    async def worker(self, model: Toxicity | None = None, *, key: str = MODEL, pace: Pace = QUICK, **how: Any) -> Hand:
        made = model if model is not None else Model(name=MODEL)
        judge = ToxicityDetector(lambda: made)
        pile = RedisPile(self.server.url, key, pace)
        worker = Worker(pile, judge, pace=pace, **how)
        stop = asyncio.Event()
        hand = Hand(worker, pile, judge, stop, asyncio.create_task(worker.run(stop)))
        self.closing.push_async_callback(_put_down, hand, made)
        return hand


async def _put_down(hand: Hand, model: Toxicity) -> None:
    if isinstance(model, Model):
        model.open.set()
    hand.stop.set()
    await asyncio.gather(hand.running, return_exceptions=True)
    await hand.judge.aclose()
    with contextlib.suppress(Lost):
        await hand.pile.aclose()


@asynccontextmanager
async def yard(server: Server) -> AsyncIterator[Yard]:
    async with AsyncExitStack() as closing:
        yield Yard(server, closing)
