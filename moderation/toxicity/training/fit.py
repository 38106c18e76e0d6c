"""What is fitted on texts held out from training: calibration per language, and when a stage's answer is clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.calibration import OTHER, Floats

Doubles = NDArray[np.float64]
Fit = Mapping[str, Mapping[str, list[float]]]
_ENOUGH: Final = 30
"""Texts of each kind that a language needs for a fit of its own."""


def platt(logits: Floats, wanted: Floats, weights: Floats | None = None) -> tuple[float, float]:
    """Slope and offset of a logistic fit, by Newton's method with a little ridge; identity where one kind is missing."""
    if wanted.sum() < _ENOUGH or (1 - wanted).sum() < _ENOUGH:
        return 1.0, 0.0
    weigh = np.ones_like(logits) if weights is None else weights
    x = np.stack([logits, np.ones_like(logits)], axis=1).astype(np.float64)
    prior = np.array([1.0, 0.0])
    w, loss = prior, _cost(prior, x, wanted, weigh)
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        slope = x.T @ (weigh * (p - wanted)) + (w - prior)
        step = np.linalg.solve((x * (weigh * p * (1 - p))[:, None]).T @ x + np.eye(2), slope)
        while (tried := _cost(w - step, x, wanted, weigh)) > loss and np.abs(step).max() > 1e-9:
            step = step / 2  # far from the best place a whole step of Newton's may overshoot
        w, loss = w - step, tried
        if np.abs(step).max() < 1e-6:
            break
    return float(max(w[0], 0.2)), float(w[1])


def _cost(w: Doubles, x: Doubles, wanted: Floats, weigh: Floats) -> float:
    """Weighted log loss, and the ridge towards the identity."""
    logits = x @ w
    return float((weigh * (np.logaddexp(0, logits) - wanted * logits)).sum() + 0.5 * ((w - [1.0, 0.0]) ** 2).sum())


def calibrated(
    logits: Floats, wanted: Floats, languages: Sequence[str], own: Sequence[str], weights: Floats | None = None
) -> Fit:
    """A fit per language in `own`, and one for the others; `wanted` is NaN where nobody knows."""
    spoken = np.asarray(languages)
    places: dict[str, NDArray[np.bool_]] = {language: spoken == language for language in own}
    places[OTHER] = np.ones(len(spoken), dtype=bool)
    fits: dict[str, Mapping[str, list[float]]] = {}
    for language, here in places.items():
        pairs = []
        for label in range(logits.shape[1]):
            known = here & ~np.isnan(wanted[:, label])
            enough = known.sum() and min(wanted[known, label].sum(), (1 - wanted[known, label]).sum()) >= _ENOUGH
            if not enough:  # too few of its own: as for all languages together
                known = ~np.isnan(wanted[:, label])
            weigh = None if weights is None else weights[known]
            pairs.append(platt(logits[known, label], wanted[known, label], weigh))
        fits[language] = {"slope": [a for a, _ in pairs], "offset": [b for _, b in pairs]}
    return fits


def clear_band(early: Floats, last: Floats, loss: float, thresholds: Sequence[float]) -> tuple[float, float]:
    """Up to which and from which toxicity an early answer may stand.

    The widest band ends where at most `loss` of all texts that leave would have been decided otherwise by the last
    stage at any of the thresholds; half of the loss is granted to each side.
    """
    allowed = loss / 2 * len(early)
    low, high = 0.0, 1.0
    for edge in np.linspace(0.005, min(thresholds), 120):
        wrong = (last[early <= edge] >= min(thresholds)).sum()
        if wrong > allowed:
            break
        low = float(edge)
    for edge in np.linspace(0.999, max(thresholds), 120):
        wrong = (last[early >= edge] < max(thresholds)).sum()
        if wrong > allowed:
            break
        high = float(edge)
    return low, high
