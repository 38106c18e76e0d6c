"""From accepted to decided: events are counted in journal order, judged, and what follows is written.

Without detectors everything is judged at once, many events to a commit. With detectors each channel is a lane: the
order inside is kept, lanes wait side by side. An event that cannot be decided is tried again and finally parked; it
never raises past its lane and never holds up another.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Final

from bot.intake import Intake
from bot.judging import Judging, Noted
from bot.stores.decisions import Decided, Decisions
from bot.stores.journal import Journal
from bot.stores.times import millis
from bot.stores.writer import Work
from moderation.detection import NOTHING, Detection
from moderation.errors import StoreError
from moderation.model import (
    ButtonPressed,
    ChannelRef,
    CommandCalled,
    Message,
    ReportFiled,
    Signals,
    message_of,
)
from moderation.ports import Accepted, Clock

SLICE: Final = 0.005
"""Seconds of judging before others get their turn on the event loop."""
GROUP: Final = 512
COMPANY: Final = 0.02
"""Seconds that an event nobody minds waits for others before its row is changed."""
PAUSES: Final = (0.5, 1.0, 4.0, 15.0)
"""Seconds before the second to fifth try: what fails five times is parked after 20 s."""
ORDERS: Final = (CommandCalled, ButtonPressed)
"""Events that ask something of the bot."""


class Pipeline:
    """Judges what was accepted. `decided` is told when there may be something to enforce, `ordered` what people ask of
    the bot."""

    def __init__(
        self,
        journal: Journal,
        decisions: Decisions,
        judging: Judging,
        intake: Intake,
        detection: Detection,
        clock: Clock,
        decided: Callable[[], None],
        ordered: Callable[[Sequence[Accepted]], None],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._journal = journal
        self._decisions = decisions
        self._judging = judging
        self._intake = intake
        self._detection = detection
        self._clock = clock
        self._decided = decided
        self._pauses = pauses
        self._ordered = ordered
        self._queue: deque[Accepted] = deque()
        self._wake = asyncio.Event()
        self._lanes: dict[ChannelRef, deque[_Heard]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._decisive: list[tuple[Noted, Decided]] = []
        self._passed: list[int] = []
        self._later: asyncio.TimerHandle | None = None

    def accepted(self, batch: Sequence[Accepted]) -> None:
        """These events are on disk, in this order. What people ask of the bot itself is no matter for rules."""
        self._intake.entered(len(batch))
        orders = [one for one in batch if isinstance(one.event, ORDERS)]
        if orders:
            self._ordered(orders)
        self._queue.extend(one for one in batch if not isinstance(one.event, ORDERS))
        self._wake.set()

    async def run(self) -> None:
        """Judge until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                self._slice()
                await asyncio.sleep(0)

    async def stop(self) -> None:
        """Leave what is under way: it is on disk as undecided, and decided after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _slice(self) -> None:
        """Judge a few milliseconds' worth of events and hand the outcome to the writer."""
        until = time.perf_counter() + SLICE
        for _ in range(GROUP):
            if not self._queue:
                break
            accepted = self._queue.popleft()
            try:
                noted = self._judging.note(accepted)
            except Exception as error:  # noqa: BLE001 - one event's trouble stays with that event
                self._again(accepted, None, 1, error)
                continue
            message = message_of(accepted.event)
            if self._detection.needed and message is not None and noted.of_rules is not None:
                self._listen(noted, message)
            else:
                self._decide(noted, NOTHING, 1)
            if time.perf_counter() > until:
                break
        self._flush()

    def _decide(self, noted: Noted, signals: Signals, tries: int) -> None:
        try:
            verdict = self._judging.decide(noted, signals)
            if verdict.matched or verdict.undecided or isinstance(noted.accepted.event, ReportFiled):
                self._decisive.append((noted, self._judging.plan(noted, verdict)))
            else:
                self._passed.append(noted.accepted.seq)
        except Exception as error:  # noqa: BLE001 - one event's trouble stays with that event
            self._again(noted.accepted, noted, tries, error)

    def _listen(self, noted: Noted, message: Message) -> None:
        """Ask the detectors now; decide when all before in this channel are decided."""
        channel = message.ref.channel
        heard = _Heard(noted, asyncio.create_task(self._detection.listen(message)))
        lane = self._lanes.get(channel)
        if lane is not None:
            lane.append(heard)
            return
        self._lanes[channel] = lane = deque([heard])
        self._spawn(self._lane(channel, lane))

    async def _lane(self, channel: ChannelRef, lane: deque[_Heard]) -> None:
        while lane:
            heard = lane.popleft()
            self._decide(heard.noted, await heard.signals, 1)
            if not (lane and lane[0].signals.done()):
                self._flush()
        del self._lanes[channel]

    def _again(self, accepted: Accepted, noted: Noted | None, tries: int, error: Exception) -> None:
        self._spawn(self._retry(accepted, noted, tries, error))

    async def _retry(self, accepted: Accepted, noted: Noted | None, tries: int, error: Exception) -> None:
        """Try once more after a pause; park the event when that was the last time."""
        if tries > len(self._pauses):
            words = f"{type(error).__name__}: {error}"[:500]
            await self._surely(self._decisions.parked(accepted, tries, words, millis(self._clock.now())), "parked")
            self._intake.left(1)
            return
        await asyncio.sleep(self._pauses[tries - 1])
        try:
            noted = noted or self._judging.note(accepted)
        except Exception as again:  # noqa: BLE001 - as above
            self._again(accepted, None, tries + 1, again)
            return
        message = message_of(accepted.event)
        signals = await self._detection.listen(message) if message is not None else NOTHING
        self._decide(noted, signals, tries + 1)
        self._flush()

    def _flush(self) -> None:
        """Hand over what was decided. What merely passed may wait for company: after a crash it passes again."""
        decided, self._decisive = self._decisive, []
        if decided:
            self._spawn(self._record(decided))
        if len(self._passed) >= GROUP:
            self._flush_passed()
        elif self._passed and self._later is None:
            self._later = asyncio.get_running_loop().call_later(COMPANY, self._flush_passed)

    def _flush_passed(self) -> None:
        passed, self._passed = self._passed, []
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if passed:
            self._spawn(self._write(self._decisions.passed(passed), "passed", len(passed)))

    async def _write(self, work: Work[None], label: str, events: int) -> None:
        await self._surely(work, label)
        self._intake.left(events)

    async def _record(self, decided: list[tuple[Noted, Decided]]) -> None:
        """Write what was decided; what one event breaks is tried again for each event alone."""
        work = self._decisions.decided([one for _, one in decided])
        try:
            await self._surely(work, "decided")
        except Exception as error:  # noqa: BLE001 - one event's trouble stays with that event
            for noted, one in decided:
                if len(decided) > 1:
                    self._spawn(self._record([(noted, one)]))
                else:
                    words = f"{type(error).__name__}: {error}"[:500]
                    parked = self._decisions.parked(noted.accepted, 1, words, millis(self._clock.now()))
                    self._judging.forgive(one.plan)
                    await self._write(parked, "parked", 1)
            return
        self._intake.left(len(decided))
        if any(one.plan.intents for _, one in decided):
            self._decided()

    async def _surely(self, work: Work[None], label: str) -> None:
        """Write, however long the store refuses: the events are accepted, so their decisions must not be lost."""
        while True:
            try:
                await self._journal.write(work, label)
            except StoreError:
                await asyncio.sleep(0.5)
            else:
                return

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@dataclass(slots=True)
class _Heard:
    """An event and what the detectors are about to say."""

    noted: Noted
    signals: asyncio.Task[Signals]
