"""What models say, as numbers: the score of a label, and how far it lies above what is asked of the model that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Final

from rules.measures import Interval, Measure

if TYPE_CHECKING:
    from moderation.model import Signal
    from rules.facts import Facts

STATED: Final = frozenset({"scene", "given"})
"""Who gives the scores that a scene or a line of `sereno judge` states: they hold for whichever model a rule names."""


def _score(facts: Facts, argument: str) -> Interval:
    label, _, model = argument.partition("@")
    if not model:
        low = facts.signals.score(label)
    else:
        low = max((s.score for s in facts.signals.given if s.label == label and _is(model, s.detector)), default=0.0)
    return (low, inf) if label in facts.signals.silent else (low, low)


def _is(model: str, detector: str) -> bool:
    return detector in STATED or detector == model or detector.startswith(f"{model}:")


def score(label: str, model: str | None = None) -> Measure:
    """The highest score any detector (or the model named) gave the label, 0 to 1; unknown above it while one is
    silent."""
    return Measure(label, _score, f"{label}@{model}" if model else label)


def strongest(facts: Facts, label: str, model: str | None, asked: float, here: Mapping[str, float]) -> Signal | None:
    """The opinion on a label that lies furthest above what is asked of its model; None when nobody has one.

    `here` has the models of which something else is asked than of the others.
    """
    given = (one for one in facts.signals.given if one.label == label and (model is None or _is(model, one.detector)))
    return max(given, key=lambda one: one.score - here.get(one.detector, asked), default=None)


def excess(label: str, model: str | None, asked: float, here: Mapping[str, float]) -> Measure:
    """How far the highest score lies above what is asked of the model that gave it; at least 0 when it is enough.

    The difference of two floats is below zero exactly when the first is the smaller, so nothing is lost by subtracting.
    """

    def read(facts: Facts, _: str) -> Interval:
        found = strongest(facts, label, model, asked, here)
        low = found.score - here.get(found.detector, asked) if found is not None else -asked
        return (low, inf) if label in facts.signals.silent else (low, low)

    return Measure(label, read)
