"""The first look at a message: listed words that are simply there, whatever the case, accents and long vowels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from moderation.text.common import common
from moderation.text.folding import caseless, fold
from moderation.text.patterns import Automaton, Pattern, same_runs, stretched_far
from moderation.text.words import Words, places_of


class PlainHit(NamedTuple):
    """A pattern and where it stands in the clean text."""

    pattern: Pattern
    start: int
    end: int


class PlainCheck:
    """Checks what the automaton over the line of words proposes, against the words as written."""

    __slots__ = ("_clean", "_each", "_line", "_places")

    def __init__(self, clean: str, words: Words) -> None:
        self._clean = clean
        self._line = words.line
        self._each = words.each
        self._places = places_of(clean)

    def hits(self, automaton: Automaton, matches: Sequence[tuple[int, int, int]]) -> Iterator[PlainHit]:
        """The proposals that hold."""
        inside: set[int] = set()
        for owner, start, _ in matches:
            for pattern in automaton.owners[owner]:
                if pattern.inside:
                    inside.add(owner)
                elif self._holds(pattern, self._line.count(" ", 0, start)):
                    first = self._line.count(" ", 0, start)
                    last = first + pattern.plain.count(" ")
                    yield PlainHit(pattern, self._places[first][0], self._places[last][1])
        for owner in sorted(inside):
            for pattern in automaton.owners[owner]:
                if pattern.inside:
                    yield from self._inside(pattern)

    def _holds(self, pattern: Pattern, first: int) -> bool:
        """Whether the words from number `first` on are the pattern's, in the way its list asks for."""
        wanted = pattern.plain.split(" ")
        if not pattern.source.disguised:
            places = self._places[first : first + len(wanted)]
            return [fold(self._clean[start:end]) for start, end in places] == pattern.exact()
        exact: list[str] = []
        for index, word in enumerate(wanted):
            given = self._each[first + index]
            if given != word and not self._stretched(given, word):
                return False
            start, end = self._places[first + index]
            written = caseless(self._clean[start:end])
            if written != given and written in common().known:
                exact = exact or pattern.exact()
                if written != exact[index]:
                    return False
        return True

    def _stretched(self, given: str, word: str) -> bool:
        """`blaaarg` is «blarg»; a letter merely doubled may make another word: `good` is not «god»."""
        return same_runs(given, word) and (stretched_far(given, word) or given not in common().known)

    def _inside(self, pattern: Pattern) -> Iterator[PlainHit]:
        """Occurrences of a pattern anywhere in the words."""
        if pattern.source.disguised:
            expression = "".join(
                char * len(run) if char.isdigit() or char == " " else f"{re.escape(char)}{{{len(run)},}}"
                for char, group in groupby(pattern.plain)
                for run in [list(group)]
            )
            texts = self._each
        else:
            expression = re.escape(" ".join(pattern.exact()))
            texts = [fold(self._clean[start:end]) for start, end in self._places]
        line = " ".join(texts)
        for match in re.finditer(f"(?=({expression}))", line):
            start, end = match.span(1)
            if start and match.group(1) and line[start - 1 : start] == match.group(1)[0] and pattern.source.disguised:
                continue
            yield PlainHit(pattern, self._place(texts, line, start, False), self._place(texts, line, end, True))

    def _place(self, texts: Sequence[str], line: str, offset: int, is_end: bool) -> int:
        """Where an offset in the line of words lies in the clean text; the whole word where lengths differ."""
        number = line.count(" ", 0, offset)
        start, end = self._places[number]
        within = offset - (line.rfind(" ", 0, offset) + 1)
        if end - start != len(texts[number]):
            return end if is_end else start
        return start + within
