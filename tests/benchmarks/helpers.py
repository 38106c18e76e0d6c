"""Doubles for the toxicity benchmark: models that know a few words, and suites of a few texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.toxicity.contestants import Contestant
from benchmarks.toxicity.sets import Origin, Suite, Text
from moderation.toxicity.port import Scores


@dataclass(frozen=True, slots=True)
class WordModel:
    """Behind the project's port: 90 % where one of its words stands, 5 % elsewhere, silent on other letters."""

    words: frozenset[str] = frozenset({"idiot", "tonto"})
    name: str = "words"
    labels: frozenset[str] = field(default=frozenset({"toxicity", "insult"}))

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Scores:
        if any(char > "\u0370" for char in text):
            return {}
        value = 0.9 if self.words & set(text.lower().split()) else 0.05
        return {"toxicity": value, "insult": value}


def words(*known: str, name: str = "words") -> Contestant:
    """A contestant that knows these words."""
    model = WordModel(frozenset(known or ("idiot", "tonto")))
    return Contestant(name, model.score, 0.8, 1_000_000)


def suite(name: str, *lines: str, language: str = "en", origin: Origin = "own") -> Suite:
    """Lines as `+ toxic`, `- clean` or `-women clean, about women`."""
    return Suite(name, language, origin, tuple(_text(line, language) for line in lines))


def _text(line: str, language: str) -> Text:
    mark, _, text = line.partition(" ")
    toxic = mark.startswith("+")
    return Text(text, language, toxic, {"insult": toxic}, mark[1:] or None)
