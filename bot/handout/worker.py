"""What a scoring worker does: it takes texts in batches, has them judged, answers, and takes over from the dead.

It holds at most `hands` batches. Each text is answered and removed in one step; a worker that dies leaves its texts to
the others, who judge them one by one and with nothing beside them, so that a text that kills workers harms only itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from bot.handout.ending import ended
from bot.handout.local import Judge
from bot.handout.pauses import Pauses
from bot.handout.port import Answer, Lost, Pace, Pile, Request
from moderation.errors import DetectorError
from moderation.model import ChannelRef, Member, MemberRef, Message, MessageRef

NOBODY: Final = Member(MemberRef("", "", ""))
NOWHERE: Final = MessageRef(ChannelRef("", "", ""), "")
GIVEN_UP: Final = "the text was given up: every worker that took it ended without an answer"
TRIES: Final = 5
"""Attempts at giving an answer. After that whoever waits has lost patience, or has put the text there again."""


@dataclass(slots=True)
class Tally:
    """Texts counted since the start, for figures. `taken_over` are those of the dead."""

    taken: int = 0
    answered: int = 0
    failed: int = 0
    taken_over: int = 0
    given_up: int = 0
    lost: int = 0


class Worker:
    """One worker around one detector. `batch` is in texts, `hands` how many batches are under way at once: while one is
    judged the next is fetched."""

    def __init__(self, pile: Pile, judge: Judge, *, pace: Pace = Pace(), batch: int = 32, hands: int = 2) -> None:
        self.tally = Tally()
        self._pile = pile
        self._judge = judge
        self._pace = pace
        self._batch = batch
        self._hands = hands
        self._held: dict[str, Request] = {}
        self._turn = asyncio.Condition()
        self._judging = 0
        self._alone = False
        self._tidied = False
        self._log: Any = structlog.get_logger(__name__)
        self._away: str | None = None

    async def run(self, stop: asyncio.Event, grace: float = 8.0) -> None:
        """Work until `stop` is set; then finish what is under way, within `grace` seconds. What is left others take."""
        self._judge.start()
        over = asyncio.Event()
        beating = asyncio.create_task(self._until(over, lambda _: self._beat(stop, over)), name="beat")
        hands = [asyncio.create_task(self._until(stop, self._take), name="hand") for _ in range(self._hands)]
        hands.append(asyncio.create_task(self._until(stop, self._take_over), name="heir"))
        try:
            await stop.wait()
            await asyncio.wait(hands, timeout=grace)
        finally:
            await ended([*hands, beating])

    async def _until(self, stop: asyncio.Event, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        """Again and again, with pauses while it does not work."""
        pauses = Pauses()
        while not stop.is_set():
            try:
                await work(stop)
                pauses.start_over()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong with one batch, the next is taken
                self._trouble(error)
                await _nap(stop, pauses.next())

    async def _take(self, stop: asyncio.Event) -> None:
        if self._judge.trouble is not None:  # others shall have what this one cannot judge
            await _nap(stop, 0.1)
            return
        requests = await self._pile.take(self._batch)
        self._well()
        if requests:
            self.tally.taken += len(requests)
            await self._answer(requests)

    async def _take_over(self, stop: asyncio.Event) -> None:
        if not self._tidied:
            await self._pile.tidy()
            self._tidied = True
        request = await self._pile.abandoned() if self._judge.trouble is None else None
        if request is None:
            await _nap(stop, self._pace.idle / 4)
            return
        self.tally.taken_over += 1
        if request.deliveries > self._pace.deliveries:
            self.tally.given_up += 1
            self._log.error("a text was given up", deliveries=request.deliveries - 1, characters=len(request.text))
            await self._give([(request, Answer(request.number, failed=GIVEN_UP))])
        else:
            await self._answer([request], alone=True)

    async def _answer(self, requests: Sequence[Request], *, alone: bool = False) -> None:
        self._held |= {request.name: request for request in requests}
        try:
            async with self._room(alone=alone):
                answers = await asyncio.gather(*map(self._judged, requests))
            await self._give(list(zip(requests, answers, strict=True)))
        finally:
            for request in requests:
                self._held.pop(request.name, None)

    @contextlib.asynccontextmanager
    async def _room(self, *, alone: bool) -> AsyncIterator[None]:
        """A turn at judging; what must be judged alone waits for the others and keeps them out."""
        async with self._turn:
            await self._turn.wait_for(lambda: not self._alone)
            self._alone = alone
            await self._turn.wait_for(lambda: not (alone and self._judging))
            self._judging += 1
        try:
            yield
        finally:
            async with self._turn:
                self._judging -= 1
                self._alone = self._alone and not alone
                self._turn.notify_all()

    async def _judged(self, request: Request) -> Answer:
        """Workers learn nothing of people: what is judged is a text that nobody wrote nowhere."""
        message = Message(NOWHERE, NOBODY, request.text, datetime.now(UTC))
        try:
            return Answer(request.number, tuple(await self._judge.inspect(message)))
        except DetectorError as error:
            self.tally.failed += 1
            return Answer(request.number, failed=str(error))

    async def _give(self, done: Sequence[tuple[Request, Answer]]) -> None:
        pauses = Pauses()
        for left in reversed(range(TRIES)):
            try:
                await self._pile.give(done)
            except Lost:
                if not left:
                    raise
                await asyncio.sleep(pauses.next())
            else:
                self.tally.answered += len(done)
                return

    async def _beat(self, stop: asyncio.Event, over: asyncio.Event) -> None:
        """Say that this worker is there, and what it holds: the latter also while it finishes."""
        if self._judge.trouble is None and not stop.is_set():
            await self._pile.here()
        await self._pile.mention(tuple(self._held))
        await _nap(over, self._pace.beat)

    def _trouble(self, error: Exception) -> None:
        self.tally.lost += 1
        why = str(error) if isinstance(error, Lost) else f"{type(error).__name__} in the worker"
        if why != self._away:
            self._away = why
            self._log.warning("no texts can be taken; trying again", why=why)

    def _well(self) -> None:
        if self._away is not None:
            self._away = None
            self._log.info("texts can be taken again")


async def _nap(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not past the end."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
