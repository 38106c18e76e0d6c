"""One attempt to carry out one intent, and what its ending means: settled, to be tried again, or a question for people.

What a platform's error means is decided here and nowhere else.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from moderation.actions.base import Action
from moderation.case import Origin
from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    Unsupported,
)
from moderation.hands import Hands
from moderation.intents import Intent, IntentClass, IntentState
from moderation.model import Outcome, Receipt
from moderation.ports import Chat

CALL: Final = 30.0
"""Seconds a platform may take; after that nobody knows whether it did it."""
BREAKER: Final = timedelta(minutes=15)
"""How long an action rests in a community that forbade it."""
FORBIDDEN_TRIES: Final = 4
TRIES: Final = 20
"""Together with the longest pause, about three hours of an unreachable platform."""
LONGEST_PAUSE: Final = timedelta(minutes=10)
_NOW: Final = timedelta(0)
_SENDS: Final = frozenset({"reply", "dm", "warn", "card"})
_REASONS: Final = frozenset({"warn"})
"""What tells a person why something was done to them."""
_OUTCOME: Final = str(Origin.OUTCOME)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something people must know about an intent; `reason` is the same for what belongs into one case."""

    reason: str
    origin: str
    words: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class Settled:
    """It is over."""

    state: IntentState
    receipt: Receipt
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """To be tried again after `wait`; `rests` says that the action rests in the whole community until then."""

    wait: timedelta
    note: str
    alarm: Alarm | None = None
    rests: bool = False


Ending = Settled | Postponed


async def attempt(intent: Intent, hands: Hands, keyed: frozenset[str]) -> Ending:
    """Try it. `keyed` are the platforms that show one key once."""
    try:
        note = await _apply(hands.chat(intent.platform), intent)
    except Gone:
        return Settled(IntentState.APPLIED, Receipt(hands.outcome, "already gone"))
    except ChatError as error:
        return ending(intent, error, keyed)
    except Exception as error:  # noqa: BLE001 - a mistake in one action must not stop the others
        return _failed(intent, f"{intent.action.name} broke: {type(error).__name__}: {error}")
    return Settled(IntentState.APPLIED, Receipt(hands.outcome, note))


async def _apply(chat: Chat, intent: Intent) -> str:
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


def ending(intent: Intent, error: ChatError, keyed: frozenset[str]) -> Ending:
    """What a platform's error means for an intent."""
    words = str(error) or type(error).__name__
    match error:
        case RateLimited():
            return Postponed(timedelta(seconds=error.retry_after), words, rests=True)
        case Unavailable() if intent.tries < TRIES:
            return Postponed(pause(intent.tries), words)
        case OutcomeUnknown():
            return unknown(intent, words, keyed)
        case Forbidden():
            return _forbidden(intent, words)
        case Unsupported():
            return Settled(IntentState.REFUSED, Receipt(Outcome.REFUSED, words), _alarm(intent, words))
    return _failed(intent, words)


def unknown(intent: Intent, words: str, keyed: frozenset[str]) -> Ending:
    """Perhaps done: repeat what repeating does not change, ask people about the rest."""
    if intent_class(intent, keyed) is not IntentClass.ONCE and intent.tries < TRIES:
        return Postponed(pause(intent.tries) if intent.tries > 1 else _NOW, words)
    receipt = Receipt(Outcome.UNKNOWN, f"perhaps done: {words}")
    return Settled(IntentState.UNKNOWN, receipt, _alarm(intent, receipt.note))


def _forbidden(intent: Intent, words: str) -> Ending:
    """The action rests in this community; people hear of it once, and it is tried again when the rest is over."""
    said = f"{intent.platform} forbids {intent.action.name}: {words}"
    reason = f"forbidden|{intent.platform}|{intent.community}|{intent.action.name}"
    alarm = Alarm(reason, _OUTCOME, said, intent)
    if intent.tries < FORBIDDEN_TRIES:
        return Postponed(BREAKER, said, alarm, rests=True)
    return Settled(IntentState.FAILED, Receipt(Outcome.FAILED, said), alarm)


def _failed(intent: Intent, words: str) -> Settled:
    return Settled(IntentState.FAILED, Receipt(Outcome.FAILED, words), _alarm(intent, words))


def _alarm(intent: Intent, words: str) -> Alarm:
    return Alarm(f"{_OUTCOME}|{intent.key}", _OUTCOME, words, intent)


def intent_class(intent: Intent, keyed: frozenset[str]) -> IntentClass:
    """Why repeating this intent is harmless: what only sends text is so by its key, everything else by nature."""
    if intent.action.name not in _SENDS:
        return IntentClass.NATURAL
    if intent.platform in keyed:
        return IntentClass.KEYED
    return IntentClass.AT_LEAST_ONCE if intent.action.name in _REASONS else IntentClass.ONCE


def pause(tries: int) -> timedelta:
    """1, 2, 4 … seconds, ten minutes at most."""
    return min(timedelta(seconds=2 ** min(tries - 1, 16)), LONGEST_PAUSE)
