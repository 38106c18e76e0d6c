"""How the letters of a text spell an entry of a list, whatever stands between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from moderation.text.letters import letter_places, meant, tables
from moderation.text.patterns import Pattern

BETWEEN_PARTS: Final = "\x1f"
"""Stands between the messages of one author when they are read together; clean texts never have it."""

_WORD: Final = "a1"
_TRIES: Final = 4


class Source(NamedTuple):
    """One letter as written: its place in the text, what it may be meant for, and whether a gap comes before it."""

    place: int
    meant: str
    gap: bool


@dataclass(frozen=True, slots=True)
class Spelling:
    """A stretch of text that spells an entry; `spelt[i]` is the place in the entry of source letter i."""

    sources: Sequence[Source]
    spelt: Sequence[int]


class Letters:
    """The letters of a text with the way back from `letters.looks` of the same text."""

    __slots__ = ("_firsts", "_places", "text")

    def __init__(self, text: str, data: bytes | None) -> None:
        self.text = text
        self._places, self._firsts = letter_places(text, data)

    def unit(self, number: int) -> list[int]:
        """The places of the characters behind one letter of `looks`: several for a run."""
        end = self._firsts[number + 1] if number + 1 < len(self._firsts) else len(self._places)
        return self._places[self._firsts[number] : end]

    def may_fit(self, start: int, end: int, seen: str) -> bool:
        """Whether letters `start` to `end` can be whole words, judged roughly by the classes of the characters."""
        size = len(seen)
        begins = any(place == 0 or seen[place - 1] not in _WORD for place in self.unit(start))
        return begins and any(place + 1 == size or seen[place + 1] not in _WORD for place in self.unit(end - 1))

    def solid(self, place: int) -> bool:
        """Whether the character there is part of a word."""
        if not 0 <= place < len(self.text):
            return False
        char = self.text[place]
        if char.isascii():
            return char.isalnum()
        known = tables()
        return known.plain[ord(char)] != " " or known.look[ord(char)] is not None

    def begins(self, place: int) -> bool:
        """Whether a word may begin there."""
        return not self.solid(place - 1)

    def ends(self, place: int) -> bool:
        """Whether a word may end with the character there; marks piled on it belong to it."""
        plain = tables().plain
        after = place + 1
        while after < len(self.text) and plain[ord(self.text[after])] is None:
            after += 1
        return not self.solid(after)

    def sources(self, first: int, last: int) -> Iterator[Source]:
        """The letters as written from place `first` to place `last`."""
        known = tables()
        gap = False
        for place in range(first, last + 1):
            char = self.text[place]
            letters = known.look[ord(char)]
            if letters is None:
                gap = gap or (known.plain[ord(char)] is not None)
                continue
            for index, letter in enumerate(letters):
                yield Source(place, meant(char) if len(letters) == 1 else letter, gap and index == 0)
            if letters:
                gap = False


def spell(sources: Sequence[Source], entry: str, breaks: frozenset[int]) -> Spelling | None:
    """How the source letters spell the entry, each letter once or more; None when they do not.

    A further word of a phrase must begin after a gap. Runs of digits are not stretched.
    """
    states: dict[int, tuple[object, int] | None] = {0: None}
    size = len(entry)
    for source in sources:
        following: dict[int, tuple[object, int] | None] = {}
        for place, chain in states.items():
            if place < size and entry[place] in source.meant and (place not in breaks or source.gap):
                following.setdefault(place + 1, (chain, place))
            if place and entry[place - 1] in source.meant and not entry[place - 1].isdigit():
                following.setdefault(place, (chain, place - 1))
        states = following
        if not states:
            return None
    link = states.get(size)
    spelt: list[int] = []
    while link is not None:
        earlier, place = link
        spelt.append(place)
        link = earlier  # type: ignore[assignment]
    return Spelling(sources, spelt[::-1]) if spelt else None


def proposals(letters: Letters, start: int, end: int, inside: bool) -> Iterator[tuple[int, int]]:
    """Where units `start` to `end` may lie as words of their own: (first place, last place), the likeliest first."""
    firsts = letters.unit(start)
    lasts = letters.unit(end - 1)
    heads = [place for place in reversed(firsts) if inside or letters.begins(place)][:_TRIES]
    tails = [place for place in lasts if inside or letters.ends(place)][:_TRIES]
    for first in heads:
        for last in tails:
            if first <= last:
                yield first, last


def read(letters: Letters, pattern: Pattern, start: int, end: int) -> Iterator[tuple[Spelling, str, frozenset[int]]]:
    """Every way in which units `start` to `end` spell the pattern."""
    entry, breaks = "", frozenset[int]()
    for first, last in proposals(letters, start, end, pattern.inside):
        entry = entry or pattern.letters()
        breaks = breaks or pattern.breaks()
        spelling = spell(list(letters.sources(first, last)), entry, breaks)
        if spelling is not None:
            yield spelling, entry, breaks
