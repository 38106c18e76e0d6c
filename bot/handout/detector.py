"""A gateway's detector that hands texts to workers, and never lets them hold up the bot.

The journal has every event, so nothing here is kept anywhere else than in memory: whatever Redis forgets is put there
again while somebody waits for it. A text nobody scored in time has silent labels, as with a model in this process.

- Too much waits: what comes in addition is silent at once.
- No worker is alive, or Redis is away, for longer than `grace`: everything is silent at once until that has changed.
- An answer comes twice, or late: it is dropped. An answer is only ever given to the text it was asked for.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.handout.ending import ended
from bot.handout.pauses import Pauses
from bot.handout.port import Answer, Lost, Pace, Post
from bot.handout.waiting import Asked, Bounds, Tally
from moderation.errors import DetectorError
from moderation.model import Message, Signal
from moderation.toxicity.detector import Diary
from moderation.toxicity.labels import LABELS

STOPPING: Final = "Sereno is stopping"
AT_ONCE: Final = 256
"""Texts in one round trip."""


@dataclass(slots=True)
class _Standing:
    """Whether workers answer: `heard` of last at a moment of `time.monotonic`, `seen` at all; `told` what was written down."""

    heard: float
    seen: bool = False
    why: str = "no scoring worker has been seen yet"
    told: bool | None = None


class HandedOut:
    """A Detector (moderation/ports.py) whose model runs in workers. One belongs to one event loop."""

    def __init__(
        self, post: Post, *, model: str, bounds: Bounds = Bounds(), pace: Pace = Pace(), diary: Diary | None = None
    ) -> None:
        self.name = "toxicity"
        self.labels = frozenset(LABELS)
        self.tally = Tally()
        self._post = post
        self._model = model
        self._bounds = bounds
        self._pace = pace
        self._diary = diary
        self._numbers = 0
        self._waiting: dict[int, Asked] = {}
        self._outbox: deque[int] = deque()
        self._back: list[str] = []
        self._wake = asyncio.Event()
        self._introduced = asyncio.Event()
        self._standing = _Standing(time.monotonic() if bounds.hopeful else -math.inf)
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        """Messages that wait to be judged."""
        return len(self._waiting)

    @property
    def trouble(self) -> str | None:
        """Why nothing is scored at the moment, in a sentence; None while workers answer, or may soon."""
        if self._closed:
            return STOPPING
        if time.monotonic() - self._standing.heard < self._bounds.grace:
            return None
        return self._standing.why

    def start(self) -> None:
        """Begin to look for workers. Twice is once."""
        if not self._tasks and not self._closed:
            for work in (self._putting, self._hearing, self._looking):
                self._tasks.append(asyncio.create_task(self._always(work), name=f"handout-{work.__name__.strip('_')}"))

    async def inspect(self, message: Message) -> Sequence[Signal]:
        """A signal for every label the workers' model could judge; DetectorError when this message was not judged."""
        self.start()
        if not message.text.strip():
            return [Signal(label, 0.0, self.name) for label in self.labels]
        self.tally.asked += 1
        trouble = self.trouble
        if trouble is not None:
            raise self._missed(trouble)
        if len(self._waiting) >= self._bounds.most_waiting:
            self.tally.full += 1
            raise self._missed("too many messages wait for the scoring workers")
        return await self._asking(message.text)

    async def aclose(self) -> None:
        """Stop; whoever still waits hears that nothing will come."""
        self._closed = True
        await ended(self._tasks)
        self._give_up(STOPPING)
        try:
            await self._post.aclose()
        except Lost:
            return  # what cannot be reached need not be left in order

    async def _asking(self, text: str) -> Sequence[Signal]:
        self._numbers += 1
        number, asked = self._numbers, Asked(text, asyncio.get_running_loop().create_future())
        self._waiting[number] = asked
        self._outbox.append(number)
        self._wake.set()
        try:
            async with asyncio.timeout(self._bounds.patience):
                return await asked.answer
        except TimeoutError as late:
            raise self._missed("no scoring worker answered in time") from late
        except asyncio.CancelledError:
            self._missed("no scoring worker answered in time")
            raise
        except DetectorError as error:
            self._missed(str(error))
            raise
        finally:
            self._leave(number)

    def _leave(self, number: int) -> None:
        """Nobody waits for this any more; what no worker has answered is taken back."""
        asked = self._waiting.pop(number)
        if asked.name is not None:
            self._back.append(asked.name)
            self._wake.set()

    async def _putting(self) -> None:
        """Put there what is new, take back what nobody waits for. What is put before the first look could be forgotten
        without anybody noticing."""
        await self._introduced.wait()
        await self._wake.wait()
        self._wake.clear()
        while self._outbox or self._back:
            numbers = [self._outbox.popleft() for _ in range(min(AT_ONCE, len(self._outbox)))]
            texts = [(number, self._waiting[number].text) for number in numbers if number in self._waiting]
            back, self._back = self._back[:AT_ONCE], self._back[AT_ONCE:]
            try:
                names = await self._post.put(texts, back)
            except BaseException:
                self._outbox.extendleft(number for number, _ in reversed(texts))
                self._back = (back + self._back)[-self._bounds.most_waiting :]
                self._wake.set()
                raise
            self.tally.put += len(texts)
            for (number, _), name in zip(texts, names, strict=True):
                asked = self._waiting.get(number)
                if asked is None:
                    self._back.append(name)
                else:
                    asked.name = name

    async def _hearing(self) -> None:
        for answer in await self._post.answers():
            self._heard(answer)

    def _heard(self, answer: Answer) -> None:
        self._alive()
        asked = self._waiting.get(answer.number)
        if asked is None or asked.answer.done():
            self.tally.late += 1
            return
        asked.name = None  # whoever answers has removed it
        if answer.failed is not None:
            self.tally.failed += 1
            asked.refuse(answer.failed)
        else:
            self.tally.answered += 1
            self.name = next((signal.detector for signal in answer.signals), self.name)
            asked.answer.set_result(answer.signals)

    async def _looking(self) -> None:
        """Learn whether workers are there, and put everything there again when Redis has forgotten it."""
        seen = await self._post.look()
        self._introduced.set()
        if seen.anew:
            self.tally.anew += 1
            new = set(self._outbox)
            self._outbox.extend(number for number in self._waiting if number not in new)
            self._wake.set()
        if seen.workers:
            self._alive()
        else:
            self._standing.why = f"no scoring worker with the model {self._model} is alive"
        self._tell()
        await asyncio.sleep(self._pace.look)

    async def _always(self, work: Callable[[], Awaitable[None]]) -> None:
        """Again and again, with pauses while it does not work."""
        pauses = Pauses()
        while True:
            try:
                await work()
                pauses.start_over()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong on the way, the bot goes on
                self.tally.lost += 1
                self._standing.why = str(error) if isinstance(error, Lost) else f"the hand-out: {type(error).__name__}"
                self._tell()
                await asyncio.sleep(pauses.next())

    def _alive(self) -> None:
        self._standing.heard, self._standing.seen = time.monotonic(), True

    def _tell(self) -> None:
        """Write down when things change, and let nobody wait for what will not come."""
        standing, trouble = self._standing, self.trouble
        if trouble is not None:
            self._give_up(trouble)
            if standing.told is not False and self._diary is not None:
                self._diary.down(trouble)
            standing.told = False
        elif standing.seen and standing.told is not True:
            if self._diary is not None:
                self._diary.up(self._model)
            standing.told = True

    def _give_up(self, why: str) -> None:
        for asked in self._waiting.values():
            asked.refuse(why)

    def _missed(self, why: str) -> DetectorError:
        self.tally.missed += 1
        if self._diary is not None and not self._closed:
            self._diary.missed(why)
        return DetectorError(why)
