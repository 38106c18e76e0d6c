"""`says: slurs`: words and phrases of a list, disguises seen through, also split over several messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator, Field, PlainSerializer, StrictBool, WithJsonSchema

from moderation.counters import Needs
from moderation.units import duration, written
from moderation.verdict import Because
from rules.conditions.measured import Path
from rules.facts import SplitHit
from rules.load_context import ListName
from rules.model import Condition, Part
from rules.wants import Phrases, Wants

if TYPE_CHECKING:
    from rules.facts import Facts

LONGEST_SPLIT = timedelta(minutes=5)
DEFAULT_SPLIT = timedelta(seconds=20)


def _split(value: object) -> timedelta:
    if value == "0s":
        return timedelta(0)
    span = duration(value)
    if span > LONGEST_SPLIT:
        raise ValueError(f"messages further apart than {written(LONGEST_SPLIT)} are not joined")
    return span


Split = Annotated[
    timedelta, BeforeValidator(_split), PlainSerializer(written, return_type=str), WithJsonSchema({"type": "string"})
]


class Says(Condition):
    """A word or phrase of one of the lists stands in the text."""

    name: ClassVar = "says"
    kinds: ClassVar = frozenset({"message", "edit", "rename"})
    waits: ClassVar = True

    lists: Annotated[tuple[ListName, ...], Field(min_length=1)]
    disguised: StrictBool = True
    split: Split = DEFAULT_SPLIT
    inside_words: StrictBool = False

    @classmethod
    def expand(cls, value: object) -> object:
        """A list, several lists, or the long form; `lists` may name one."""
        if isinstance(value, dict):
            lists = value.get("lists")
            return {**value, "lists": [lists]} if isinstance(lists, str) else value
        return {"lists": value if isinstance(value, list) else [value]}

    @property
    def phrases(self) -> tuple[Phrases, ...]:
        """Each list as it shall be looked for."""
        return tuple(Phrases(words, self.disguised, self.inside_words) for words in self.lists)

    def wants(self) -> Wants:
        """The lists, and neighbours when split words count."""
        needs = Needs(author=self.split.total_seconds(), split=self.split.total_seconds())
        return Wants(phrases=frozenset(self.phrases), needs=needs)

    def holds(self, facts: Facts) -> bool | None:
        """In this text alone, or together with its neighbours."""
        if facts.kind not in self.kinds:
            return False
        return any(facts.found.phrases(wanted) for wanted in self.phrases) or any(self._splits(facts))

    def because(self, facts: Facts) -> Sequence[Because]:
        """Each word, and where it stands."""
        told = []
        ref = facts.message.ref if facts.message else None
        for wanted in self.phrases:
            words = f"says a word of {wanted.words.name}"
            told += [Because(words, hit.what, ref, hit.start, hit.end) for hit in facts.found.phrases(wanted)]
        for name, hit in self._named_splits(facts):
            words = f"says a word of {name}, split over {len(hit.pieces)} messages"
            told += [Because(words, hit.what, piece.message, piece.start, piece.end) for piece in hit.pieces]
        return told

    def involved(self, facts: Facts) -> Sequence[Part]:
        """The messages that hold the parts of a word."""
        return [Part(piece.message, piece.at) for hit in self._splits(facts) for piece in hit.pieces]

    def wave(self, facts: Facts) -> Sequence[Part]:
        """Nothing when a word stands in this message alone."""
        alone = any(facts.found.phrases(wanted) for wanted in self.phrases)
        return () if alone else self.involved(facts)

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without the condition, and without each list in turn."""
        yield (), None
        if len(self.lists) > 1:
            for at, words in enumerate(self.lists):
                yield ("lists", at), self.model_copy(update={"lists": tuple(x for x in self.lists if x is not words)})

    def _splits(self, facts: Facts) -> Iterator[SplitHit]:
        return (hit for _, hit in self._named_splits(facts))

    def _named_splits(self, facts: Facts) -> Iterator[tuple[str, SplitHit]]:
        longest = self.split.total_seconds()
        if longest and facts.message is not None:
            for wanted in self.phrases:
                for hit in facts.found.split(wanted):
                    if hit.seconds <= longest:
                        yield wanted.words.name, hit
