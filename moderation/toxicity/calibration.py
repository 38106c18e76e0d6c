"""Turns a network's logits into probabilities that mean what they say: of texts given 90 %, nine in ten are so.

Platt scaling (Platt 1999) per label, fitted for each language on texts held out from training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
OTHER: Final = "other"
"""The key for languages that have no fit of their own, and for texts in an unknown one."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Per language the slope and the offset of each label, in the order of the labels."""

    slopes: Mapping[str, Floats]
    offsets: Mapping[str, Floats]

    @classmethod
    def of(cls, fits: Mapping[str, Mapping[str, Sequence[float]]]) -> Calibration:
        """From `{language: {"slope": […], "offset": […]}}`."""
        return cls(
            {language: np.asarray(fit["slope"], np.float32) for language, fit in fits.items()},
            {language: np.asarray(fit["offset"], np.float32) for language, fit in fits.items()},
        )

    def probabilities(self, logits: Floats, languages: Sequence[str | None] = ()) -> Floats:
        """Texts × labels in, texts × labels out; `languages` one per text, or none at all."""
        spoken = languages or [None] * len(logits)
        keys = [language if language is not None and language in self.slopes else OTHER for language in spoken]
        slopes = np.stack([self.slopes[key] for key in keys])
        offsets = np.stack([self.offsets[key] for key in keys])
        return sigmoid(logits * slopes + offsets)


def sigmoid(logits: Floats) -> Floats:
    """The logistic function, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)
