"""How far verdicts move a threshold, and that taking them back restores it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from moderation.leeway import (
    ALL,
    DEFAULT,
    OFF,
    Bounds,
    Move,
    Opinion,
    Threshold,
    millionths,
    points_of,
    standing,
)

SURE = Threshold("toxic-sure", "toxicity", "shipped", 970_000)
ASKING = Threshold("toxic-ask", "toxicity", "shipped", 800_000)
NO, RIGHT = Opinion.NOT_A_PROBLEM, Opinion.UPHELD

thresholds = some.builds(
    Threshold, some.just("rule"), some.just("toxicity"), some.just("shipped"), some.integers(0, ALL)
)
bounds = some.builds(
    Bounds,
    above=some.floats(0, 0.3),
    below=some.floats(0, 0.3),
    lowest=some.floats(0.3, 0.6),
    highest=some.floats(0.9, 1.0),
)
verdicts = some.lists(
    some.tuples(some.sampled_from(Opinion), some.floats(0, 1), some.integers(0, 30)), min_size=1, max_size=25
)


def follow(threshold: Threshold, said: list[tuple[Opinion, float, int]], within: Bounds) -> list[Move]:
    """Say all of it; before each verdict the move its number points at, if any, is taken back. What counts at the end."""
    live: list[Move] = []
    for opinion, score, back in said:
        if back < len(live):
            live.pop(back)
        points = points_of(opinion, threshold, score, sum(move.points for move in live), within)
        if points:
            live.append(Move(threshold, points))
    return live


def here(threshold: Threshold, moves: list[Move], within: Bounds) -> int:
    return standing(moves, within).get(threshold, threshold.asked)


@given(thresholds, verdicts, bounds)
def test_no_verdict_leads_out_of_the_bounds(
    threshold: Threshold, said: list[tuple[Opinion, float, int]], within: Bounds
) -> None:
    """Whatever is said and taken back, in any order: never further than allowed, never past the ends."""
    for many in range(len(said) + 1):
        live = follow(threshold, said[:many], within)
        stands = here(threshold, live, within)
        assert -millionths(within.below) <= stands - threshold.asked <= millionths(within.above)
        assert stands <= max(threshold.asked, millionths(within.highest))
        assert stands >= min(threshold.asked, millionths(within.lowest))


@given(thresholds, verdicts, some.data())
def test_taking_back_in_any_order_stays_within_the_bounds_and_ends_at_the_start(
    threshold: Threshold, said: list[tuple[Opinion, float, int]], data: some.DataObject
) -> None:
    """Moves up and down leave one by one; without any, the rule's own figure applies to the last millionth."""
    live = follow(threshold, said, DEFAULT)
    for gone in data.draw(some.permutations(range(len(live)))):
        live[gone] = Move(threshold, 0)
        stands = here(threshold, live, DEFAULT)
        assert threshold.asked <= stands <= max(threshold.asked, min(threshold.asked + 100_000, 995_000))
    assert here(threshold, live, DEFAULT) == threshold.asked


@given(thresholds, verdicts, some.data())
def test_the_order_of_moves_changes_nothing(
    threshold: Threshold, said: list[tuple[Opinion, float, int]], data: some.DataObject
) -> None:
    """The threshold is a sum of what was not taken back."""
    live = follow(threshold, said, DEFAULT)
    shuffled = data.draw(some.permutations(live))
    assert here(threshold, list(shuffled), DEFAULT) == here(threshold, live, DEFAULT)


@given(thresholds, verdicts, some.tuples(some.sampled_from(Opinion), some.floats(0, 1)))
def test_the_last_verdict_taken_back_restores_what_was_before(
    threshold: Threshold, said: list[tuple[Opinion, float, int]], last: tuple[Opinion, float]
) -> None:
    """Also when earlier ones had come and gone."""
    live = follow(threshold, said, DEFAULT)
    before = here(threshold, live, DEFAULT)
    points = points_of(*_with(threshold, last), sum(move.points for move in live), DEFAULT)
    after = here(threshold, [*live, Move(threshold, points)], DEFAULT)
    assert (after != before) == bool(points)
    assert after >= before if last[0] is NO else after <= before
    assert here(threshold, live, DEFAULT) == before


def _with(threshold: Threshold, said: tuple[Opinion, float]) -> tuple[Opinion, Threshold, float]:
    return said[0], threshold, said[1]


@given(thresholds, verdicts)
def test_upholding_makes_no_rule_stricter_than_it_was_written(
    threshold: Threshold, said: list[tuple[Opinion, float, int]]
) -> None:
    """Nobody has seen what lies below the rule's own figure."""
    live: list[Move] = []
    for opinion, score, _ in said:
        points = points_of(opinion, threshold, score, sum(move.points for move in live), DEFAULT)
        live += [Move(threshold, points)] if points else []
        assert here(threshold, live, DEFAULT) >= threshold.asked


@pytest.mark.parametrize(
    ("opinion", "threshold", "score", "moved", "points"),
    [
        (NO, SURE, 0.99, 0, 6_000),
        (NO, SURE, 0.9731, 0, 3_200),
        (NO, SURE, 0.9999, 24_000, 1_000),
        (NO, SURE, 0.9999, 25_000, 0),
        (NO, SURE, 0.99, 24_000, 0),
        (NO, ASKING, 0.95, 0, 40_000),
        (NO, ASKING, 0.82, 0, 20_100),
        (NO, ASKING, 0.82, 40_000, 0),
        (NO, ASKING, 0.95, 80_000, 20_000),
        (RIGHT, ASKING, 0.95, 40_000, -10_000),
        (RIGHT, ASKING, 0.95, 4_000, -4_000),
        (RIGHT, ASKING, 0.95, 0, 0),
    ],
)
def test_the_size_of_a_step(opinion: Opinion, threshold: Threshold, score: float, moved: int, points: int) -> None:
    """A fifth of the way to 100 % or just above the score, whichever is less; a quarter of that back; never past an end."""
    assert points_of(opinion, threshold, score, moved, DEFAULT) == points


def test_rules_may_become_stricter_where_that_was_allowed() -> None:
    """First back to the rule's own figure, then below it, and no further than the bound."""
    within = Bounds(below=0.015)
    moved, seen = 4_000, []
    for _ in range(5):
        moved += points_of(RIGHT, ASKING, 0.95, moved, within)
        seen.append(within.here(ASKING.asked, moved))
    assert seen == [800_000, 790_000, 785_000, 785_000, 785_000]


def test_the_scores_that_pass_after_a_verdict_are_those_up_to_its_own() -> None:
    """One that is higher still meets the rule."""
    for score, other in product((0.8, 0.805, 0.8299, 0.83), (0.8, 0.8001, 0.82, 0.83, 0.8301)):
        stands = ASKING.asked + points_of(NO, ASKING, score, 0, DEFAULT)
        assert score < stands / ALL
        assert (other >= stands / ALL) == (other >= score + 0.0001 - 1e-9)


def test_switched_off_nothing_moves_and_nothing_counts() -> None:
    """Neither new verdicts nor old ones."""
    assert points_of(NO, ASKING, 0.95, 0, OFF) == 0
    assert standing([Move(ASKING, 40_000)], OFF) == {}


def test_every_threshold_moves_for_itself() -> None:
    """Another model, label, rule or figure has nothing to do with it."""
    others = [Threshold("toxic-ask", "toxicity", "detoxify:unbiased", 800_000), SURE]
    assert standing([Move(ASKING, 40_000)], DEFAULT) == {ASKING: 840_000}
    assert standing([Move(one, 1_000) for one in others], DEFAULT) == {others[0]: 801_000, SURE: 971_000}
