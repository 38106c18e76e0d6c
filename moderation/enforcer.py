"""Takes due intents and carries them out: once, in order, within the brakes, with a receipt for each.

An intent is written as `sending` before the platform is asked and settled after; what a crash leaves between the two is
repeated where repeating is harmless and becomes a question for people where it is not (moderation/attempt.py). Nothing
here ever raises to its caller: what goes wrong is a receipt and, where a person must know, an alarm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from moderation.attempt import Alarm, Ending, Settled, attempt, unknown
from moderation.brakes import Brakes, Stopped
from moderation.case import Origin
from moderation.errors import StoreError
from moderation.hands import Hands
from moderation.intents import Intent, IntentState
from moderation.model import Outcome, Receipt
from moderation.ports import Clock

AT_ONCE: Final = 16
"""Cases worked on side by side."""
BATCH: Final = 256
PROTECTED: Final = "owners, admins, moderators and bots are never targets of automation"


class Intents(Protocol):
    """Where intents are kept. Every method returns once it is on disk."""

    async def due(self, now: datetime, limit: int) -> Sequence[Intent]:
        """Pending intents whose time has come, most urgent first, those of one case in the order of their steps."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next pending intent is due; None when there is none."""
        ...

    async def interrupted(self) -> Sequence[Intent]:
        """Intents that say `sending` though nobody is."""
        ...

    async def went_out(self, since: datetime) -> Sequence[tuple[datetime, Intent]]:
        """What was tried since a moment, for the brakes."""
        ...

    async def sending(self, intent: Intent) -> bool:
        """Mark it as being tried; False when it was cancelled meanwhile."""
        ...

    async def settle(self, intent: Intent, state: IntentState, receipt: Receipt, alarm: Alarm | None = None) -> None:
        """Record how it ended, and what people must know about it."""
        ...

    async def postpone(self, intent: Intent, until: datetime, note: str, alarm: Alarm | None = None) -> None:
        """Try again, not before a moment."""
        ...

    async def wait_for_people(self, intent: Intent, alarm: Alarm) -> None:
        """A brake holds this intent and those of its case that follow."""
        ...


class Enforcer:
    """Carries out what was decided: by `hands`, or by `rehearsing` what is simulated. `keyed` are the platforms that
    show one key once."""

    def __init__(
        self,
        intents: Intents,
        hands: Hands,
        rehearsing: Hands,
        brakes: Brakes,
        clock: Clock,
        *,
        keyed: frozenset[str] = frozenset(),
    ) -> None:
        self._intents = intents
        self._hands = hands
        self._rehearsing = rehearsing
        self._brakes = brakes
        self._clock = clock
        self._keyed = keyed
        self._resting: dict[tuple[str, str, str], datetime] = {}
        self._busy: set[str] = set()
        self._lines: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """There may be something to do."""
        self._idle.clear()
        self._wake.set()

    async def recover(self) -> None:
        """Pick up after a restart: fill the brakes, and decide what became of intents that were being tried."""
        now = self._clock.now()
        for at, intent in await self._intents.went_out(now - timedelta(hours=1)):
            self._brakes.recall(intent, at)
        for intent in await self._intents.interrupted():
            await self._record(intent, unknown(intent, "Sereno stopped while it was being done", self._keyed))
        self.wake()

    async def run(self) -> None:
        """Work until `stop`; a store that refuses to write pauses the work, it does not end it."""
        while not self._stopping:
            try:
                started = await self._round()
            except StoreError:
                await self._sleep(1.0)
                continue
            if not started:
                await self._rest()
        if self._lines:
            await asyncio.wait(self._lines)

    def stop(self) -> None:
        """Finish what is being tried and start nothing new."""
        self._stopping = True
        self._wake.set()

    async def close(self) -> None:
        """Leave what is being tried: its row says so, and the next start finds out what became of it."""
        self.stop()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def settled(self) -> None:
        """Return when nothing is due and nothing is being tried."""
        await self._idle.wait()

    async def _round(self) -> bool:
        """Start a line for every case with something due that has none; whether there was any."""
        self._wake.clear()
        lines: dict[str, list[Intent]] = {}
        for intent in await self._intents.due(self._clock.now(), BATCH):
            lines.setdefault(intent.order.case or intent.key, []).append(intent)
        started = False
        for case, intents in lines.items():
            if case not in self._busy:
                started = True
                self._busy.add(case)
                task = asyncio.create_task(self._line(case, intents))
                self._lines.add(task)
                task.add_done_callback(self._lines.discard)
        return started

    async def _line(self, case: str, intents: list[Intent]) -> None:
        """The intents of one case, in order; what a brake holds stops those behind it."""
        try:
            async with self._gate:
                for intent in intents:
                    if self._stopping or not await self._one(intent):
                        return
        except StoreError:
            await asyncio.sleep(1.0)  # nothing was tried: it is still pending and comes again
        finally:
            self._busy.discard(case)
            self._wake.set()

    async def _one(self, intent: Intent) -> bool:
        """Whether those behind it in its case may go on."""
        if intent.protected and not intent.undoes:
            await self._intents.settle(intent, IntentState.REFUSED, Receipt(Outcome.REFUSED, PROTECTED))
            return True
        now = self._clock.now()
        rest = self._resting.get(_kind(intent))
        if rest is not None and rest > now:
            await self._intents.postpone(intent, rest, "the platform does not allow it at the moment")
            return True
        stopped = self._brakes.stop(intent, now) if intent.tries == 0 else None
        if stopped is not None:
            await self._intents.wait_for_people(intent, _braked(intent, stopped))
            return False
        if await self._intents.sending(intent):
            trying = replace(intent, tries=intent.tries + 1)
            hands = self._rehearsing if intent.simulated else self._hands
            await self._record(trying, await attempt(trying, hands, self._keyed))
        return True

    async def _record(self, intent: Intent, ending: Ending) -> None:
        """Write down how an attempt ended, however long the store refuses: nobody else knows it."""
        if isinstance(ending, Settled):
            state, receipt = ending.state, ending.receipt
            await self._surely(lambda: self._intents.settle(intent, state, receipt, ending.alarm))
            return
        until = self._clock.now() + ending.wait
        if ending.rests:
            self._resting[_kind(intent)] = until
        note = ending.note
        await self._surely(lambda: self._intents.postpone(intent, until, note, ending.alarm))

    async def _surely(self, record: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await record()
            except StoreError:
                if self._stopping:
                    raise
                await asyncio.sleep(0.5)
            else:
                return

    async def _rest(self) -> None:
        """Sleep until something is due or somebody wakes us."""
        if self._busy:
            await self._sleep(1.0)
            return
        due = await self._intents.next_due()
        seconds = 60.0 if due is None else (due - self._clock.now()).total_seconds()
        if seconds > 0 and not self._wake.is_set():
            self._idle.set()
            await self._sleep(min(60.0, seconds))

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return


def _kind(intent: Intent) -> tuple[str, str, str]:
    return intent.platform, intent.community, intent.action.name


def _braked(intent: Intent, stopped: Stopped) -> Alarm:
    words = f"{stopped.name} is on ({stopped.words}): what comes now waits for a person"
    reason = f"brake|{intent.community}|{stopped.name}|{stopped.since.isoformat()}"
    return Alarm(reason, str(Origin.BRAKE), words, intent)
