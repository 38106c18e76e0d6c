"""Scores the messages of a history, so that rules that ask for a score can be tried on it too."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bot.scoring import BATCH, scores_of
from moderation.model import Event, Signal, message_of
from moderation.toxicity.port import Toxicity

BLOCK: Final = 2048
"""Events whose texts are scored together."""
REMEMBERED: Final = 100_000
"""Distinct texts whose scores are kept, those met last; what people say again and again is scored once."""

Given = tuple[Signal, ...]


@dataclass(slots=True)
class Scored:
    """What a model was asked: how many texts, each counted as often as it was scored, and on how many it was silent."""

    model: str
    texts: int = 0
    silent: int = 0


class Scorer:
    """Gives the signals of one model for events, a block at a time. `labels` are those that the rules ask for."""

    def __init__(self, model: Toxicity, labels: frozenset[str]) -> None:
        self._model = model
        self._labels = labels & model.labels
        self._known: OrderedDict[str, Given] = OrderedDict()
        self._nothing = tuple(Signal(label, 0.0, model.name) for label in sorted(self._labels))
        self.scored = Scored(model.name)

    def with_signals(self, events: Iterable[Event]) -> Iterator[tuple[Event, Given]]:
        """Every event with what the model says of its message; nothing where it is silent. Raises DetectorError."""
        source = iter(events)
        while block := list(islice(source, BLOCK)):
            texts = [message.text if (message := message_of(event)) else "" for event in block]
            self._learn(texts)
            yield from ((event, self._of(text)) for event, text in zip(block, texts, strict=True))

    def _of(self, text: str) -> Given:
        return self._known[text] if text.strip() else self._nothing

    def _learn(self, texts: Sequence[str]) -> None:
        new: dict[str, None] = {}
        for text in texts:
            if text in self._known:
                self._known.move_to_end(text)
            elif text.strip():
                new[text] = None
        unknown = list(new)
        for start in range(0, len(unknown), BATCH):
            some = unknown[start : start + BATCH]
            sound = [text.encode("utf-8", "replace").decode() for text in some]  # exports hold halves of characters
            for text, scores in zip(some, scores_of(self._model, sound), strict=True):
                self._known[text] = self._signals(scores or {})
                self.scored.silent += not scores
        self.scored.texts += len(unknown)
        while len(self._known) > max(REMEMBERED, BLOCK):
            self._known.popitem(last=False)

    def _signals(self, scores: Mapping[str, float]) -> Given:
        return tuple(Signal(label, score, self._model.name) for label, score in scores.items() if label in self._labels)
