"""A closer look at what a contestant makes of texts: by group of people, family, pair and label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.toxicity import metrics
from benchmarks.toxicity.judging import judged_only
from benchmarks.toxicity.sets import Text
from moderation.toxicity.labels import LABELS
from moderation.toxicity.port import Scores

FEWEST: Final = 20
"""Texts of each kind below which a label's area says nothing."""
SMALLEST: Final = 8
"""Clean texts a group needs to have a share of its own."""


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
class Tilt:
    """The share of clean texts that are flagged: those that name a group, and the others; None where there are none."""

    named: float | None
    others: float | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Toxic texts beside clean ones that differ in little: in how many the toxic one scores above, and both are right.

    Shares are 0..1; an equal score counts half for `in_order`.
    """

    count: int
    in_order: float
    both_right: float


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


def pairs(texts: Sequence[Text], given: NDArray[np.float64], threshold: float) -> Pairs | None:
    """None where the suite has none; a pair whose other half is missing is left out."""
    kinds: dict[int, dict[bool, float]] = defaultdict(dict)
    for text, score in zip(texts, judged_only(given), strict=True):
        if text.pair is not None:
            kinds[text.pair][text.toxic] = float(score)
    whole = [(each[True], each[False]) for each in kinds.values() if len(each) == 2]
    if not whole:
        return None
    order = [0.5 + 0.5 * float(np.sign(toxic - clean)) for toxic, clean in whole]
    right = [toxic >= threshold > clean for toxic, clean in whole]
    return Pairs(len(whole), sum(order) / len(whole), sum(right) / len(whole))


def tilt(texts: Sequence[Text], given: NDArray[np.float64], threshold: float) -> Tilt:
    """Of all clean texts."""
    named: list[bool] = []
    others: list[bool] = []
    for text, score in zip(texts, given, strict=True):
        if not text.toxic:
            (named if text.group else others).append(bool(score >= threshold))
    return Tilt(*(sum(each) / len(each) if each else None for each in (named, others)))


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
