"""The doubtful band of a cascade, and how it is chosen on data for a loss that somebody has stated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moderation.errors import UserError
from moderation.toxicity.port import Scores

_Z: Final = 1.96
"""Two-sided 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Band:
    """Where the first model's word on `label` is not the last: from `low` to `high`, both included.

    `alone` says what counts for a text in the band when the second model gives no answer: the first's scores
    (`"first"`), or nobody's, so that its rules are undecided and people look (`"nobody"`).
    """

    low: float
    high: float
    label: str = "toxicity"
    alone: str = "first"

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.high <= 1.0:
            raise UserError(f"a band goes from low to high within 0..1, not from {self.low:g} to {self.high:g}")
        if self.alone not in ("first", "nobody"):
            raise UserError(f"`alone` is `first` or `nobody`, not {self.alone!r}")

    def settles(self, scores: Scores) -> bool:
        """Whether the first model's answer is clear. A missing score never is, nor one that is no number."""
        score = scores.get(self.label)
        return score is not None and (score < self.low or score > self.high)


@dataclass(frozen=True, slots=True)
class MeasuredBand:
    """A band and what it did to the texts it was chosen on; shares are between 0 and 1.

    `differs` is the share whose decision at the threshold is not the one the second model alone would make: `missed`
    are not flagged though it would flag them, `overblown` the other way round. `differs_at_most` is the upper end of
    the 95 % interval (Wilson 1927) that so many texts allow to claim.
    """

    band: Band
    texts: int
    settled: float
    missed: float
    overblown: float
    differs_at_most: float

    @property
    def differs(self) -> float:
        """The loss as it was measured."""
        return self.missed + self.overblown


def measure_band(
    first_scores: Sequence[Scores],
    second_scores: Sequence[Scores],
    loss: float,
    *,
    threshold: float = 0.5,
    label: str = "toxicity",
    claimed: bool = False,
) -> MeasuredBand:
    """The band that sends the fewest texts to the second model while at most `loss` of all decisions change.

    Scores are of the same texts in the same order; texts without a score of either model are left out. A text is
    flagged when its score reaches `threshold`, which lies inside the band, so that a text below the band is never
    flagged and one above it always is. With `claimed` the loss also holds for the upper end of the 95 % interval, not
    only for these texts. UserError when nothing can be measured, or too few texts are there to claim the loss.
    """
    if not 0.0 <= loss < 1.0 or not 0.0 < threshold < 1.0:
        raise UserError(
            f"a loss is a share from 0 up to 1 and a threshold lies between 0 and 1: {loss:g}, {threshold:g}"
        )
    first, flagged = _columns(first_scores, second_scores, threshold, label)
    allowed = _claimable(loss, len(first)) if claimed else math.floor(loss * len(first) + 1e-9)
    below, above = first < threshold, first > threshold
    lows = _reach(first[below], flagged[below], threshold)
    highs = _reach(-first[above], ~flagged[above], -threshold)
    _, low, high = max(
        (lows.settled(wrong) + highs.settled(allowed - wrong), lows.end(wrong), -highs.end(allowed - wrong))
        for wrong in range(allowed + 1)
    )
    return _measured(Band(low, high, label), first, flagged, threshold)


def measure_given(
    band: Band, first_scores: Sequence[Scores], second_scores: Sequence[Scores], *, threshold: float = 0.5
) -> MeasuredBand:
    """What a band that was chosen in another way does to these texts; see measure_band."""
    first, flagged = _columns(first_scores, second_scores, threshold, band.label)
    return _measured(band, first, flagged, threshold)


def texts_to_claim(loss: float) -> int:
    """So many texts, none decided otherwise, put the upper end of the 95 % interval at `loss` (above 0)."""
    return math.ceil(_Z * _Z * (1.0 - loss) / loss - 1e-9)


def _claimable(loss: float, texts: int) -> int:
    """How many of the texts may be decided otherwise while the upper end stays within `loss`."""
    within = [wrong for wrong in range(math.floor(loss * texts) + 1) if _at_most(wrong, texts) <= loss + 1e-9]
    if not within:
        least = (
            f"at least {texts_to_claim(loss):,} texts that both models can judge are needed"
            if loss
            else "no number is enough"
        )
        raise UserError(f"{texts:,} texts are too few to claim that at most {loss:.2%} are decided otherwise: {least}")
    return within[-1]


def _columns(
    first_scores: Sequence[Scores], second_scores: Sequence[Scores], threshold: float, label: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The first's scores, and whether the second flags, of all texts that both have judged."""
    pairs = [
        (first[label], second[label])
        for first, second in zip(first_scores, second_scores, strict=True)
        if label in first and label in second
    ]
    if not pairs:
        raise UserError(f"no text has a score for {label} from both models: no band can be measured")
    return np.array([one for one, _ in pairs]), np.array([other >= threshold for _, other in pairs])


def _measured(band: Band, first: NDArray[np.float64], flagged: NDArray[np.bool_], threshold: float) -> MeasuredBand:
    settled = (first < band.low) | (first > band.high)
    missed = int((settled & (first < threshold) & flagged).sum())
    overblown = int((settled & (first >= threshold) & ~flagged).sum())
    return MeasuredBand(
        band,
        len(first),
        int(settled.sum()) / len(first),
        missed / len(first),
        overblown / len(first),
        _at_most(missed + overblown, len(first)),
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far one side of the band may go, for every number of wrong decisions."""

    ends: NDArray[np.float64]
    counts: NDArray[np.int64]
    wrongs: NDArray[np.int64]

    def settled(self, wrong: int) -> int:
        return int(self.counts[self._last(wrong)])

    def end(self, wrong: int) -> float:
        return float(self.ends[self._last(wrong)])

    def _last(self, wrong: int) -> int:
        return int(np.searchsorted(self.wrongs, wrong, side="right")) - 1


def _reach(scores: NDArray[np.float64], wrong: NDArray[np.bool_], threshold: float) -> _Reach:
    """Settling from the outer end inwards, equal scores together: where it ends, how many it settles, how many wrongly."""
    order = np.argsort(scores)
    ordered = scores[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.array([], dtype=np.int64)
    counts = np.r_[starts, len(ordered)].astype(np.int64)
    wrongs = np.r_[0, np.cumsum(wrong[order])].astype(np.int64)[counts]
    return _Reach(np.r_[ordered[starts], threshold], counts, wrongs)


def _at_most(wrong: int, of: int) -> float:
    share, spread = wrong / of, _Z * _Z / of
    return (share + spread / 2 + _Z * math.sqrt(share * (1 - share) / of + spread / of / 4)) / (1 + spread)
