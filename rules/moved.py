"""Rules as one community's moderators have moved them, and the scores by which a rule was decided.

Moved rules share everything compiled with the rules as written; only the trees of the few that moved are others. So a
move is in force between two events, costs no reload, and communities without moves pay nothing.
"""

from __future__ import annotations

from dataclasses import replace

from moderation.leeway import ALL, Figures, Threshold, millionths
from moderation.verdict import ScoreSeen
from rules.compile import Engine
from rules.conditions.score import Score
from rules.facts import Facts
from rules.model import All, AnyOf, Holds, Use
from rules.trees import supporting


def with_figures(engine: Engine, figures: Figures) -> Engine:
    """The same rules with other thresholds. Figures of rules, labels or thresholds that are not there change nothing."""
    of_rule: dict[str, dict[Threshold, int]] = {}
    for threshold, figure in figures.items():
        of_rule.setdefault(threshold.rule, {})[threshold] = figure
    rules, moved = list(engine.rules), set[int]()
    for one in engine.rules:
        mine = of_rule.get(one.rule.id)
        test = _moved(one.test, mine) if mine and one.test is not None else one.test
        if test is not one.test:
            rules[one.number] = replace(one, test=test)
            moved.add(one.number)
    return replace(engine, rules=tuple(rules), moved=frozenset(moved)) if moved else engine


def deciding_scores(test: Holds, facts: Facts) -> tuple[ScoreSeen, ...]:
    """The scores without which a tree that holds would not hold; nothing when something else was enough."""
    if _without_scores(test, facts) is True:
        return ()
    scores = [leaf for leaf in supporting(test, facts) if isinstance(leaf, Score)]
    return tuple(dict.fromkeys(seen for leaf in scores for seen in leaf.seen(facts)))


def _moved(test: Holds, figures: Figures) -> Holds:
    """A tree with other thresholds. What stands under `not` stays: there, a higher one would find more."""
    if isinstance(test, Score):
        return _with(test, figures)
    if isinstance(test, (All, AnyOf)):
        parts = tuple(_moved(part, figures) for part in test.parts)
        same = all(new is old for new, old in zip(parts, test.parts, strict=True))
        return test if same else type(test)(parts)
    if isinstance(test, Use):
        part = _moved(test.part, figures)
        return test if part is test.part else Use(test.name, part)
    return test


def _with(leaf: Score, figures: Figures) -> Score:
    asked = {label: millionths(share) for label, share in leaf.asked().items()}
    here = tuple(
        (threshold.label, threshold.model, figure / ALL)
        for threshold, figure in figures.items()
        if asked.get(threshold.label) == threshold.asked != figure
    )
    return leaf.model_copy(update={"here": here}) if here else leaf


def _without_scores(test: Holds, facts: Facts) -> bool | None:
    """What a tree would say if no score spoke against the person."""
    if isinstance(test, Score):
        return False
    if isinstance(test, (All, AnyOf)):
        said = [_without_scores(part, facts) for part in test.parts]
        settles = isinstance(test, AnyOf)
        return settles if settles in said else None if None in said else not settles
    if isinstance(test, Use):
        return _without_scores(test.part, facts)
    return test.holds(facts)
