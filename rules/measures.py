"""Numbers that can be read off an event without looking at its words, and comparisons with them.

A measure is an interval: what is known exactly has equal ends, what nobody knows reaches from minus to plus infinity,
and a score of which one detector is silent lies between what the others said and infinity. So a comparison is surely
true, surely false or unknown, and the engine can compile it into two plain comparisons of floats. Where a measure only
says whether something is in a set, such as a role, the engine asks the set instead: one read serves every member.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final, cast

from moderation.text import shape

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.ports import Posted
    from rules.facts import Facts

Interval = tuple[float, float]
Sets = tuple[Container[str], Container[str]]
"""What is surely in a set, and what may be in it."""
UNKNOWN: Final[Interval] = (-inf, inf)
NO: Final[Interval] = (0.0, 0.0)
YES: Final[Interval] = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with the name people know it by. Measures are equal when name, argument and reader agree.

    `costly` ones look at the whole text; others are asked before them. `sets`, where it is given, tells the same as
    `read`, which is then 1 for what is in the set and 0 for what is not.
    """

    name: str
    read: Callable[[Facts, str], Interval]
    argument: str = ""
    costly: bool = False
    sets: Callable[[Facts], Sets] | None = None

    def __call__(self, facts: Facts) -> Interval:
        """The interval the number lies in."""
        return self.read(facts, self.argument)


@dataclass(frozen=True, slots=True)
class Test:
    """`measure < bound` when `below`, else `measure >= bound`."""

    measure: Measure
    below: bool
    bound: float

    def holds(self, facts: Facts) -> bool | None:
        """True, False, or None when the interval contains the bound."""
        measure = self.measure
        low, high = measure.read(facts, measure.argument)
        if self.below:
            return True if high < self.bound else None if low < self.bound else False
        return True if low >= self.bound else None if high >= self.bound else False


def every(tests: Iterable[Test], facts: Facts) -> bool | None:
    """All tests hold: False wins over unknown, unknown over True."""
    known: bool | None = True
    for test in tests:
        value = test.holds(facts)
        if value is False:
            return False
        if value is None:
            known = None
    return known


def _count(number: int) -> Interval:
    value = float(number)
    return (value, value)


def _truth(value: bool) -> Interval:
    return YES if value else NO


def _age(then: datetime | None, facts: Facts) -> Interval:
    if then is None:
        return UNKNOWN
    seconds = (facts.now - then).total_seconds()
    return (seconds, seconds)


def _account(facts: Facts, _: str) -> Interval:
    return _age(facts.member.account_created, facts) if facts.member else UNKNOWN


def _here(facts: Facts, _: str) -> Interval:
    return _age(facts.member.here_since, facts) if facts.member else UNKNOWN


def _messages(facts: Facts, _: str) -> Interval:
    if facts.member is None:
        return UNKNOWN
    known = facts.member.messages
    known = facts.counts.messages_of_author() if known is None else known
    return UNKNOWN if known is None else _count(known)


class _Anything:
    """The set of what may be in a set that nobody knows."""

    def __contains__(self, _: object) -> bool:
        return True


_ANYTHING: Final = _Anything()
_UNKNOWN_SET: Final[Sets] = (frozenset[str](), _ANYTHING)


def _role(facts: Facts, role: str) -> Interval:
    return _truth(role in facts.member.roles) if facts.member else UNKNOWN


def _roles(facts: Facts) -> Sets:
    return (facts.member.roles, facts.member.roles) if facts.member else _UNKNOWN_SET


def _bot(facts: Facts, _: str) -> Interval:
    return _truth(facts.member.is_bot) if facts.member else UNKNOWN


def _strikes(facts: Facts, _: str) -> Interval:
    return _count(sum(points.total for points in facts.strikes.values())) if facts.strikes else NO


def _mentions(facts: Facts, _: str) -> Interval:
    return _count(len(set(facts.message.mentions))) if facts.message and facts.message.mentions else NO


def _everyone(facts: Facts, _: str) -> Interval:
    return _truth(facts.message is not None and facts.message.mentions_everyone)


def _attachments(facts: Facts, _: str) -> Interval:
    return _count(len(facts.message.attachments)) if facts.message and facts.message.attachments else NO


def _edited_after(facts: Facts, _: str) -> Interval:
    if facts.message is None or facts.kind != "edit":
        return NO
    seconds = (facts.event.at - facts.message.at).total_seconds()
    return (seconds, seconds)


def _raid(facts: Facts, _: str) -> Interval:
    return _truth(facts.counts.raid)


def _links(facts: Facts, _: str) -> Interval:
    return _count(len(facts.views.links)) if facts.message and facts.views.links else NO


def _posted(facts: Facts, what: str) -> Interval:
    return _count(facts.counts.most(cast("Posted", what)))


def _copies(facts: Facts, _: str) -> Interval:
    return _count(facts.counts.most_copies())


def _length(facts: Facts, _: str) -> Interval:
    return _count(shape.length(facts.views))


def _capitals(facts: Facts, _: str) -> Interval:
    share = shape.capitals(facts.views)
    return (share, share)


def _longest_run(facts: Facts, _: str) -> Interval:
    return _count(shape.longest_run(facts.views))


def _emoji(facts: Facts, _: str) -> Interval:
    return _count(shape.emoji(facts.views))


ACCOUNT_AGE: Final = Measure("account age", _account)
HERE_FOR: Final = Measure("time in the community", _here)
MESSAGES: Final = Measure("number of messages", _messages)
IS_BOT: Final = Measure("bot or person", _bot)
STRIKES: Final = Measure("strikes", _strikes)
MENTIONS: Final = Measure("people mentioned", _mentions)
EVERYONE: Final = Measure("mention of everyone", _everyone)
ATTACHMENTS: Final = Measure("attachments", _attachments)
EDIT_DELAY: Final = Measure("time until the edit", _edited_after)
RAID: Final = Measure("raid", _raid)
LINKS: Final = Measure("links", _links, costly=True)
COPIES: Final = Measure("copies of the text", _copies)
LENGTH: Final = Measure("length", _length)
CAPITALS: Final = Measure("capitals", _capitals, costly=True)
LONGEST_RUN: Final = Measure("a character in a row", _longest_run, costly=True)
EMOJI: Final = Measure("emoji", _emoji, costly=True)


def role(name: str) -> Measure:
    """1 when the person has the role, else 0."""
    return Measure(f"role {name}", _role, name, sets=_roles)


def posted(what: Posted) -> Measure:
    """At least as many of these as the author has posted in any window."""
    return Measure(f"{what} of the author", _posted, what)
