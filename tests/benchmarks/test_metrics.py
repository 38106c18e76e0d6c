"""The measures of the toxicity benchmark, against values worked out by hand."""

from __future__ import annotations

import pytest

from benchmarks.toxicity.metrics import (
    Curve,
    balanced_accuracy,
    calibration_error,
    intervals,
    macro_f1,
    pr_auc,
    recall_at,
    reliability,
    roc_auc,
    wilson,
)

SCORES = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
TRUTH = [1, 0, 1, 1, 0, 0]


def test_roc_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    """Of nine pairs of a toxic and a clean text, seven are in order: 3 + 2 + 2."""
    assert roc_auc(SCORES, TRUTH) == pytest.approx(7 / 9)


def test_equal_scores_count_half() -> None:
    """Whoever gives every text the same score is at one half, whatever the order of the texts."""
    assert roc_auc([0.3] * 4, [1, 1, 0, 0]) == pytest.approx(0.5)
    assert roc_auc([0.5, 0.5, 0.1], [1, 0, 0]) == pytest.approx(0.75)


def test_pr_auc_weighs_precision_by_the_recall_it_adds() -> None:
    """Precision is 1, 2/3 and 3/4 where the three toxic texts are caught."""
    assert pr_auc(SCORES, TRUTH) == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert pr_auc([0.5] * 4, [1, 0, 0, 0]) == pytest.approx(0.25)


def test_the_curve_has_one_step_per_distinct_score() -> None:
    """A word list that says yes or no has two thresholds: yes, and everything."""
    curve = Curve.of([1, 1, 0, 0, 0], [1, 0, 1, 0, 0])
    assert curve.thresholds.tolist() == [1, 0]
    assert curve.recall.tolist() == [0.5, 1.0]
    assert curve.precision.tolist() == [0.5, 0.4]


def test_recall_is_taken_where_few_enough_clean_texts_are_flagged() -> None:
    """With one of three clean texts allowed all toxic ones are caught; with none, the first only."""
    assert recall_at(SCORES, TRUTH, 1 / 3) == pytest.approx(1.0)
    assert recall_at(SCORES, TRUTH, 0.05) == pytest.approx(1 / 3)
    assert recall_at([1, 1, 0], [1, 0, 0], 0.05) == 0.0


def test_balanced_accuracy_of_a_constant_is_one_half() -> None:
    """However rare the toxic texts are, and whichever answer is always given."""
    assert balanced_accuracy([0.0] * 10, [1] + [0] * 9, 0.8) == pytest.approx(0.5)
    assert balanced_accuracy([1.0] * 10, [1] + [0] * 9, 0.8) == pytest.approx(0.5)
    assert balanced_accuracy(SCORES, TRUTH, 0.65) == pytest.approx(2 / 3)


def test_macro_f1_is_the_mean_over_toxic_and_clean() -> None:
    """At 0.55 toxic has 6/7 and clean 4/5; a constant has nothing of the other kind."""
    assert macro_f1(SCORES, TRUTH, 0.55) == pytest.approx((6 / 7 + 4 / 5) / 2)
    assert macro_f1([0.0, 0.0], [1, 0], 0.8) == pytest.approx((0 + 2 / 3) / 2)


def test_calibration_error_is_how_far_bins_are_from_what_they_promise() -> None:
    """Four texts at 0.95 of which three are toxic, one clean at 0.05: 4/5 of 0.20 and 1/5 of 0.05."""
    scores, truth = [0.95] * 4 + [0.05], [1, 1, 1, 0, 0]
    assert calibration_error(scores, truth) == pytest.approx(0.8 * 0.2 + 0.2 * 0.05)
    assert [each.texts for each in reliability(scores, truth)] == [1, 4]


def test_a_probability_of_one_belongs_to_the_last_bin() -> None:
    """Nothing falls off the end."""
    assert reliability([1.0, 0.95], [1, 1])[0].texts == 2


def test_intervals_hold_the_estimate_and_are_the_same_each_time() -> None:
    """Seeded, and wider for fewer texts."""
    few, many = intervals(SCORES, TRUTH), intervals(SCORES * 40, TRUTH * 40)
    assert few == intervals(SCORES, TRUTH)
    for (low, high), value in zip(many, (roc_auc(SCORES, TRUTH), pr_auc(SCORES * 40, TRUTH * 40)), strict=True):
        assert low < value < high
    assert many[0][1] - many[0][0] < few[0][1] - few[0][0]


def test_intervals_of_a_perfect_order_are_a_point() -> None:
    """Whatever is drawn, toxic stays above clean."""
    assert intervals([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0]) == ((1.0, 1.0), (1.0, 1.0))


def test_no_hit_among_few_texts_does_not_prove_that_there_is_none() -> None:
    """Nothing in ten leaves up to 28 % open (Wilson)."""
    low, high = wilson(0, 10)
    assert low == pytest.approx(0.0, abs=1e-12)
    assert high == pytest.approx(0.2775, abs=1e-3)
