"""Models that do as they are told: they wait, break, lie and die on the words of a text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from moderation.toxicity.labels import LABELS
from moderation.toxicity.port import Scores

CALM = dict.fromkeys(LABELS, 0.01)


def scores(**given: float) -> Scores:
    return CALM | given


@dataclass
class Model:
    """Gives `toxicity` by word: `nasty` 0.99, `doubtful` 0.85, anything else 0.01.

    It remembers the texts of every call. `open` lets calls through; `trouble` is raised for every call; `says` replaces
    its answers.
    """

    name: str = "shipped"
    labels: frozenset[str] = frozenset(LABELS)
    calls: list[list[str]] = field(default_factory=list)
    languages: list[list[str | None]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    trouble: BaseException | None = None
    says: Callable[[Sequence[str]], Any] | None = None
    closed: bool = False

    def __post_init__(self) -> None:
        self.open.set()

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        if "Good morning, everybody!" in texts:
            return [CALM for _ in texts]
        self.calls.append(list(texts))
        self.languages.append(list(languages))
        self.reached.set()
        self.open.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.says(texts) if self.says is not None else [judged(text) for text in texts]

    def close(self) -> None:
        self.closed = True

    @property
    def seen(self) -> list[str]:
        return [text for call in self.calls for text in call]


def judged(text: str) -> Scores:
    if "poison" in text:
        raise ValueError("a text that breaks the model")
    if "日本" in text:
        return {}
    return scores(toxicity=0.99 if "nasty" in text else 0.85 if "doubtful" in text else 0.01)


@dataclass
class Maker:
    """Makes the models it was given, one after the other; an exception among them is raised."""

    models: list[Model | Exception]
    made: int = 0

    def __call__(self) -> Model:
        self.made += 1
        model = self.models[min(self.made, len(self.models)) - 1]
        if isinstance(model, Exception):
            raise model
        return model


@dataclass
class Notes:
    """What a detector says of itself, in order."""

    said: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def up(self, name: str) -> None:
        self.said.append(f"up: {name}")

    def down(self, why: str) -> None:
        self.said.append(f"down: {why}")

    def missed(self, why: str) -> None:
        self.lost.append(why)
