"""Rules that ask for a score nobody here gives: the score is unknown, and they wait for a model without troubling people.

The same goes for a single message that the model cannot read, as in Japanese: nothing is broken, and nobody can mend it.
Asking people about each such message would bury the desk; taking the missing score for "no" would turn
`not: {score: …}` into "always". What a rule can decide without the score it still decides.

And the same for how long somebody has been here, or had their account, on platforms that tell no bot: a rule for
newcomers waits there for whoever was seen to join, and nobody is troubled about the others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from bot.rules_stream import LiveStream
from moderation.model import Signals
from moderation.verdict import CLEAN, Mode, Verdict
from rules.compile import Engine
from rules.measures import ACCOUNT_AGE, HERE_FOR
from rules.model import Rule, RuleSet
from rules.stream import Noted
from rules.trees import leaves

UNTOLD: Final = frozenset({HERE_FOR.name, ACCOUNT_AGE.name})
"""What some platforms tell no bot about anybody."""


def sleeping(rule_set: RuleSet, given: Collection[str]) -> tuple[str, ...]:
    """The ids of the rules that wait for a model; `given` are the labels that somebody gives."""
    return tuple(rule.id for rule in rule_set.rules if rule.mode is not Mode.OFF and _waits(rule, given))


class PatientStream(LiveStream):
    """Live traffic where some labels have nobody who gives them."""

    def __init__(self, engine: Engine, given: Collection[str], zones: Mapping[str, tzinfo]) -> None:
        super().__init__(engine, zones=zones)
        self._given = frozenset(given)
        self._learn(engine)

    def swap(self, engine: Engine) -> None:
        """Other rules from now on."""
        super().swap(engine)
        self._learn(engine)

    def decide(self, noted: Noted, signals: Signals = Signals()) -> Verdict:
        """The verdict; rules that wait for a model, or for what no platform tells, are not among the undecided."""
        missing = self._missing | (signals.unread & self._asked)
        if missing:
            signals = Signals(signals.given, signals.silent | missing)
        verdict = super().decide(noted, signals)
        if not verdict.undecided:
            return verdict
        undecided = self._troubled(verdict.undecided, missing) if missing else verdict.undecided
        unknown = verdict.missing - missing
        if unknown and unknown <= UNTOLD:
            undecided = ()
        if undecided or verdict.matched:
            return replace(verdict, undecided=undecided, missing=verdict.missing if undecided else frozenset())
        return CLEAN

    def _troubled(self, undecided: tuple[str, ...], missing: frozenset[str]) -> tuple[str, ...]:
        """Of the undecided rules those that wait for something else than a label nobody can give."""
        waiting = self._sleeping.get(missing)
        if waiting is None:  # as many sets as labels of a detector may be missing together: one or two
            given = self._asked - missing
            waiting = self._sleeping[missing] = frozenset(sleeping(self._rules, given))
        return tuple(rule for rule in undecided if rule not in waiting)

    def _learn(self, engine: Engine) -> None:
        self._rules = engine.rule_set
        self._asked = engine.labels
        self._missing = engine.labels - self._given
        self._sleeping: dict[frozenset[str], frozenset[str]] = {}


def _waits(rule: Rule, given: Collection[str]) -> bool:
    if rule.condition is None:
        return False
    asked = {label for leaf in leaves(rule.condition) for label in leaf.wants().labels}
    return not asked <= set(given)
