"""The measured band beside an optimised model: when it is kept, when it is refused, and what the doctor makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.toxicity.thresholds import FLAG as BENCHMARKED
from bot.cascading import CAUTIOUS, band_for, place_in
from bot.model_words import band as in_words
from bot.optimising import FLAG, measured_beside
from moderation.errors import DetectorError, UserError
from moderation.toxicity.band import Band, measure_band, texts_to_claim
from moderation.toxicity.kept_band import KeptBand, kept_band
from tests.toxicity.models import Model, scores
from tests.toxicity.test_auto import optimised

NAME = "detoxify:original"


def telling(name: str, wrong: int = 0) -> Model:
    """Reads the toxicity out of a text in hundredths; flags `wrong` texts that are not toxic."""
    return Model(
        name,
        says=lambda texts: [
            scores(toxicity=0.9 if number < wrong else int(text) / 100) for number, text in enumerate(texts)
        ],
    )


TEXTS = [str(number % 100) for number in range(1000)]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    path.write_text("{}")
    return path


def kept(folder: Path, manifest: Path, *, learnt: bool = False, loss: float = 0.01, texts: int = 1000) -> KeptBand:
    fast = place_in(folder / "data", NAME).fast
    if not fast.exists():
        optimised(folder, NAME)
    models = (lambda: telling("shipped"), lambda: telling(NAME, wrong=2))
    return measured_beside(fast, manifest, models, TEXTS[:texts], loss, learnt=learnt)


def test_a_band_is_measured_where_the_shipped_rules_ask_people() -> None:
    """The benchmark and the command mean the same decisions."""
    assert FLAG == BENCHMARKED


def test_what_is_measured_is_what_the_bot_uses(tmp_path: Path, manifest: Path) -> None:
    """Two of a thousand decided otherwise can be claimed as at most one percent; all texts are clear but those at 80 %."""
    found = kept(tmp_path, manifest)
    assert (found.texts, found.missed, found.overblown) == (1000, 0.002, 0.0)
    assert found.differs_at_most <= 0.01 and found.settled == 0.99
    used = band_for(NAME, tmp_path / "data", manifest)
    assert used.band == found.band == Band(0.8, 0.8) and not used.trouble
    assert "measured on 1,000 texts: 99% were clear" in used.words and "0.7%" in used.words


def test_texts_it_has_learnt_from_cannot_narrow_the_cautious_band(tmp_path: Path, manifest: Path) -> None:
    """The shipped model knows them by heart; only disagreement beyond the cautious band says something."""
    found = kept(tmp_path, manifest, learnt=True)
    assert found.band == Band(*CAUTIOUS) and found.settled == 0.03 and found.missed == 0.002
    assert "learnt from" in in_words(found, "")


def test_too_few_texts_claim_nothing_and_leave_nothing(tmp_path: Path, manifest: Path) -> None:
    """For one percent 381 are needed, even if both always agree."""
    with pytest.raises(UserError, match=r"300 texts are too few.*at least 381"):
        kept(tmp_path, manifest, texts=300)
    assert kept_band(place_in(tmp_path / "data", NAME).fast, manifest) is None
    same = [scores(toxicity=0.1)] * 381
    assert measure_band(same, same, 0.01, claimed=True).differs_at_most <= 0.01
    with pytest.raises(UserError, match="380 texts are too few"):
        measure_band(same[1:], same[1:], 0.01, claimed=True)
    assert texts_to_claim(0.01) == 381


def test_without_the_shipped_model_nothing_is_kept(tmp_path: Path, manifest: Path) -> None:
    """Whoever optimises in an incomplete package learns why there is no band."""
    optimised(tmp_path, NAME)
    fast = place_in(tmp_path / "data", NAME).fast

    def missing() -> Model:
        raise DetectorError("the toxicity model cannot be read")

    with pytest.raises(DetectorError):
        measured_beside(fast, manifest, (missing, lambda: telling(NAME)), TEXTS, 0.01, learnt=False)
    assert kept_band(fast, manifest) is None
    assert "the toxicity model cannot be read" in in_words(None, "the toxicity model cannot be read")


def test_the_words_say_what_it_settles_and_what_it_costs(tmp_path: Path, manifest: Path) -> None:
    """Share, band, texts, loss and its upper bound."""
    words = in_words(kept(tmp_path, manifest), "")
    assert all(part in words for part in ("99.0% of 1,000 texts", "0.800", "0.20%", "0.73%", "1.00%"))


@pytest.mark.parametrize("replaced", ["shipped", "optimised"])
def test_a_band_of_other_models_says_nothing(tmp_path: Path, manifest: Path, replaced: str) -> None:
    """After an update of either model the cautious band counts until somebody measures again."""
    kept(tmp_path, manifest)
    fast = place_in(tmp_path / "data", NAME).fast
    (manifest if replaced == "shipped" else fast / "manifest.json").write_text('{"version": "2"}')
    used = band_for(NAME, tmp_path / "data", manifest)
    assert used.band == Band(*CAUTIOUS) and "other models" in used.trouble


@pytest.mark.parametrize(
    "change",
    [
        {"low": float("nan")},
        {"high": float("inf")},
        {"low": -0.1},
        {"high": 1.01},
        {"low": 0.9},
        {"high": 0.1},
        {"low": "0.1"},
        {"low": True},
        {"low": None},
        {"label": "threat"},
        {"alone": "whoever"},
        {"texts": 0},
        {"schema": "band/2"},
        {"first": "abc"},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_file_that_says_nonsense_is_told_and_not_obeyed(
    tmp_path: Path, manifest: Path, change: Mapping[str, Any]
) -> None:
    """Whatever is wrong with it, the bot starts with the cautious band."""
    kept(tmp_path, manifest)
    path = place_in(tmp_path / "data", NAME).fast / "band.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    used = band_for(NAME, tmp_path / "data", manifest)
    assert used.band == Band(*CAUTIOUS) and "is broken" in used.trouble


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"null", b"[" * 5000, b" " * 70_000])
def test_a_file_that_is_no_band_is_told(tmp_path: Path, manifest: Path, content: bytes) -> None:
    """Torn, of another kind, deep, or too long."""
    kept(tmp_path, manifest)
    (place_in(tmp_path / "data", NAME).fast / "band.json").write_bytes(content)
    assert band_for(NAME, tmp_path / "data", manifest).trouble


def test_a_folder_in_its_place_is_told(tmp_path: Path, manifest: Path) -> None:
    """Even that keeps no bot from starting."""
    optimised(tmp_path, NAME)
    (place_in(tmp_path / "data", NAME).fast / "band.json").mkdir()
    assert "cannot be read" in band_for(NAME, tmp_path / "data", manifest).trouble
