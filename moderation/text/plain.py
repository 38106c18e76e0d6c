"""The first look at a message: listed words that are simply there, whatever the case, accents and long vowels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Final, NamedTuple

from moderation.text.common import common
from moderation.text.folding import LONG_RUN, caseless, fold
from moderation.text.letters import squeezed
from moderation.text.patterns import Automaton, Pattern, same_runs
from moderation.text.words import places_of

_LONG: Final = re.compile(r"(.)\1\1")
MOST_HITS: Final = 20
"""So many hits of one entry in one message are reported, lest a message full of it takes long."""

_VOWELS: Final = frozenset("aeiouy")
_SHORT: Final = 5
_MOST_CHOICES: Final = 8
"""So many words that differ in repeated letters alone are tried for one drawn-out word."""


class PlainHit(NamedTuple):
    """A pattern and where it stands in the clean text."""

    pattern: Pattern
    start: int
    end: int


class PlainCheck:
    """Checks what the automaton over the line of words proposes, against the words as written."""

    __slots__ = ("_clean", "_each", "_places")

    def __init__(self, clean: str, each: Sequence[str]) -> None:
        self._clean = clean
        self._each = each
        self._places = places_of(clean)

    def hits(self, automaton: Automaton, line: str) -> Iterator[PlainHit]:
        """What the automaton finds in a line of these words, drawn-out ones perhaps replaced, and what of it holds."""
        inside: dict[Pattern, None] = {}
        counts: Counter[int] = Counter()
        for owner, start, _ in automaton.matches(line):
            if counts[owner] >= MOST_HITS:
                continue
            for pattern in automaton.owners[owner]:
                if pattern.inside:
                    inside[pattern] = None
                    continue
                first = line.count(" ", 0, start)
                if self._holds(pattern, first):
                    counts[owner] += 1
                    last = first + pattern.plain.count(" ")
                    yield PlainHit(pattern, self._places[first][0], self._places[last][1])
        for pattern in inside:
            yield from islice(self._inside(pattern), MOST_HITS)

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
            doubtful = given not in (written, word) and not _LONG.search(given)
            if doubtful or written in common().known:
                exact = exact or pattern.exact()
                if written != exact[index] and (given == word or squeezed(written) != squeezed(exact[index])):
                    return False
        return True

    def _stretched(self, given: str, word: str) -> bool:
        """`blaaarg` is «blarg», but what may be another word drawn out is that word: `good` and `goood` are not «god»."""
        honest = LONG_RUN.sub(r"\1\1", given)
        if not same_runs(given, word):
            return False
        return honest == word or (honest not in common().known and not _spelt_so(given, word))

    def with_stretched(self, numbers: Sequence[int], stretched: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """Lines in which drawn-out words are replaced by the words of entries that they may be."""
        choices = {number: stretched[squeezed(self._each[number])] for number in numbers}
        for turn in range(min(max(map(len, choices.values()), default=0), _MOST_CHOICES)):
            each = list(self._each)
            for number, words in choices.items():
                each[number] = words[turn % len(words)]
            yield f" {' '.join(each)} "

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
        first = pattern.plain[0]
        fresh = f"(?<!{re.escape(first)})" if pattern.source.disguised and not first.isdigit() else ""
        for match in re.finditer(f"{fresh}(?=({expression}))", line):
            start, end = match.span(1)
            yield PlainHit(pattern, self._place(texts, line, start)[0], self._place(texts, line, end)[1])

    def _place(self, texts: Sequence[str], line: str, offset: int) -> tuple[int, int]:
        """Where an offset in the line of words lies in the clean text; the whole word where lengths differ."""
        number = line.count(" ", 0, offset)
        start, end = self._places[number]
        within = offset - (line.rfind(" ", 0, offset) + 1)
        if end - start != len(texts[number]):
            return start, end
        return start + within, start + within


def _spelt_so(given: str, word: str) -> bool:
    """Whether a word has one consonant twice where spelling doubles it, so that it is another word: `putto`, `kyss`.

    Between vowels that is so for words of up to five letters, at the end for those of up to four.
    """
    if len(given) != len(word) + 1:
        return False
    place = next((place for place, pair in enumerate(zip(given, word, strict=False)) if pair[0] != pair[1]), len(word))
    if given[place] in _VOWELS or given[place - 2 : place - 1] not in _VOWELS:
        return False
    after = given[place + 1 : place + 2]
    return after in _VOWELS and len(word) <= _SHORT if after else len(word) < _SHORT
