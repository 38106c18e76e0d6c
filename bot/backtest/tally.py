"""What one rule set would have done in all: for each rule and for each person."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.backtest.archive import Archive
from bot.backtest.braking import Braking
from bot.backtest.judged import Judged, Matched
from bot.backtest.sides import Side, unjudged
from moderation.actions.base import Action, Aim
from rules.model import Rule
from rules.trees import wants_of

Place = tuple[str, str]
"""A message by the ids of its channel and its own."""


@dataclass(slots=True)
class RuleTally:
    """One rule. `messages` and `events` (joins and the like) made it match; `acted_on` counts the distinct messages it
    would have touched, the earlier ones of a flood or of a split word included. `records` are numbers in the archive.

    `protected` matches are by staff and bots: nothing would have been done, and `actions` leaves them out. `undecided`
    counts the messages on which nobody knows. `unjudged` says why a rule could not be judged at all; `labels` are the
    scores it asks for.
    """

    rule: Rule
    unjudged: str = ""
    labels: tuple[str, ...] = ()
    braking: Braking | None = None
    undecided: int = 0
    messages: int = 0
    events: int = 0
    protected: int = 0
    acted_on: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    if_enforced: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    records: array[int] = field(default_factory=lambda: array("L"))
    earlier: set[Place] = field(default_factory=set)

    @property
    def found(self) -> int:
        """How often it matched, messages and other events together."""
        return self.messages + self.events

    def take(self, number: int, judged: Judged, matched: Matched) -> None:
        """Count one match."""
        self.records.append(number)
        self.days[judged["at"][:10]] += 1
        self.messages += judged["id"] is not None
        self.events += judged["id"] is None
        self.earlier.update((one["channel"], one["message"]) for one in matched["together"])
        if judged["author"] is not None:
            self.people.add(judged["author"]["id"])
        if judged["protected"]:
            self.protected += 1
            return
        self.actions.update(matched["actions"])
        self.if_enforced.update(matched["if_enforced"])
        if self.braking is not None:
            touched = len(matched["together"]) + (judged["id"] is not None)
            self.braking.take(judged["community"], datetime.fromisoformat(judged["at"]), matched["actions"], touched)

    def finish(self, archive: Archive) -> None:
        """Settle what only the whole history tells: earlier messages that did not match themselves count too."""
        if self.earlier:
            for number in self.records:
                self.earlier.discard(place_of(archive[number]))
        self.acted_on = self.messages + len(self.earlier)


@dataclass(slots=True)
class Person:
    """What would have happened to one person: as far as the modes go, and if every rule were enforced."""

    id: str
    name: str
    community: str
    found: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    if_enforced: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Tally:
    """All rules, in the order of their files, and the people. `felt` names the actions that sanction a person."""

    rules: Mapping[str, RuleTally]
    felt: frozenset[str]
    people: dict[tuple[str, str], Person] = field(default_factory=dict)

    def take(self, number: int, judged: Judged, matched: Sequence[Matched]) -> None:
        """Count one message or other event."""
        for one in matched:
            self.rules[one["rule"]].take(number, judged, one)
        author = judged["author"]
        if author is None or judged["protected"] or not matched:
            return
        key = (judged["community"], author["id"])
        person = self.people.setdefault(key, Person(author["id"], author["name"], judged["community"]))
        person.found += 1
        person.actions.update({name for one in matched for name in one["actions"]})
        person.if_enforced.update({name for one in matched for name in one["if_enforced"]})

    def sanctioned(self) -> list[Person]:
        """The people who would have felt something, those who would have felt it most often first."""

        def weight(person: Person) -> tuple[int, int, int]:
            return -self._felt(person.actions), -self._felt(person.if_enforced), -person.found

        felt = [person for person in self.people.values() if any(weight(person)[:2])]
        return sorted(felt, key=lambda person: (weight(person), person.name, person.id))

    def now(self) -> int:
        """How many of them would have felt something with each rule in its own mode, and not only if enforced."""
        return sum(1 for person in self.people.values() if self._felt(person.actions))

    def _felt(self, actions: Mapping[str, int]) -> int:
        return sum(times for name, times in actions.items() if name in self.felt)


def place_of(judged: Judged) -> Place:
    """The ids by which another message would name this one."""
    channel = judged["channel"]
    return (channel["id"] if channel else "", judged["id"] or "")


def tally(side: Side, actions: Iterable[type[Action]]) -> Tally:
    """An empty tally for the rules of one side, with what they could not decide."""
    rules = {}
    for policy in side.rule_set.policies:
        for rule in policy.rules:
            brake = policy.brakes.get(rule.brake) if rule.brake else None
            rules[rule.id] = RuleTally(
                rule,
                unjudged=unjudged(rule, side.scored),
                labels=tuple(sorted(wants_of(rule.condition).labels)),
                braking=Braking(brake) if brake else None,
                undecided=side.undecided_of(rule),
            )
    felt = frozenset(action.name for action in actions if action.aim is Aim.PERSON and action.severity >= 20)
    return Tally(rules, felt)
