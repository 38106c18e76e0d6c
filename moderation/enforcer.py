"""Takes due intents and carries them out: once, in order, within the brakes, with a receipt for each.

An intent is written as `sending` before the platform is asked and settled after; what a crash leaves between the two is
repeated where repeating is harmless and becomes a question for people where it is not. Nothing here ever raises to its
caller: what goes wrong is a receipt and, where a person must know, an alarm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from moderation.actions.base import Action
from moderation.brakes import Brakes, Stopped
from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    StoreError,
    Unavailable,
    Unsupported,
)
from moderation.hands import Hands
from moderation.intents import Intent, IntentClass, IntentState
from moderation.model import Outcome, Receipt
from moderation.ports import Chat, Clock

CALL: Final = 30.0
"""Seconds a platform may take; after that nobody knows whether it did it."""
BREAKER: Final = timedelta(minutes=15)
"""How long an action rests in a community that forbade it."""
FORBIDDEN_TRIES: Final = 4
TRIES: Final = 20
"""Together with the longest pause, about three hours of an unreachable platform."""
LONGEST_PAUSE: Final = timedelta(minutes=10)
AT_ONCE: Final = 16
"""Cases worked on side by side."""
BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something people must know about an intent; `reason` is the same for what belongs into one case."""

    reason: str
    origin: str
    words: str
    intent: Intent


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
    """Carries out what was decided. `keyed` are the platforms that show one key once."""

    def __init__(
        self, intents: Intents, hands: Hands, brakes: Brakes, clock: Clock, *, keyed: frozenset[str] = frozenset()
    ) -> None:
        self._intents = intents
        self._hands = hands
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
            await self._unknown(intent, "Sereno stopped while it was being done")
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
        refusal = self._refusal(intent)
        if refusal is not None:
            await self._intents.settle(intent, IntentState.REFUSED, Receipt(Outcome.REFUSED, refusal))
            return True
        now = self._clock.now()
        rest = self._resting.get((intent.platform, intent.community, intent.action.name))
        if rest is not None and rest > now:
            await self._intents.postpone(intent, rest, "the platform does not allow it at the moment")
            return True
        if intent.tries == 0:
            stopped = self._brakes.stop(intent, now)
            if stopped is not None:
                await self._intents.wait_for_people(intent, _braked(intent, stopped))
                return False
        if not await self._intents.sending(intent):
            return True
        await self._try(replace(intent, tries=intent.tries + 1))
        return True

    def _refusal(self, intent: Intent) -> str | None:
        if intent.protected and not intent.undoes:
            return "owners, admins, moderators and bots are never targets of automation"
        return None

    async def _try(self, intent: Intent) -> None:
        try:
            chat = self._hands.chat(intent.platform)
            note = await self._apply(chat, intent)
        except ChatError as error:
            await self._troubled(intent, error)
        except Exception as error:  # noqa: BLE001 - a mistake in one action must not stop the others
            words = f"{intent.action.name} broke: {type(error).__name__}: {error}"
            await self._settle(
                intent, IntentState.FAILED, Receipt(Outcome.FAILED, words), _alarm(intent, "outcome", words)
            )
        else:
            await self._settle(intent, IntentState.APPLIED, Receipt(self._hands.outcome, note))

    async def _apply(self, chat: Chat, intent: Intent) -> str:
        """Do it, or what stands in for it where the platform cannot."""
        action: Action | None = intent.action
        can = chat.capabilities(intent.community)
        while action is not None and action.capability is not None and action.capability not in can:
            action = action.otherwise
        if action is None:
            raise Unsupported(f"{intent.platform} cannot {intent.action.name} here, and the rule names nothing instead")
        try:
            async with asyncio.timeout(CALL):
                if intent.undoes:
                    return await action.undo(chat, intent.order) or "nothing to take back"
                note = await action.apply(chat, intent.order)
        except TimeoutError as error:
            raise OutcomeUnknown(f"no answer within {CALL:g} s") from error
        return note if action is intent.action else f"{action.name} instead: {note}"

    async def _troubled(self, intent: Intent, error: ChatError) -> None:
        match error:
            case Gone():
                receipt = Receipt(self._hands.outcome, "already gone")
                await self._settle(intent, IntentState.APPLIED, receipt)
            case RateLimited():
                await self._postpone(intent, self._in(timedelta(seconds=error.retry_after)), str(error))
            case Unavailable() if intent.tries < TRIES:
                await self._postpone(intent, self._in(_pause(intent.tries)), str(error))
            case OutcomeUnknown():
                await self._unknown(intent, str(error))
            case Forbidden():
                await self._forbidden(intent, error)
            case Unsupported():
                words = str(error)
                alarm = _alarm(intent, "outcome", words)
                await self._settle(intent, IntentState.REFUSED, Receipt(Outcome.REFUSED, words), alarm)
            case _:
                words = str(error) or type(error).__name__
                alarm = _alarm(intent, "outcome", words)
                await self._settle(intent, IntentState.FAILED, Receipt(Outcome.FAILED, words), alarm)

    async def _forbidden(self, intent: Intent, error: Forbidden) -> None:
        """The action rests in this community; people hear of it once, and it is tried again when the rest is over."""
        until = self._in(BREAKER)
        self._resting[intent.platform, intent.community, intent.action.name] = until
        words = f"{intent.platform} forbids {intent.action.name}: {str(error) or 'the bot lacks the right'}"
        reason = f"forbidden|{intent.platform}|{intent.community}|{intent.action.name}"
        alarm = Alarm(reason, "outcome", words, intent)
        if intent.tries < FORBIDDEN_TRIES:
            await self._postpone(intent, until, words, alarm)
        else:
            await self._settle(intent, IntentState.FAILED, Receipt(Outcome.FAILED, words), alarm)

    async def _unknown(self, intent: Intent, words: str) -> None:
        """Perhaps done: repeat what repeating does not change, ask people about the rest."""
        if intent_class(intent, self._keyed) is IntentClass.ONCE or intent.tries >= TRIES:
            receipt = Receipt(Outcome.UNKNOWN, f"perhaps done: {words}")
            alarm = _alarm(intent, "outcome", receipt.note)
            await self._settle(intent, IntentState.UNKNOWN, receipt, alarm)
        else:
            await self._postpone(intent, self._in(_pause(intent.tries) if intent.tries > 1 else _NOW), words)

    async def _settle(self, intent: Intent, state: IntentState, receipt: Receipt, alarm: Alarm | None = None) -> None:
        await self._surely(lambda: self._intents.settle(intent, state, receipt, alarm))

    async def _postpone(self, intent: Intent, until: datetime, note: str, alarm: Alarm | None = None) -> None:
        await self._surely(lambda: self._intents.postpone(intent, until, note, alarm))

    async def _surely(self, record: Callable[[], Awaitable[None]]) -> None:
        """Record what happened on the platform however long the store refuses: nobody else knows it."""
        while True:
            try:
                await record()
            except StoreError:
                if self._stopping:
                    raise
                await asyncio.sleep(0.5)
            else:
                return

    def _in(self, span: timedelta) -> datetime:
        return self._clock.now() + span

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


_NOW: Final = timedelta(0)
_SENDS: Final = frozenset({"reply", "dm", "warn", "notice", "card"})


def intent_class(intent: Intent, keyed: frozenset[str]) -> IntentClass:
    """Why repeating this intent is harmless: what only sends text is so by its key, everything else by nature."""
    if intent.action.name not in _SENDS:
        return IntentClass.NATURAL
    return IntentClass.KEYED if intent.platform in keyed else IntentClass.ONCE


def _pause(tries: int) -> timedelta:
    """1, 2, 4 … seconds, ten minutes at most."""
    return min(timedelta(seconds=2 ** min(tries - 1, 16)), LONGEST_PAUSE)


def _alarm(intent: Intent, origin: str, words: str) -> Alarm:
    return Alarm(f"{origin}|{intent.key}", origin, words, intent)


def _braked(intent: Intent, stopped: Stopped) -> Alarm:
    words = f"{stopped.name} is on ({stopped.words}): what comes now waits for a person"
    reason = f"brake|{intent.community}|{stopped.name}|{stopped.since.isoformat()}"
    return Alarm(reason, "brake", words, intent)
