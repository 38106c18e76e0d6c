"""From the facts of one event to a verdict: pure, synchronous, and the same for live traffic, backtests and examples."""

from __future__ import annotations

from collections.abc import Iterable

from moderation.actions.base import Action
from moderation.model import MessageRef
from moderation.verdict import CLEAN, Because, Match, Mode, Verdict
from rules.compile import Compiled, Engine
from rules.facts import Facts, message_at
from rules.merging import merged, with_steps
from rules.model import Holds, Witness
from rules.trees import supporting, weakest_witness, witness

Asked = list[tuple[int, bool | None]]
"""The rules worth a second look: their numbers, and True or None (nobody knows)."""

_ACTING = frozenset({Mode.ENFORCE, Mode.REVIEW})


def judge(engine: Engine, facts: Facts) -> Verdict:
    """What the rules say. `facts.found` must come from `engine.finder`."""
    asked = candidates(engine, facts)
    return verdict_of(engine, facts, asked) if asked else CLEAN


def candidates(engine: Engine, facts: Facts) -> Asked:
    """The rules whose conditions hold or may hold, before their scope is looked at."""
    plan = engine.kinds.get(facts.kind)
    if plan is None:
        return []
    asked: Asked = []
    if plan.fused is not None:
        plan.fused(facts, asked.append)
    keys = facts.found.keys
    if keys and plan.waiting:
        numbers = {number for key in keys for number in plan.waiting.get(key, ())}
        for number in numbers:
            test = engine.rules[number].test
            value = test.holds(facts) if test is not None else True
            if value is not False:
                asked.append((number, value))
    return asked


def verdict_of(engine: Engine, facts: Facts, asked: Asked) -> Verdict:
    """The verdict that follows when these rules hold: scope, `stop`, ladders and merging."""
    matches: list[Match] = []
    undecided: list[str] = []
    missing: set[str] = set()
    written: dict[str, tuple[Action, ...]] = {}
    stopped = -1
    for number, value in sorted(asked):
        one = engine.rules[number]
        if one.policy == stopped or (one.scope is not None and not one.scope.covers(facts)):
            continue
        if value is None:
            undecided.append(one.rule.id)
            missing |= _missing(one, facts)
            continue
        matches.append(match_of(one, facts))
        written[one.rule.id] = one.rule.then
        if one.rule.stop and one.mode in _ACTING:
            stopped = one.policy
    if not matches:
        return Verdict((), tuple(undecided), (), frozenset(missing)) if undecided else CLEAN
    return Verdict(tuple(matches), tuple(undecided), merged(matches, written), frozenset(missing))


def match_of(one: Compiled, facts: Facts) -> Match:
    """A rule that holds: its actions with ladder steps, the messages that made the match, and why."""
    score_only = one.test is not None and witness(one.test, facts) is Witness.MODEL
    return Match(
        rule=one.rule.id,
        mode=one.mode,
        actions=with_steps(one.rule.then, facts.strikes, one.ladders, score_only=score_only),
        messages=tuple(_messages(one, facts)),
        because=_because(one, facts),
        score_only=score_only,
        brake=one.rule.brake,
    )


def score_only(test: Holds | None) -> bool:
    """Whether a rule with this condition could match with nothing but a model's score against the person."""
    return test is not None and weakest_witness(test) is Witness.MODEL


def _messages(one: Compiled, facts: Facts) -> Iterable[MessageRef]:
    found: dict[MessageRef, None] = {}
    for leaf in supporting(one.test, facts) if one.test is not None else ():
        found.update(dict.fromkeys(leaf.involved(facts)))
    own = message_at(facts.event)
    if own is not None:
        found.pop(own, None)
        found[own] = None
    return found


def _because(one: Compiled, facts: Facts) -> tuple[Because, ...]:
    return tuple(one.test.because(facts)) if one.test is not None else ()


def _missing(one: Compiled, facts: Facts) -> set[str]:
    """What nobody knows: the numbers that are unknown in conditions that nobody can decide, or the conditions."""
    names: set[str] = set()
    for leaf, guards in one.leaves:
        told = [test.holds(facts) for test in guards]
        if False not in told and (None in told if leaf.is_numeric else leaf.holds(facts) is None):
            unknown = {test.measure.name for test, value in zip(guards, told, strict=True) if value is None}
            names |= unknown or {leaf.name}
    return names
