"""Brings a toxicity model to messages: in a thread of its own, in batches that grow with the load, and never in the way.

Whatever happens to the model, the bot goes on: a message that was not judged in time, or at all, has silent labels.

- The model raises, or gives nonsense: these messages are silent, the next ones are judged.
- It cannot be loaded: everything is silent at once, and loading is tried again after growing pauses.
- It hangs: it is left behind, everything is silent at once, and a fresh one is made, a few times an hour at most.
- Too much waits: what comes in addition is silent at once. Who has lost patience leaves the line before it costs time.
- It cannot read a text: no signals for it, which is no failure (moderation/detection.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from moderation.errors import DetectorError
from moderation.model import Message, Signal
from moderation.toxicity.labels import LABELS
from moderation.toxicity.line import Asked, Line
from moderation.toxicity.port import Scores, Toxicity
from moderation.toxicity.worker import Judged, Language, Worker

HOUR: Final = 3600.0
LOADING: Final = "the toxicity model is being loaded"


class Diary(Protocol):
    """Where the fate of the model is written down. Called on the event loop."""

    def up(self, name: str) -> None:
        """The model answers, for the first time or again."""
        ...

    def down(self, why: str) -> None:
        """No message is judged until the model is up again."""
        ...

    def missed(self, why: str) -> None:
        """One message was not judged."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model may take; times in seconds.

    `most_waiting` and `batch` are texts. `pauses` are between attempts at loading it, the last one for good. `renewals` is how often in an hour a model that
    hangs, or fails `spoiled` batches in a row, is replaced by a fresh one (at least 1): a thread cannot be killed.
    """

    most_waiting: int = 4096
    batch: int = 32
    hang: float = 20.0
    load_within: float = 120.0
    pauses: tuple[float, ...] = (30.0, 60.0, 120.0, 300.0, 600.0)
    renewals: int = 3
    spoiled: int = 20


class ToxicityDetector:
    """A Detector (moderation/ports.py) on any model of port.py.

    `make` loads the model; it is called in the detector's thread, at `start` or with the first message. `language`
    tells the language of a text where that is sure and cheap. One detector belongs to one event loop.
    """

    def __init__(
        self,
        make: Callable[[], Toxicity],
        *,
        labels: Sequence[str] = LABELS,
        limits: Limits = Limits(),
        language: Language | None = None,
        diary: Diary | None = None,
    ) -> None:
        self._make = make
        self._limits = limits
        self._language = language
        self._diary = diary
        self.labels = frozenset(labels)
        self.name = "toxicity"
        self.trouble: str | None = LOADING
        self._line = Line(limits.most_waiting)
        self._worker: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watching: asyncio.TimerHandle | None = None
        self._next: asyncio.TimerHandle | None = None
        self._renewed: deque[float] = deque()
        self._failed_loads = 0
        self._spoiled = 0
        self._joined = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """Messages that wait to be judged."""
        return len(self._line)

    def start(self) -> None:
        """Begin to load the model; messages may come meanwhile, and wait for it. Twice is once."""
        if self._loop is None and not self._closed:
            self._loop = asyncio.get_running_loop()
            self._employ()

    async def inspect(self, message: Message) -> Sequence[Signal]:
        """A signal for every label the model could judge; DetectorError when it did not judge this message."""
        self.start()
        if not message.text.strip():
            return [Signal(label, 0.0, self.name) for label in self.labels]
        return [Signal(label, score, self.name) for label, score in (await self._scores(message.text)).items()]

    async def aclose(self, grace: float = 1.0) -> None:
        """End the thread, waiting so long at most; whoever still waits hears that nothing will come."""
        self._closed = True
        for timer in (self._watching, self._next):
            if timer is not None:
                timer.cancel()
        worker = self._worker
        self._fall_silent("Sereno is stopping")
        if worker is not None:
            await asyncio.to_thread(worker.join, grace)

    async def _scores(self, text: str) -> Scores:
        if self.trouble is not None and self.trouble is not LOADING:
            self._missed(self.trouble)
            raise DetectorError(self.trouble)
        asked = Asked(text, asyncio.get_running_loop().create_future())
        if not self._line.join(asked):
            self._missed("too many messages wait for the toxicity model")
            raise DetectorError("too many messages wait for the toxicity model")
        self._joined = True
        self._watch()
        try:
            return await asked.answer
        except asyncio.CancelledError:
            self._missed("the toxicity model did not answer in time")
            raise
        except DetectorError as error:
            self._missed(str(error))
            raise

    def loaded(self, worker: Worker, name: str) -> None:
        """The worker's model answers."""
        if worker is self._worker:
            self.name, self.trouble = name, None
            self._failed_loads = self._spoiled = 0
            if self._diary is not None:
                self._diary.up(name)

    def useless(self, worker: Worker, why: str) -> None:
        """The worker's model cannot be made, or its thread is gone: another try after a while."""
        if worker is self._worker:
            pauses = self._limits.pauses
            pause = pauses[min(self._failed_loads, len(pauses) - 1)]
            self._failed_loads += 1
            self._fall_silent(why)
            self._employ_in(pause)

    def judged(self, worker: Worker, judged: Judged) -> None:
        """Whoever waits learns what became of their text."""
        for asked, answer in judged:
            if asked.wanted:
                _settle(asked, answer)
        if worker is self._worker:
            failed = all(isinstance(answer, DetectorError) for _, answer in judged)
            self._spoiled = self._spoiled + 1 if failed else 0
            if self._spoiled >= self._limits.spoiled and self._wait_for_renewal() == 0.0:
                self._renew(f"the toxicity model failed {self._spoiled} times in a row")

    def _employ(self) -> None:
        self._next = None
        self._spoiled = 0
        self._worker = Worker(self._make, self._line, self, self._post, self._language)
        limits = self._limits
        self._worker.start(batch=limits.batch, load_within=limits.load_within, hang=limits.hang)
        self._watch()

    def _employ_in(self, seconds: float) -> None:
        if self._loop is not None and not self._closed:
            self._next = self._loop.call_later(seconds, self._employ)

    def _renew(self, why: str) -> None:
        """Leave the worker behind and take a fresh one, now or when the hour allows another."""
        pause = self._wait_for_renewal()
        self._renewed.append(time.monotonic() + pause)
        self._fall_silent(why)
        self._employ_in(pause)

    def _wait_for_renewal(self) -> float:
        """Seconds until another fresh model is allowed."""
        now = time.monotonic()
        while self._renewed and self._renewed[0] <= now - HOUR:
            self._renewed.popleft()
        return (
            self._renewed[-self._limits.renewals] + HOUR - now if len(self._renewed) >= self._limits.renewals else 0.0
        )

    def _fall_silent(self, why: str) -> None:
        """No answer will come for anybody who waits now, nor for anybody who comes before a model is up again."""
        self.trouble = why
        worker, self._worker = self._worker, None
        left = self._line.clear()
        if worker is not None:
            left = [*worker.under_way, *left]
            worker.stop()
        for asked in left:
            if asked.wanted:
                _settle(asked, DetectorError(why))
        if self._diary is not None and not self._closed:
            self._diary.down(why)

    def _watch(self) -> None:
        """Look after the worker once it has had time for a batch."""
        if self._watching is None and self._loop is not None:
            self._watching = self._loop.call_later(self._limits.hang, self._look)

    def _look(self) -> None:
        """A worker past its deadline hangs; one that is busy is looked after again."""
        self._watching = None
        worker = self._worker
        if worker is None:
            return
        deadline = worker.deadline
        if deadline is not None and time.monotonic() >= deadline:
            self._renew("the toxicity model hangs")
        elif deadline is not None and self._loop is not None:
            self._watching = self._loop.call_later(deadline - time.monotonic(), self._look)
        elif len(self._line) or self._joined:  # what joined since the last look may just have been taken
            self._joined = False
            self._watch()

    def _missed(self, why: str) -> None:
        if self._diary is not None and not self._closed:
            self._diary.missed(why)

    def _post(self, call: Callable[..., None], *arguments: Any) -> None:
        """From the thread to the event loop; when that is gone, so is everybody who could want to know."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call, *arguments)


def _settle(asked: Asked, answer: Scores | DetectorError) -> None:
    if isinstance(answer, DetectorError):
        asked.answer.set_exception(answer)
        asked.answer.exception()  # whoever loses patience this very moment shall not leave an error nobody looked at
    else:
        asked.answer.set_result(answer)
