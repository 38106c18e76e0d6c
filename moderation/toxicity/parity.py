"""How far an optimised model's scores are from those of the model it was made from, and how much faster it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.port import Scores, Toxicity

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one label over all texts: absolute differences of probabilities; the correlation, None where one is constant."""

    largest: float
    mean: float
    p99: float
    correlation: float | None


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second of processor time, each model on one thread; `batched` puts 32 texts at once before it."""

    texts: int
    source_one_by_one: float
    source_batched: float
    fast_one_by_one: float
    fast_batched: float

    @property
    def one_by_one(self) -> float:
        """How many times faster, one text at a time."""
        return self.fast_one_by_one / self.source_one_by_one

    @property
    def batched(self) -> float:
        """How many times faster, 32 texts at a time."""
        return self.fast_batched / self.source_batched


@dataclass(frozen=True, slots=True)
class Parity:
    """What an export is accepted or refused by."""

    texts: int
    labels: Mapping[str, Difference]
    speed: Speed

    @property
    def worst_mean(self) -> float:
        """The mean difference of the label that suffered most."""
        return max(difference.mean for difference in self.labels.values())

    @property
    def largest(self) -> float:
        """The largest difference of any label in any text."""
        return max(difference.largest for difference in self.labels.values())

    def as_json(self) -> dict[str, Any]:
        """For the manifest and `--json`."""
        ratios = {"one_by_one": self.speed.one_by_one, "batched": self.speed.batched}
        return {**asdict(self), "worst_mean": self.worst_mean, "largest": self.largest, "times_faster": ratios}


def differences(source: Sequence[Scores], fast: Sequence[Scores]) -> Mapping[str, Difference]:
    """Label by label; both have an answer for every text, with the same labels."""
    return {
        label: _difference(np.array([row[label] for row in source]), np.array([row[label] for row in fast]))
        for label in source[0]
    }


def _difference(source: Column, fast: Column) -> Difference:
    apart = np.abs(source - fast)
    constant = not (np.ptp(source) and np.ptp(fast))
    correlation = None if constant else float(np.corrcoef(source, fast)[0, 1])
    return Difference(float(apart.max()), float(apart.mean()), float(np.quantile(apart, 0.99)), correlation)


def measure_speed(source: Toxicity, fast: Toxicity, texts: Sequence[str], *, batch: int = 32) -> Speed:
    """Interleaved batch by batch, so that whatever else the machine does hits both alike; processor time, not a clock's."""
    spent = np.zeros(4)
    for model in (source, fast):
        model.score(texts[:2])
    for start in range(0, len(texts), batch):
        some = texts[start : start + batch]
        spent += [
            _seconds(source, [[text] for text in some]),
            _seconds(source, [some]),
            _seconds(fast, [[text] for text in some]),
            _seconds(fast, [some]),
        ]
    return Speed(len(texts), *(len(texts) / max(float(seconds), 1e-9) for seconds in spent))


def _seconds(
    model: Toxicity, batches: Sequence[Sequence[str]], clock: Callable[[], float] = time.process_time
) -> float:
    start = clock()
    for batch in batches:
        model.score(batch)
    return clock() - start
