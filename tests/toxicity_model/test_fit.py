"""Calibration and the exits' bands."""

from __future__ import annotations

import numpy as np
import pytest

from moderation.toxicity.calibration import Calibration, sigmoid
from moderation.toxicity.training.fit import calibrated, clear_band, platt


def _drawn(slope: float, offset: float) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(1)
    logits = chance.normal(0, 2, 20_000).astype(np.float32)
    wanted = (chance.random(20_000) < sigmoid(slope * logits + offset)).astype(np.float32)
    return logits, wanted


def test_platt_finds_the_truth() -> None:
    """Slope and offset that made the labels are found again."""
    slope, offset = platt(*_drawn(0.6, -1.0))
    assert slope == pytest.approx(0.6, abs=0.05)
    assert offset == pytest.approx(-1.0, abs=0.05)


def test_one_kind_only() -> None:
    """Where all texts are clean nothing is fitted."""
    assert platt(np.zeros(100, np.float32), np.zeros(100, np.float32)) == (1.0, 0.0)


def test_languages() -> None:
    """A language of its own has its own fit, others and unknown ones share one."""
    logits, wanted = _drawn(1.0, 0.0)
    both = np.concatenate([logits, logits])[:, None]
    labels = np.concatenate([wanted, 1 - wanted])[:, None]
    fits = calibrated(both, labels, ["en"] * 20_000 + ["xx"] * 20_000, ["en"])
    calibration = Calibration.of(fits)
    two = np.array([[2.0], [2.0]], np.float32)
    english, other = calibration.probabilities(two, ["en", None])[:, 0]
    assert english > 0.8
    assert 0.4 < other < 0.65
    assert calibration.probabilities(two)[0, 0] == other


def test_band_keeps_its_promise() -> None:
    """Of all texts, no more than the stated share leave early and are decided otherwise at the end."""
    chance = np.random.default_rng(2)
    truth = chance.normal(0, 3, 50_000)
    early = sigmoid((truth + chance.normal(0, 1.2, 50_000)).astype(np.float32))
    last = sigmoid(truth.astype(np.float32))
    low, high = clear_band(early, last, 0.01, (0.5, 0.97))
    gone = (early <= low) | (early >= high)
    wrong = ((early <= low) & (last >= 0.5)) | ((early >= high) & (last < 0.97))
    assert gone.mean() > 0.3
    assert wrong.mean() <= 0.01
