"""Choosing the doubtful band on data, for a stated loss."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import UserError
from moderation.toxicity.band import Band, measure_band
from moderation.toxicity.cascade import Cascade
from moderation.toxicity.port import Scores
from tests.toxicity_detoxify.doubles import Known


def rows(*scores: float) -> list[Scores]:
    return [{"toxicity": score} for score in scores]


def changed(first: list[Scores], second: list[Scores], band: Band, threshold: float) -> list[int]:
    """The texts that a cascade with this band decides otherwise than the second model alone."""
    names = [str(place) for place in range(len(first))]
    one, other = (Known(dict(zip(names, scores, strict=True))) for scores in (first, second))
    found = Cascade(one, other, band).score(names)
    return [
        place
        for place, (joined, alone) in enumerate(zip(found, second, strict=True))
        if (joined["toxicity"] >= threshold) != (alone["toxicity"] >= threshold)
    ]


def test_models_that_agree_need_no_second_look() -> None:
    """Then the first settles everything but what lies on the threshold itself."""
    measured = measure_band(rows(0.1, 0.4, 0.6, 0.9), rows(0.2, 0.1, 0.8, 0.9), 0.0)
    assert (measured.band, measured.settled, measured.differs) == (Band(0.5, 0.5), 1.0, 0.0)
    assert measured.differs_at_most == pytest.approx(0.49, abs=0.001)


def test_without_loss_the_band_covers_every_disagreement() -> None:
    """The band starts at the first text that the second model decides otherwise, and ends at the last."""
    measured = measure_band(rows(0.1, 0.2, 0.3, 0.45, 0.55, 0.7, 0.8, 0.95), rows(0, 0, 0.9, 0, 1, 0, 1, 1), 0.0)
    assert measured.band == Band(0.3, 0.7)
    assert measured.settled == 4 / 8
    assert measured.differs == 0.0


def test_a_stated_loss_is_spent_where_it_saves_most() -> None:
    """One changed decision of ten is allowed, and the lower side gains more by it."""
    first = rows(0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.8, 0.85, 0.9, 0.95)
    second = rows(0, 0.9, 0, 0, 0, 0.9, 1, 0, 1, 1)
    measured = measure_band(first, second, 0.1)
    assert measured.band == Band(0.35, 0.85)
    assert (measured.missed, measured.overblown, measured.settled) == (0.1, 0.0, 0.7)


def test_texts_that_a_model_could_not_judge_are_left_out() -> None:
    """They always go to the second model and say nothing about the band."""
    measured = measure_band([{}, *rows(0.1, 0.9)], [*rows(0.9, 0.1), {}], 0.0)
    assert measured.texts == 1


@pytest.mark.parametrize(("loss", "threshold"), [(-0.1, 0.5), (1.0, 0.5), (0.1, 0.0), (0.1, 1.0)])
def test_nonsense_is_told(loss: float, threshold: float) -> None:
    """A loss is a share and a threshold a probability."""
    with pytest.raises(UserError, match="a loss is a share"):
        measure_band(rows(0.1), rows(0.1), loss, threshold=threshold)
    with pytest.raises(UserError, match="no text has a score for toxicity"):
        measure_band([{}], [{}], 0.1)


_score = st.sampled_from([number / 10 for number in range(11)])


@settings(max_examples=60)
@given(
    pairs=st.lists(st.tuples(_score, _score), min_size=1, max_size=12),
    loss=st.sampled_from([0.0, 0.1, 0.3]),
    threshold=st.sampled_from([0.3, 0.5, 0.9]),
)
def test_the_loss_is_kept_and_the_report_is_true(
    pairs: list[tuple[float, float]], loss: float, threshold: float
) -> None:
    """On the very texts it was measured on, a cascade with the band does what the report says and no more harm."""
    first, second = (rows(*scores) for scores in zip(*pairs, strict=True))
    measured = measure_band(first, second, loss, threshold=threshold)
    other = changed(first, second, measured.band, threshold)
    assert len(other) / len(pairs) == pytest.approx(measured.differs)
    assert measured.differs <= loss + 1e-9
    assert measured.differs <= measured.differs_at_most <= 1.0
    assert sum(map(measured.band.settles, first)) / len(pairs) == pytest.approx(measured.settled)
    for low, high in ((low / 10, high / 10) for low in range(11) for high in range(11)):
        if low <= threshold <= high and len(changed(first, second, Band(low, high), threshold)) <= loss * len(pairs):
            assert sum(map(Band(low, high).settles, first)) / len(pairs) <= measured.settled + 1e-9


def test_more_texts_allow_a_firmer_claim() -> None:
    """The upper end of the interval nears the measured loss."""
    dice = random.Random(1)
    first = rows(*(dice.random() for _ in range(4000)))
    second = rows(*(min(1.0, max(0.0, row["toxicity"] + dice.gauss(0, 0.1))) for row in first))
    few, many = (measure_band(first[:count], second[:count], 0.02) for count in (100, 4000))
    assert few.differs_at_most > many.differs_at_most > many.differs
    assert 0.3 < many.settled < 1.0
