"""What one contestant makes of the suites: the measures of each, of each label, and of each group of people."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.toxicity import metrics
from benchmarks.toxicity.contestants import Contestant
from benchmarks.toxicity.sets import Suite, Text
from benchmarks.toxicity.thresholds import SURE
from moderation.toxicity.labels import LABELS
from moderation.toxicity.port import Scores

Interval = tuple[float, float]
FEWEST: Final = 20
"""Texts of each kind below which a label's area says nothing."""
SMALLEST: Final = 8
"""Clean texts a group needs to have a share of its own."""
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
class Group:
    """Clean texts that speak of one group: how many, and how many of them were flagged."""

    name: str
    texts: int
    flagged: int

    @property
    def share(self) -> float:
        """Flagged ones."""
        return self.flagged / self.texts


@dataclass(frozen=True, slots=True)
class Family:
    """Texts of one suite that try the same: of the toxic ones how many are caught, of the clean ones how many flagged."""

    name: str
    toxic: int
    caught: int
    clean: int
    flagged: int


@dataclass(frozen=True, slots=True)
class LabelArea:
    """How well one label is told where people judged it."""

    language: str
    label: str
    positives: int
    texts: int
    roc_auc: float


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


def groups(texts: Sequence[Text], given: NDArray[np.float64], threshold: float) -> list[Group]:
    """Of clean texts; groups with too few texts for a share are left out."""
    found: dict[str, list[bool]] = defaultdict(list)
    for text, score in zip(texts, given, strict=True):
        if text.group and not text.toxic:
            found[text.group].append(bool(score >= threshold))
    return [Group(name, len(each), sum(each)) for name, each in sorted(found.items()) if len(each) >= SMALLEST]


def families(texts: Sequence[Text], given: NDArray[np.float64], threshold: float) -> list[Family]:
    """In the order of their names."""
    found: dict[str, dict[bool, list[bool]]] = defaultdict(lambda: {True: [], False: []})
    for text, score in zip(texts, given, strict=True):
        if text.family:
            found[text.family][text.toxic].append(bool(score >= threshold))
    return [
        Family(name, len(each[True]), sum(each[True]), len(each[False]), sum(each[False]))
        for name, each in sorted(found.items())
    ]


def pairs_in_order(texts: Sequence[Text], given: NDArray[np.float64]) -> float | None:
    """Of the pairs that differ in little, how many have the toxic text above the clean one; equal scores count half."""
    kinds: dict[int, dict[bool, float]] = defaultdict(dict)
    for text, score in zip(texts, judged_only(given), strict=True):
        if text.pair is not None:
            kinds[text.pair][text.toxic] = float(score)
    whole = [each for each in kinds.values() if len(each) == 2]
    if not whole:
        return None
    return float(np.mean([0.5 + 0.5 * np.sign(each[True] - each[False]) for each in whole]))


def gap(found: Sequence[Group]) -> float | None:
    """Between the group that is flagged most and the one that is flagged least, 0..1."""
    shares = [group.share for group in found]
    return max(shares) - min(shares) if len(shares) > 1 else None


def label_areas(texts: Sequence[Text], answers: Sequence[Scores], language: str) -> list[LabelArea]:
    """For each label that the contestant gives and people judged often enough."""
    found = []
    for label in LABELS[1:]:
        pairs = [
            (answer[label], text.labels[label])
            for text, answer in zip(texts, answers, strict=True)
            if label in text.labels and label in answer
        ]
        positives = sum(said for _, said in pairs)
        if min(positives, len(pairs) - positives) >= FEWEST:
            area = metrics.roc_auc([score for score, _ in pairs], [float(said) for _, said in pairs])
            found.append(LabelArea(language, label, positives, len(pairs), area))
    return found


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
