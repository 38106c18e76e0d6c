"""One rule set over one history, on the same path as live traffic."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

from moderation.model import Event, MessageEdited, MessageRef, Signal, Signals, message_of
from moderation.strikes import Strike
from moderation.text.views import Views
from moderation.verdict import Mode, Verdict
from rules.compile import Engine, compile_rules
from rules.conditions.score import Score
from rules.facts import kind_of
from rules.model import All, AnyOf, Condition, Holds, Rule, RuleSet, Use
from rules.stream import Noted, Stream

SHOWN: Final = frozenset({"message", "edit", "join", "leave"})
"""The kinds of event that exports show."""


class Side:
    """Judges events in order, as `Stream.feed` does, except that all versions of a message are one case.

    Exports tell only the last text of a message that was changed, so its versions are judged with the same words; a
    strike for each of them would count one deed twice. `scored` are the labels for which a model gives scores.
    """

    def __init__(self, rule_set: RuleSet, scored: frozenset[str] = frozenset()) -> None:
        self.rule_set = rule_set
        self.scored = scored
        self.undecided: Counter[tuple[str, tuple[str, ...], frozenset[str]]] = Counter()
        self._stream = Stream(compile_rules(judged_part(rule_set, scored)))
        self._silent = Signals(silent=self._stream.engine.labels)
        self._given: dict[MessageRef, list[Strike]] = {}

    @property
    def engine(self) -> Engine:
        """The rules that are judged, ready."""
        return self._stream.engine

    def judge(self, event: Event, views: Views, given: tuple[Signal, ...] = ()) -> Verdict:
        """The verdict on the next event; `views` are those of its text, `given` what a model says of it."""
        stream = self._stream
        noted = Noted(event, views, stream.counters.note(event, views))
        before = self._take_back(event.message.ref) if self._given and isinstance(event, MessageEdited) else None
        verdict = stream.decide(noted, self._signals(given))
        if verdict.actions:
            self._settle(noted, verdict)
        if before is not None:
            self._give_again(event, before)
        if verdict.undecided:
            self.undecided[kind_of(event), verdict.undecided, verdict.missing] += 1
        return verdict

    def undecided_of(self, rule: Rule) -> int:
        """On how many messages nobody knows. The edits of a message are not counted beside the message itself."""
        return sum(
            times
            for (kind, rules, _), times in self.undecided.items()
            if rule.id in rules and not (kind == "edit" and "message" in rule.on)
        )

    def _signals(self, given: tuple[Signal, ...]) -> Signals:
        """What nobody gave a score for is unknown."""
        if not given:
            return self._silent
        return Signals(given, self._silent.silent.difference(signal.label for signal in given))

    def _settle(self, noted: Noted, verdict: Verdict) -> None:
        message = message_of(noted.event)
        given = self._stream.settle(noted, verdict, case_of(message.ref) if message else noted.event.key)
        if given and message is not None:
            self._given[message.ref] = list(given)

    def _take_back(self, ref: MessageRef) -> list[Strike] | None:
        given = self._given.pop(ref, None)
        if given is not None:
            self._stream.strikes.remove(case_of(ref))
        return given

    def _give_again(self, event: Event, before: list[Strike]) -> None:
        """An edit that earns nothing leaves the strikes of the message as they were."""
        message = message_of(event)
        if message is not None and message.ref not in self._given:
            self._given[message.ref] = before
            for strike in before:
                self._stream.strikes.add(strike)


def case_of(ref: MessageRef) -> str:
    """The one case of a message in a backtest."""
    return f"{ref.channel.platform}:{ref.channel.id}:{ref.id}"


def unjudged(rule: Rule, scored: frozenset[str] = frozenset()) -> str:
    """Why an export cannot tell whether a rule would have matched: `off`, `score` or `events`; empty when it can.

    `scored` are the labels for which a model gives scores.
    """
    if rule.mode is Mode.OFF:
        return "off"
    if rule.condition is not None and needs_score(rule.condition, scored):
        return "score"
    return "" if rule.on & SHOWN else "events"


def needs_score(test: Holds, scored: frozenset[str]) -> bool:
    """Whether a condition can hold only with a score that nobody gives: no export has any."""
    if isinstance(test, Condition):
        return isinstance(test, Score) and (test.asleep or not test.wants().labels <= scored)
    if isinstance(test, Use):
        return needs_score(test.part, scored)
    if isinstance(test, All):
        return any(needs_score(part, scored) for part in test.parts)
    return isinstance(test, AnyOf) and all(needs_score(part, scored) for part in test.parts)


def judged_part(rule_set: RuleSet, scored: frozenset[str]) -> RuleSet:
    """The rules that can be judged: those that wait for a score would be undecided on every message and never match."""
    return RuleSet(
        tuple(
            replace(policy, rules=tuple(rule for rule in policy.rules if not unjudged(rule, scored)))
            for policy in rule_set.policies
        )
    )
