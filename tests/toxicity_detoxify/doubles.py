"""Models whose answers a test decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from moderation.toxicity.port import Scores


@dataclass
class Known:
    """Knows every text's scores and remembers what it was asked."""

    answers: Mapping[str, Scores]
    name: str = "known"
    labels: frozenset[str] = frozenset({"toxicity", "insult"})
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        self.asked += zip(texts, languages or [None] * len(texts), strict=True)
        return [self.answers[text] for text in texts]


@dataclass
class Broken:
    """Fails whenever it is asked."""

    error: Exception
    name: str = "broken"
    labels: frozenset[str] = frozenset({"toxicity"})

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        raise self.error


@dataclass
class Short:
    """Gives one answer too few."""

    name: str = "short"
    labels: frozenset[str] = frozenset({"toxicity"})

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        return [{"toxicity": 0.5} for _ in texts[1:]]
