"""From the facts of one event to a verdict: pure, synchronous, and the same for live traffic, backtests and examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from moderation.actions.base import Action
from moderation.model import MessageRef
from moderation.verdict import CLEAN, Because, Match, Mode, Verdict
from rules.compile import Compiled, Engine
from rules.facts import Facts, message_at
from rules.measures import Test
from rules.merging import merged, with_steps
from rules.model import Holds, Witness
from rules.moved import deciding_scores
from rules.trees import supporting, weakest_witness, witness
from rules.waves import began, covered, unstruck

Asked = list[tuple[int, bool | None]]
"""The rules worth a second look: their numbers, and True or None (nobody knows)."""

_ACTING = frozenset({Mode.ENFORCE, Mode.REVIEW})
_NO_WAVES: Final[Mapping[str, datetime]] = MappingProxyType({})


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
    return _with_moved(engine, facts, asked) if engine.moved else asked


def _with_moved(engine: Engine, facts: Facts, asked: Asked) -> Asked:
    """The same, with the rules whose thresholds moved asked anew."""
    kept = [pair for pair in asked if pair[0] not in engine.moved]
    for number in engine.moved:
        one = engine.rules[number]
        value = one.test.holds(facts) if one.test is not None and facts.kind in one.rule.on else False
        if value is not False:
            kept.append((number, value))
    return kept


def verdict_of(engine: Engine, facts: Facts, asked: Asked) -> Verdict:
    """The verdict that follows when these rules hold: scope, `stop`, ladders and merging."""
    holding: list[Compiled] = []
    undecided: list[str] = []
    missing: set[str] = set()
    stopped = -1
    for number, value in sorted(asked) if len(asked) > 1 else asked:
        one = engine.rules[number]
        if one.policy == stopped or (one.scope is not None and not one.scope.covers(facts)):
            continue
        if value is None:
            undecided.append(one.rule.id)
            missing |= _missing(one, facts)
            continue
        holding.append(one)
        if one.rule.stop and one.mode in _ACTING:
            stopped = one.policy
    if not holding:
        return _doubtful(tuple(undecided), frozenset(missing)) if undecided else CLEAN
    waves = _waves(holding, facts)
    matches = [match_of(one, facts, waves) for one in holding]
    written = {one.rule.id: one.rule.then for one in holding}
    return Verdict(tuple(matches), tuple(undecided), merged(matches, written), frozenset(missing))


def match_of(one: Compiled, facts: Facts, waves: Mapping[str, datetime] = _NO_WAVES) -> Match:
    """A rule that holds: its actions with ladder steps, the messages that made the match, and why.

    `waves` has the rules that hold only with the help of earlier messages, and when the earliest was written.
    """
    rule, test = one.rule, one.test
    score_only = test is not None and witness(test, facts) is Witness.MODEL
    since = waves.get(rule.id)
    then: Sequence[Action] = rule.then
    done: tuple[MessageRef, ...] = ()
    if since is not None and test is not None:
        then = unstruck(then, rule.id, since, facts.struck, waves)
        done = covered(test, rule.id, message_at(facts.event), facts, facts.struck)
    return Match(
        rule=rule.id,
        mode=one.mode,
        actions=with_steps(then, facts.strikes, one.ladders, score_only=score_only),
        messages=tuple(_messages(one, facts)),
        because=_because(one, facts),
        score_only=score_only,
        brake=rule.brake,
        covered=done,
        scores=deciding_scores(test, facts) if test is not None and one.scored else (),
    )


def _waves(holding: Sequence[Compiled], facts: Facts) -> Mapping[str, datetime]:
    """Only of people who have been struck."""
    if not facts.struck:
        return _NO_WAVES
    waves = {one.rule.id: began(one.test, facts) for one in holding if one.mode is Mode.ENFORCE}
    return {rule: since for rule, since in waves.items() if since is not None}


def score_only(test: Holds | None) -> bool:
    """Whether a rule with this condition could match with nothing but a model's score against the person."""
    return test is not None and weakest_witness(test) is Witness.MODEL


def _messages(one: Compiled, facts: Facts) -> Iterable[MessageRef]:
    found: dict[MessageRef, None] = {}
    for leaf in supporting(one.test, facts) if one.test is not None else ():
        found.update((part.message, None) for part in leaf.involved(facts))
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
        unknown = _unknown(guards, facts)
        if unknown if leaf.is_numeric else unknown is not None and leaf.holds(facts) is None:
            names.update(unknown or (leaf.name,))
    return names


def _unknown(guards: Sequence[Test], facts: Facts) -> list[str] | None:
    """What is unknown in comparisons of which none is false; None when one is."""
    unknown: list[str] = []
    for test in guards:
        value = test.holds(facts)
        if value is False:
            return None
        if value is None:
            unknown.append(test.measure.name)
    return unknown


@lru_cache(maxsize=1024)
def _doubtful(undecided: tuple[str, ...], missing: frozenset[str]) -> Verdict:
    """The same for very many messages, where a platform never says what a rule asks for."""
    return Verdict((), undecided, (), missing)
