"""One wave is one deed: what floods, copies and split words go on matching strikes a person once.

Message after message of a flood matches again, together with the same earlier ones. A match that needs earlier messages
gives no strike when the person has got one for them already: a strike of the same rule, or a no smaller one of another
rule that needs earlier messages and matches beside it, at or after the time of the earliest of them. All of it is read
off the strikes that are booked, so a restart, a backtest and live traffic agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from moderation.actions.base import Action
from moderation.actions.strike import Strike
from moderation.model import MessageRef
from moderation.strikes import Strike as Booked
from rules.model import All, AnyOf, Condition, Holds, Use
from rules.trees import supporting

if TYPE_CHECKING:
    from rules.facts import Facts


def began(test: Holds | None, facts: Facts) -> datetime | None:
    """When the earliest message was written without which a tree would not hold; None when the event alone is enough."""
    if isinstance(test, Condition):
        return min((part.at for part in test.wave(facts)), default=None)
    if isinstance(test, Use):
        return began(test.part, facts)
    if isinstance(test, All):
        known = [at for at in (began(part, facts) for part in test.parts) if at is not None]
        return min(known, default=None)
    if isinstance(test, AnyOf):
        each = [began(part, facts) for part in test.parts if part.holds(facts) is True]
        known = [at for at in each if at is not None]
        return min(known) if known and len(known) == len(each) else None
    return None


def unstruck(
    actions: Sequence[Action], rule: str, since: datetime, struck: Collection[Booked], waves: Mapping[str, datetime]
) -> tuple[Action, ...]:
    """The actions of a match that began at `since`, without the strikes that the person has got for it already.

    `waves` are the rules that match now with the help of earlier messages.
    """
    rows = [row for row in struck if row.rule in waves and _whole(row.at) >= _whole(since)]
    if any(row.rule == rule for row in rows):
        return tuple(action for action in actions if not isinstance(action, Strike))
    left: list[Action] = []
    for action in actions:
        if rows and isinstance(action, Strike):
            points = tuple(
                (ladder, points)
                for ladder, points in action.points
                if not any(row.ladder == ladder and row.points >= points for row in rows)
            )
            left += [action.model_copy(update={"points": points})] if points else []
        else:
            left.append(action)
    return tuple(left)


def covered(
    test: Holds, rule: str, own: MessageRef | None, facts: Facts, struck: Collection[Booked]
) -> tuple[MessageRef, ...]:
    """Of the messages that make a match, those that stood before the one with which this rule last struck the person:
    that match has had its effect on them."""
    parts: dict[MessageRef, datetime] = {}
    for leaf in supporting(test, facts):
        parts.update((part.message, _whole(part.at)) for part in leaf.wave(facts))
    times = set(parts.values())
    given = [_whole(row.at) for row in struck if row.rule == rule]
    last = max((at for at in given if at in times), default=None)
    if last is None:
        return ()
    return tuple(message for message, at in parts.items() if at < last and message != own)


def _whole(at: datetime) -> datetime:
    """Whole milliseconds, as the database keeps them."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
