"""What every toxicity model can do, whichever way it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

Scores = Mapping[str, float]
"""Label → probability between 0 and 1. A label that is missing could not be judged: silence is not zero."""


class Toxicity(Protocol):
    """Scores texts. Blocking, and safe to call from one thread at a time: detector.py gives it a thread of its own."""

    @property
    def name(self) -> str:
        """As rules and settings name it: `shipped`, `detoxify:unbiased`, or a file's name."""
        ...

    @property
    def labels(self) -> frozenset[str]:
        """All labels it may give."""
        ...

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """One answer per text, in their order.

        `languages` are tags (`en`, `es`) where somebody knows them, one per text or none at all. Raises DetectorError
        when no text can be judged; a single text that cannot be judged has an empty answer.
        """
        ...


@runtime_checkable
class Versioned(Protocol):
    """A model whose weights may change under the same name."""

    @property
    def version(self) -> str:
        """Of the weights."""
        ...


def signature(model: Toxicity) -> str:
    """How a model signs its scores: with its version where it has one.

    What moderators corrected in one version says nothing of another; rules that name the model mean every version.
    """
    return f"{model.name}:{model.version}" if isinstance(model, Versioned) else model.name
