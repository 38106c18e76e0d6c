"""Two models as one: who is asked about what, and what counts when one of them fails."""

from __future__ import annotations

import pytest

from moderation.errors import DetectorError, UserError
from moderation.toxicity.band import Band
from moderation.toxicity.cascade import Cascade
from tests.toxicity_detoxify.doubles import Broken, Known, Short

FIRST = {
    "fine": {"toxicity": 0.05, "insult": 0.01},
    "low": {"toxicity": 0.2, "insult": 0.1},
    "unclear": {"toxicity": 0.6, "insult": 0.7},
    "high": {"toxicity": 0.9, "insult": 0.2},
    "vile": {"toxicity": 0.95, "insult": 0.9},
    "нечитаемо": {},
    "broken": {"toxicity": float("nan")},
}
SECOND = {text: {"toxicity": 0.33, "threat": 0.44} for text in FIRST}
BAND = Band(0.2, 0.9)


def pair(second: Known | Broken | Short | None = None, band: Band = BAND) -> tuple[Cascade, Known, list[str]]:
    first, told = Known(FIRST, "shipped"), list[str]()
    return (
        Cascade(first, second or Known(SECOND, "detoxify:tiny", frozenset({"threat"})), band, told.append),
        first,
        told,
    )


def test_the_second_model_sees_only_what_is_in_doubt() -> None:
    """Clear texts cost only the first model; the ends of the band, and what it could not judge, are in doubt."""
    second = Known(SECOND)
    cascade, first, _ = pair(second)
    cascade.score(list(FIRST))
    assert [text for text, _ in first.asked] == list(FIRST)
    assert [text for text, _ in second.asked] == ["low", "unclear", "high", "нечитаемо", "broken"]


def test_clear_texts_keep_the_first_scores_and_doubtful_ones_get_the_second() -> None:
    """The second's scores replace the first's; what the second cannot judge stays the first's."""
    fine, unclear, unread = pair()[0].score(["fine", "unclear", "нечитаемо"])
    assert fine == FIRST["fine"]
    assert unclear == {"toxicity": 0.33, "threat": 0.44, "insult": 0.7}
    assert unread == {"toxicity": 0.33, "threat": 0.44}


def test_languages_follow_their_texts() -> None:
    """What is known about a text's language reaches the second model beside that text."""
    second = Known(SECOND)
    pair(second)[0].score(["fine", "unclear", "vile", "low"], ["en", "es", "en", None])
    assert second.asked == [("unclear", "es"), ("low", None)]


def test_nobody_is_asked_when_all_is_clear() -> None:
    """A second model that would fail is not even noticed."""
    cascade, _, told = pair(Broken(DetectorError("gone")))
    assert list(cascade.score(["fine", "vile"])) == [FIRST["fine"], FIRST["vile"]]
    assert list(cascade.score([])) == []
    assert told == []


@pytest.mark.parametrize("second", [Broken(DetectorError("out of memory")), Broken(RuntimeError("a bug")), Short()])
def test_without_the_second_model_the_first_one_stands(second: Broken | Short) -> None:
    """An outage makes answers coarser, as on a machine without the second model, and somebody hears of it."""
    cascade, _, told = pair(second)
    assert list(cascade.score(["fine", "unclear", "low"])) == [FIRST["fine"], FIRST["unclear"], FIRST["low"]]
    assert len(told) == 1
    assert second.name in told[0]


def test_a_careful_band_leaves_doubtful_texts_to_people() -> None:
    """With `alone: nobody` a doubtful text that the second model did not judge has no score at all."""
    cascade, _, _ = pair(Broken(DetectorError("gone")), Band(0.2, 0.9, alone="nobody"))
    assert list(cascade.score(["fine", "unclear", "vile"])) == [FIRST["fine"], {}, FIRST["vile"]]


def test_a_text_the_second_model_cannot_judge_is_treated_alike() -> None:
    """One empty answer is an outage for one text."""
    second = Known({"unclear": {}, "low": {"toxicity": 0.1}})
    assert pair(second)[0].score(["unclear"])[0] == FIRST["unclear"]
    assert pair(second, Band(0.2, 0.9, alone="nobody"))[0].score(["unclear"])[0] == {}


def test_the_second_model_helps_out_when_the_first_one_fails() -> None:
    """Then everything is in doubt."""
    told = list[str]()
    cascade = Cascade(Broken(RuntimeError("boom"), "shipped"), Known(SECOND), BAND, told.append)
    assert cascade.score(["fine", "vile"]) == [SECOND["fine"], SECOND["vile"]]
    assert told == ["shipped could not judge 2 texts: boom"]


def test_when_both_fail_nothing_is_said() -> None:
    """Labels fall silent; no text is called harmless."""
    broken = Broken(RuntimeError("boom"), "shipped"), Broken(DetectorError("gone"), "detoxify:tiny")
    with pytest.raises(DetectorError, match="neither shipped nor detoxify:tiny could judge"):
        Cascade(*broken, BAND).score(["fine"])


def test_it_is_named_after_the_second_and_gives_the_labels_of_both() -> None:
    """Rules name it, and evidence shows it."""
    cascade = pair()[0]
    assert cascade.name == "cascade:detoxify:tiny"
    assert cascade.labels == {"toxicity", "insult", "threat"}


def test_the_first_model_must_give_the_label_of_the_band() -> None:
    """A cascade that could settle nothing is a mistake of whoever built it."""
    with pytest.raises(ValueError, match="shipped gives no threat"):
        Cascade(Known(FIRST, "shipped"), Known(SECOND), Band(0.2, 0.9, "threat"))


@pytest.mark.parametrize("ends", [(0.9, 0.2), (-0.1, 0.5), (0.5, 1.1), (float("nan"), 1.0)])
def test_a_band_has_two_ends_in_order(ends: tuple[float, float]) -> None:
    """Nonsense in the settings is told, not obeyed."""
    with pytest.raises(UserError, match="a band goes from low to high"):
        Band(*ends)
    with pytest.raises(UserError, match="`alone` is `first` or `nobody`"):
        Band(0.1, 0.9, alone="whoever")
