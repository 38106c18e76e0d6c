"""A rule set made ready to judge: one index of words, one filter of patterns, one function for what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from moderation.counters import Needs
from moderation.model import KINDS
from moderation.verdict import Mode
from rules.conditions.score import Score
from rules.finding import Finder
from rules.fused import Fused, fuse
from rules.measures import Test
from rules.model import All, AnyOf, Condition, Holds, Ladder, Rule, RuleSet, Use
from rules.scope import Scope
from rules.trees import leaves, rebuilt, wants_of
from rules.wants import Pattern, Phrases, Wants, together

Key = Phrases | Pattern


@dataclass(frozen=True, slots=True)
class Compiled:
    """One rule, ready. `test` is its condition, every part of it knowing its neighbours; `policy` counts files; `leaves`
    are the parts, each with its guards; `scored` says that a model's score is among them."""

    number: int
    rule: Rule
    test: Holds | None
    scope: Scope | None
    policy: int
    ladders: Mapping[str, Ladder]
    mode: Mode
    leaves: tuple[tuple[Condition, tuple[Test, ...]], ...] = field(init=False, repr=False)
    scored: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = tuple(leaves(self.test)) if self.test is not None else ()
        object.__setattr__(self, "leaves", tuple((leaf, leaf.guards()) for leaf in parts))
        object.__setattr__(self, "scored", any(isinstance(leaf, Score) for leaf in parts))


@dataclass(frozen=True, slots=True)
class ForKind:
    """The rules for one kind of event: those one function asks, and those that wait for a word or a pattern."""

    fused: Fused | None
    waiting: Mapping[Key, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything `judge` needs. Immutable: a reload makes another one.

    `moved` are the numbers of rules whose thresholds are not those the functions of `kinds` compare with
    (rules/moved.py): they are asked one by one.
    """

    rule_set: RuleSet
    rules: tuple[Compiled, ...]
    kinds: Mapping[str, ForKind]
    finder: Finder
    wants: Wants
    moved: frozenset[int] = frozenset()

    @property
    def needs(self) -> Needs:
        """What counters must remember for these rules."""
        return self.wants.needs

    @property
    def labels(self) -> frozenset[str]:
        """The labels these rules ask for."""
        return self.wants.labels


def compile_rules(rule_set: RuleSet, *, rehearsal: bool = False) -> Engine:
    """Make a rule set ready, warmed up. In a rehearsal (examples) every rule is enforced, always, everybody sampled.

    Rules that are off, and rules that name a model which is not installed, are left out otherwise.
    """
    rules: list[Compiled] = []
    for number, policy in enumerate(rule_set.policies):
        for rule in policy.rules:
            if rehearsal or (rule.mode is not Mode.OFF and not _sleeps(rule.condition)):
                rules.append(_compiled(len(rules), rule, number, policy.ladders, rehearsal=rehearsal))
    wants = together(wants_of(one.test) for one in rules)
    finder = Finder(wants)
    return Engine(rule_set, tuple(rules), MappingProxyType(_kinds(rules)), finder, wants)


def bound(test: Holds) -> Holds:
    """A condition of a rule whose parts know what the others look for."""
    wants = wants_of(test)
    return rebuilt(test, lambda leaf: leaf.beside(wants))


def gate(test: Holds | None) -> frozenset[Key] | None:
    """Words and patterns one of which must be found before a tree can hold; None when it may hold without any."""
    if isinstance(test, Condition):
        wants = test.wants()
        return frozenset((*wants.phrases, *wants.patterns)) if test.waits else None
    if isinstance(test, Use):
        return gate(test.part)
    if isinstance(test, All):
        gates = [found for found in map(gate, test.parts) if found is not None]
        return min(gates, key=len, default=None)
    if isinstance(test, AnyOf):
        parts = [gate(part) for part in test.parts]
        known = [part for part in parts if part is not None]
        return frozenset[Key]().union(*known) if len(known) == len(parts) else None
    return None


def _compiled(number: int, rule: Rule, policy: int, ladders: Mapping[str, Ladder], *, rehearsal: bool) -> Compiled:
    test = bound(rule.condition) if rule.condition is not None else None
    scope = Scope.of(rule)
    if rehearsal and scope is not None:
        scope = Scope(rule.id, None, 1.0, frozenset(), scope.only_in, scope.except_in, scope.spare)
    return Compiled(number, rule, test, scope, policy, ladders, Mode.ENFORCE if rehearsal else rule.mode)


def _sleeps(test: Holds | None) -> bool:
    return test is not None and any(isinstance(leaf, Score) and leaf.asleep for leaf in leaves(test))


def _kinds(rules: Sequence[Compiled]) -> dict[str, ForKind]:
    """One plan per kind of event; kinds that differ in nothing share their function."""
    found: dict[str, ForKind] = {}
    made: dict[tuple[object, ...], ForKind] = {}
    for kind in KINDS:
        own = [one for one in rules if kind in one.rule.on]
        if not own:
            continue
        heard = tuple(kind in leaf.kinds for one in own if one.test for leaf in leaves(one.test))
        signature = (tuple(one.number for one in own), heard)
        if signature not in made:
            made[signature] = _for_kind(own, kind)
        found[kind] = made[signature]
    return found


def _for_kind(rules: Sequence[Compiled], kind: str) -> ForKind:
    waiting: dict[Key, list[int]] = {}
    asked: list[tuple[int, Holds | None]] = []
    for one in rules:
        keys = gate(one.test)
        if keys is None:
            asked.append((one.number, one.test))
        for key in keys or ():
            waiting.setdefault(key, []).append(one.number)
    fused = fuse(asked, kind) if asked else None
    return ForKind(fused, {key: tuple(numbers) for key, numbers in waiting.items()})
