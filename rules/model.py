"""What a rule file means once it is read: policies of lists, ladders, brakes and rules, and the tree of conditions.

A condition is one small file in `rules/conditions/`: the YAML an admin writes (pydantic fields), what it means
(`holds`) and its words (`because`). `bot/wiring.py` lists them all. Truth has three values: None is "nobody knows",
which is never "no" (Kleene's strong logic).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from moderation.actions.base import Action
from moderation.model import MessageRef
from moderation.verdict import Because, Mode
from rules.wants import NOTHING, Wants

if TYPE_CHECKING:
    from rules.facts import Facts
    from rules.measures import Test


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class WordList:
    """A named list of a rule file. Compared by identity: two files may use the same name for different words."""

    name: str
    entries: tuple[str, ...]
    place: Place | None = None


class Part(NamedTuple):
    """One of several messages that make a match together, and when it was written."""

    message: MessageRef
    at: datetime


class Holds(Protocol):
    """Anything that can hold or not: a condition of a plug-in, or several of them combined."""

    def holds(self, facts: Facts) -> bool | None:
        """True, False, or None when it cannot be known."""
        ...

    def because(self, facts: Facts) -> Sequence[Because]:
        """What made it hold, in words; asked only after `holds` gave True."""
        ...


class Witness(IntEnum):
    """Who speaks against the person when a condition holds; the highest of a match counts."""

    MODEL = 0
    """Only a model's score: never enough to kick or to ban."""
    NOBODY = 1
    """It says who, where, when or how it looks; that alone accuses nobody."""
    FACTS = 2
    """Something the person did that anybody can check."""


class Condition(BaseModel, ABC):
    """One key of an `if:` block."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)

    name: ClassVar[str]
    """Its key in YAML."""
    kinds: ClassVar[frozenset[str]] = frozenset({"message", "edit", "join", "leave", "rename", "reaction", "report"})
    """The kinds of event it can say anything about; on others it does not hold."""
    waits: ClassVar[bool] = False
    """True when it never holds unless one of the phrases or patterns it wants is found."""

    @classmethod
    def expand(cls, value: object) -> object:
        """The long form (a mapping) of what an admin wrote after the name; the short form of `says` is a list name."""
        return value

    @abstractmethod
    def holds(self, facts: Facts) -> bool | None:
        """True, False, or None when it cannot be known."""

    @abstractmethod
    def because(self, facts: Facts) -> Sequence[Because]:
        """What made it hold, in words; asked only after `holds` gave True."""

    @property
    def witness(self) -> Witness:
        """Who speaks against the person when this holds."""
        return Witness.FACTS

    def guards(self) -> tuple[Test, ...]:
        """Cheap comparisons without which it cannot hold; the engine asks them first."""
        return ()

    def beyond(self, facts: Facts) -> bool | None:
        """What is left to ask once the guards hold: with them, it must say the same as `holds`."""
        return self.holds(facts)

    @property
    def is_numeric(self) -> bool:
        """Whether its guards are all there is to it."""
        return False

    def wants(self) -> Wants:
        """What must be looked for, and remembered, before `holds` can be asked."""
        return NOTHING

    def beside(self, wants: Wants) -> Condition:
        """The same condition, knowing what the other conditions of its rule look for."""
        return self

    def involved(self, facts: Facts) -> Sequence[Part]:
        """The messages that made it hold together, this one perhaps included; asked only after `holds` gave True."""
        return ()

    def wave(self, facts: Facts) -> Sequence[Part]:
        """The same, or nothing when this message alone would have been enough."""
        parts = self.involved(facts)
        own = facts.message.ref if facts.message is not None else None
        return parts if any(part.message != own for part in parts) else ()

    def looser(self) -> Iterator[tuple[tuple[str | int, ...], Condition | None]]:
        """Each way to drop one narrowing key or list member: its YAML path below the name, and what remains.

        None remains when the condition would hold always. The mutation check asks whether any example notices.
        """
        yield ((), None)


def _all(values: Iterator[bool | None]) -> bool | None:
    known: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is None:
            known = None
    return known


@dataclass(frozen=True, slots=True)
class All:
    """Keys side by side, or `all:`: every part holds."""

    parts: tuple[Holds, ...]

    def holds(self, facts: Facts) -> bool | None:
        """False wins over unknown, unknown over True."""
        return _all(part.holds(facts) for part in self.parts)

    def because(self, facts: Facts) -> Sequence[Because]:
        """The words of every part."""
        return [reason for part in self.parts for reason in part.because(facts)]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`any:`: at least one part holds."""

    parts: tuple[Holds, ...]

    def holds(self, facts: Facts) -> bool | None:
        """True wins over unknown, unknown over False."""
        known: bool | None = False
        for part in self.parts:
            value = part.holds(facts)
            if value is True:
                return True
            if value is None:
                known = None
        return known

    def because(self, facts: Facts) -> Sequence[Because]:
        """The words of the parts that hold."""
        return [reason for part in self.parts if part.holds(facts) is True for reason in part.because(facts)]


@dataclass(frozen=True, slots=True)
class Not:
    """`not:`, and what `unless:` becomes."""

    part: Holds

    def holds(self, facts: Facts) -> bool | None:
        """Unknown stays unknown."""
        value = self.part.holds(facts)
        return None if value is None else not value

    def because(self, facts: Facts) -> Sequence[Because]:
        """Nothing was seen: that is the point."""
        return ()


@dataclass(frozen=True, slots=True)
class Use:
    """`use: name`: a condition written once for several rules."""

    name: str
    part: Holds

    def holds(self, facts: Facts) -> bool | None:
        """As the named condition."""
        return self.part.holds(facts)

    def because(self, facts: Facts) -> Sequence[Because]:
        """As the named condition."""
        return self.part.because(facts)


@dataclass(frozen=True, slots=True)
class Ladder:
    """What happens as strikes add up: after `threshold` points the step's actions; strikes weigh nothing after
    `forget`. The last step is a person's."""

    name: str
    forget: timedelta
    steps: tuple[tuple[int, tuple[Action, ...]], ...]


@dataclass(frozen=True, slots=True)
class Brake:
    """A rule that removes more than `most` in `within` stops removing and asks people."""

    name: str
    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Line:
    """One line of `hits` or `misses`."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Scene:
    """A small chat with the actions expected per person (or `community`), for the whole file."""

    name: str
    chat: tuple[Line, ...]
    expect: Mapping[str, tuple[str, ...]]
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a policy. `condition` already contains `unless`, as AND NOT. `policy` is the name of its file."""

    id: str
    why: Mapping[str, str]
    then: tuple[Action, ...]
    place: Place
    policy: str
    condition: Holds | None = None
    on: frozenset[str] = frozenset({"message", "edit"})
    mode: Mode = Mode.SHADOW
    until: date | None = None
    sample: float = 1.0
    platforms: frozenset[str] = frozenset()
    only_in: tuple[str, ...] = ()
    except_in: tuple[str, ...] = ()
    spare: frozenset[str] = frozenset()
    stop: bool = False
    brake: str | None = None
    hits: tuple[Line, ...] = ()
    misses: tuple[Line, ...] = ()
    scenes: tuple[Scene, ...] = ()
    key_places: Mapping[tuple[str | int, ...], Place] = field(default_factory=dict)
    """YAML path inside the rule → place, for messages about one key (`("if", "author", "here_less_than")`)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule file."""

    name: str
    about: str
    languages: tuple[str, ...]
    lists: Mapping[str, WordList]
    conditions: Mapping[str, Holds]
    ladders: Mapping[str, Ladder]
    brakes: Mapping[str, Brake]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything that is in force together, in the order of file names, then of rules inside a file."""

    policies: tuple[Policy, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in order."""
        return tuple(rule for policy in self.policies for rule in policy.rules)
