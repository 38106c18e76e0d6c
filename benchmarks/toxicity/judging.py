"""What one contestant makes of a suite as a whole; closer.py looks at its parts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.toxicity import metrics
from benchmarks.toxicity.contestants import Contestant
from benchmarks.toxicity.sets import Suite, Text
from benchmarks.toxicity.thresholds import SURE
from moderation.toxicity.port import Scores

Interval = tuple[float, float]
_TOGETHER: Final = 256
_POINTS: Final = 80


@dataclass(frozen=True, slots=True)
class Areas:
    """Both areas with their 95 % intervals."""

    roc_auc: float
    roc_interval: Interval
    pr_auc: float
    pr_interval: Interval


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one suite; None where the suite has only one kind of text. Shares are 0..1.

    `flagged` and `held` are clean texts at the contestant's threshold and at SURE, `caught` toxic ones at its threshold.
    """

    unjudged: int
    areas: Areas | None
    macro_f1: float | None
    balanced: float | None
    balanced_at_half: float | None
    recall_5: float | None
    recall_1: float | None
    calibration_error: float | None
    flagged: float | None
    held: float | None
    caught: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A contestant's toxicity for every text of a suite, and whatever other labels it gave."""

    toxicity: NDArray[np.float64]
    answers: Sequence[Scores]

    @classmethod
    def of(cls, contestant: Contestant, suite: Suite) -> Judged:
        """Texts in their order; one that cannot be judged is never flagged, and counted."""
        answers: list[Scores] = []
        for start in range(0, len(suite.texts), _TOGETHER):
            some = suite.texts[start : start + _TOGETHER]
            answers += contestant.judge([text.text for text in some], [text.language for text in some])
            _progress(f"{contestant.name}: {suite.name} {len(answers):,} of {len(suite.texts):,}")
        _progress("")
        return cls(np.asarray([answer.get("toxicity", np.nan) for answer in answers], np.float64), answers)


def truth_of(texts: Sequence[Text]) -> NDArray[np.float64]:
    """1 for toxic."""
    return np.asarray([text.toxic for text in texts], np.float64)


def measures(given: NDArray[np.float64], truth: NDArray[np.float64], threshold: float) -> Measures:
    """All of them."""
    scores = judged_only(given)
    toxic, clean = scores[truth == 1], scores[truth == 0]
    both = len(toxic) > 0 and len(clean) > 0
    return Measures(
        unjudged=int(np.isnan(given).sum()),
        areas=_areas(scores, truth) if both else None,
        macro_f1=metrics.macro_f1(scores, truth, threshold) if both else None,
        balanced=metrics.balanced_accuracy(scores, truth, threshold) if both else None,
        balanced_at_half=metrics.balanced_accuracy(scores, truth, 0.5) if both else None,
        recall_5=metrics.recall_at(scores, truth, 0.05) if both else None,
        recall_1=metrics.recall_at(scores, truth, 0.01) if both else None,
        calibration_error=metrics.calibration_error(scores, truth) if both else None,
        flagged=float((clean >= threshold).mean()) if len(clean) else None,
        held=float((clean >= max(SURE, threshold)).mean()) if len(clean) else None,
        caught=float((toxic >= threshold).mean()) if len(toxic) else None,
    )


def _areas(scores: NDArray[np.float64], truth: NDArray[np.float64]) -> Areas:
    roc, pr = metrics.intervals(scores, truth)
    return Areas(metrics.roc_auc(scores, truth), roc, metrics.pr_auc(scores, truth), pr)


def judged_only(given: NDArray[np.float64]) -> NDArray[np.float64]:
    """A text that could not be judged is as one that is never flagged."""
    return np.nan_to_num(given)


def pr_points(given: NDArray[np.float64], truth: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Recall and precision at up to 80 thresholds spread over the recall, for a picture."""
    curve = metrics.Curve.of(judged_only(given), truth)
    wanted = np.searchsorted(curve.recall, np.linspace(0, 1, _POINTS), side="left")
    places = np.unique(np.minimum(wanted, len(curve.recall) - 1))
    return [(float(curve.recall[place]), float(curve.precision[place])) for place in places]


def together(judged: Mapping[str, Judged], members: Sequence[Suite]) -> Judged:
    """What was said of several suites, as of one."""
    parts = [judged[suite.name] for suite in members]
    return Judged(
        np.concatenate([part.toxicity for part in parts]), [answer for part in parts for answer in part.answers]
    )


def _progress(words: str) -> None:
    """One line that is written over, for a person who waits; nothing in a log."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words}")
        sys.stderr.flush()
