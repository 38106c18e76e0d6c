"""How far moderators' verdicts move the threshold of a rule: arithmetic on whole numbers, without any storage.

A person who says *not a problem* raises the threshold a step, one who upholds lowers it a quarter of a step. That is the
weighted up-down method (Kaernbach 1991, Perception & Psychophysics 49:227): with steps of four to one it comes to rest
where four of five verdicts uphold. Nothing else is learned, and nothing that members wrote is kept for it.

Figures are millionths of the whole, so that sums are exact and taking a move back restores what was. What a threshold
has moved is the sum of the moves that were not taken back, within the bounds: the order in which they came, or were
taken back, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ALL: Final = 1_000_000
"""Millionths in the whole."""
GRAIN: Final = 100
"""Thresholds move by whole hundredths of a percentage point, which people can still read."""
STEPS: Final = 5
"""*Not a problem* goes this part of the way from the rule's own figure to 100 %."""
DOWN: Final = 4
"""So many times *it was right* weigh as much as one *not a problem*."""


class Opinion(StrEnum):
    """What a person says about the rule behind a case. Undoing a case says nothing about its rule."""

    NOT_A_PROBLEM = "not_a_problem"
    UPHELD = "upheld"


class Why(StrEnum):
    """Why something that a rule found is not a problem."""

    QUOTE = "quote"
    RECLAIMED = "reclaimed"
    JOKE = "joke"
    WRONG_LANGUAGE = "wrong_language"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One figure of one rule, as the verdicts of one model met it; `asked` is the rule's own figure in millionths.

    Another model, or another figure in the rule file, is another threshold: nothing has moved it yet.
    """

    rule: str
    label: str
    model: str
    asked: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far verdicts may move a threshold from the rule's own figure, and where they never take it; shares of 1.

    `below` is nothing by default: who upholds has seen what lies above the threshold and never what lies below it, so
    that makes no rule stricter than it was written.
    """

    above: float = 0.10
    below: float = 0.0
    lowest: float = 0.50
    highest: float = 0.995

    def within(self, asked: int, points: int) -> int:
        """The nearest allowed distance from the rule's own figure; millionths, as are the arguments."""
        most = max(0, min(millionths(self.above), millionths(self.highest) - asked))
        least = max(0, min(millionths(self.below), asked - millionths(self.lowest)))
        return min(max(points, -least), most)

    def here(self, asked: int, points: int) -> int:
        """The threshold that applies when moves add up to so much."""
        return asked + self.within(asked, points)


DEFAULT: Final = Bounds()
OFF: Final = Bounds(above=0.0, below=0.0)
"""Verdicts move nothing, and what they moved before does not count."""


@dataclass(frozen=True, slots=True)
class Move:
    """What one verdict changed: so many millionths."""

    threshold: Threshold
    points: int


Figures = Mapping[Threshold, int]
"""Where thresholds stand that have moved: millionths."""


def millionths(share: float) -> int:
    """A share between 0 and 1, exactly as precise as people can write it."""
    return round(share * ALL)


def points_of(opinion: Opinion, threshold: Threshold, score: float, moved: int, bounds: Bounds) -> int:
    """What an opinion on a case with this score adds to what has `moved` the threshold so far; 0 when nothing.

    Never further up than just above the score: then messages like this one pass, and that was what the person said.
    """
    asked, present = threshold.asked, bounds.within(threshold.asked, moved)
    step = _grains((ALL - asked) // STEPS)
    if opinion is Opinion.NOT_A_PROBLEM:
        enough = millionths(score) // GRAIN * GRAIN + GRAIN - asked
        wanted = max(present, min(present + step, enough))
    else:
        wanted = present - _grains(step // DOWN)
        wanted = max(wanted, 0) if present > 0 else wanted
    target = bounds.within(asked, wanted)
    return 0 if target == present else target - moved


def standing(moves: Iterable[Move], bounds: Bounds) -> dict[Threshold, int]:
    """Where the thresholds stand that these moves, none of them taken back, have moved."""
    sums: dict[Threshold, int] = {}
    for move in moves:
        sums[move.threshold] = sums.get(move.threshold, 0) + move.points
    here = {threshold: bounds.here(threshold.asked, points) for threshold, points in sums.items()}
    return {threshold: figure for threshold, figure in here.items() if figure != threshold.asked}


def _grains(points: int) -> int:
    return max(points // GRAIN, 1) * GRAIN
