"""The measures of a classifier, each for scores between 0 and 1 and a truth of 0 and 1 per text.

Equal scores are one threshold everywhere: a word list that says only yes or no gets no curve it does not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
BINS: Final = 10
_RESAMPLES: Final = 400


@dataclass(frozen=True, slots=True)
class Curve:
    """What every threshold gives, from the strictest to the most lenient: caught and falsely flagged texts so far."""

    thresholds: Floats
    caught: Floats
    false: Floats

    @classmethod
    def of(cls, scores: ArrayLike, truth: ArrayLike) -> Curve:
        """One step per distinct score."""
        values, toxic = np.asarray(scores, np.float64), np.asarray(truth, np.float64)
        order = np.argsort(-values, kind="stable")
        ends = _ends(values[order])
        caught = np.cumsum(toxic[order])[ends]
        return cls(values[order][ends], caught, ends + 1.0 - caught)

    @property
    def recall(self) -> Floats:
        """Of the toxic texts, how many are caught."""
        return np.asarray(self.caught / self.caught[-1], np.float64)

    @property
    def precision(self) -> Floats:
        """Of the flagged texts, how many are toxic."""
        return self.caught / (self.caught + self.false)


def roc_auc(scores: ArrayLike, truth: ArrayLike) -> float:
    """The chance that a toxic text scores above a clean one, an equal score counting half (Mann and Whitney 1947)."""
    return float(_areas(*_steps(scores, truth))[0][0])


def pr_auc(scores: ArrayLike, truth: ArrayLike) -> float:
    """Average precision: precision at each threshold, weighed by the recall it adds. No interpolation."""
    return float(_areas(*_steps(scores, truth))[1][0])


def intervals(scores: ArrayLike, truth: ArrayLike, *, seed: int = 1) -> tuple[tuple[float, float], tuple[float, float]]:
    """95 % intervals of ROC-AUC and PR-AUC: the bootstrap's percentiles (Efron 1979), each kind of text drawn apart."""
    values, toxic = np.asarray(scores, np.float64), np.asarray(truth, np.float64)
    order = np.argsort(-values, kind="stable")
    starts = np.concatenate(([0], _ends(values[order])[:-1] + 1))
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(_RESAMPLES):
        drawn = [np.where(toxic[order] == kind, 1.0, 0.0) for kind in (1, 0)]
        weights = [chance.multinomial(int(each.sum()), each / each.sum()).astype(np.float64) for each in drawn]
        steps = [np.add.reduceat(each, starts)[None] for each in weights]
        roc, pr = _areas(steps[0], steps[1])
        found.append((roc[0], pr[0]))
    low, high = np.percentile(np.asarray(found), (2.5, 97.5), axis=0)
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


def recall_at(scores: ArrayLike, truth: ArrayLike, false_positives: float) -> float:
    """The most toxic texts a threshold catches while at most this share of the clean ones is flagged."""
    curve = Curve.of(scores, truth)
    allowed = curve.false / curve.false[-1] <= false_positives
    return float(curve.recall[allowed].max(initial=0.0))


def macro_f1(scores: ArrayLike, truth: ArrayLike, threshold: float) -> float:
    """The mean of both kinds' F1; 0 for a kind that is never said and never there."""
    said, toxic = np.asarray(scores) >= threshold, np.asarray(truth) == 1
    return float(np.mean([_f1(said == kind, toxic == kind) for kind in (True, False)]))


def balanced_accuracy(scores: ArrayLike, truth: ArrayLike, threshold: float) -> float:
    """The mean of both kinds' recall: 0.5 for a model that always says the same."""
    said, toxic = np.asarray(scores) >= threshold, np.asarray(truth) == 1
    return float((said[toxic].mean() + (~said[~toxic]).mean()) / 2)


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts given about the same probability: the mean of it, the share that is toxic, and how many they are."""

    given: float
    toxic: float
    texts: int


def reliability(scores: ArrayLike, truth: ArrayLike) -> list[Bin]:
    """Ten bins of equal width, empty ones left out."""
    values, toxic = np.asarray(scores, np.float64), np.asarray(truth, np.float64)
    place = np.minimum((values * BINS).astype(int), BINS - 1)
    return [
        Bin(float(values[place == each].mean()), float(toxic[place == each].mean()), int((place == each).sum()))
        for each in range(BINS)
        if (place == each).any()
    ]


def calibration_error(scores: ArrayLike, truth: ArrayLike) -> float:
    """Expected calibration error: how far a bin's mean is from its share of toxic texts, weighed by its texts."""
    bins = reliability(scores, truth)
    return sum(each.texts * abs(each.given - each.toxic) for each in bins) / sum(each.texts for each in bins)


def wilson(hits: int, texts: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927): honest for few texts, where nothing found does not mean never."""
    z = 1.959964
    share, scale = hits / texts, 1 + z * z / texts
    middle = (share + z * z / (2 * texts)) / scale
    reach = z * float(np.sqrt(share * (1 - share) / texts + z * z / (4 * texts * texts))) / scale
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _ends(ordered: Floats) -> NDArray[np.int64]:
    """Where each run of equal scores ends."""
    return np.concatenate((np.flatnonzero(np.diff(ordered)), [len(ordered) - 1])).astype(np.int64)


def _steps(scores: ArrayLike, truth: ArrayLike) -> tuple[Floats, Floats]:
    """Toxic and clean texts at each threshold, strictest first, as one row."""
    curve = Curve.of(scores, truth)
    return np.diff(curve.caught, prepend=0.0)[None], np.diff(curve.false, prepend=0.0)[None]


def _areas(toxic: Floats, clean: Floats) -> tuple[Floats, Floats]:
    """Both areas, for each row of texts per threshold."""
    caught, false = toxic.cumsum(axis=1), clean.cumsum(axis=1)
    below = false[:, -1:] - false + clean / 2
    roc = (toxic * below).sum(axis=1) / (caught[:, -1] * false[:, -1])
    flagged = np.maximum(caught + false, 1e-12)
    pr = (toxic * caught / flagged).sum(axis=1) / caught[:, -1]
    return roc, pr


def _f1(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    wrong = int((said ^ true).sum())
    right = int((said & true).sum())
    return 2 * right / (2 * right + wrong) if right else 0.0
