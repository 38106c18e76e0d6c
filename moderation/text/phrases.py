"""Finds the words and phrases of lists in messages, through disguises, with one pass however many phrases there are.

A message is read three times at most: its plain words; when it looks suspicious, the letters a reader sees in it; and
words with hidden letters. Entries are compared by their words: punctuation in them is ignored unless there is nothing
else. Inflected forms are the list's business.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from moderation.text.backwards import readings
from moderation.text.common import common
from moderation.text.letters import narrow, squeezed
from moderation.text.masked import masked_in, masked_words, unmasked
from moderation.text.patterns import Pattern, PhraseList, compiled
from moderation.text.plain import PlainCheck
from moderation.text.readings import Reading, drawn, in_row, parted, shown, typed
from moderation.text.second_look import SecondLook
from moderation.text.split import may_cross
from moderation.text.suspicion import (
    classes_of,
    has_capital_i,
    has_row,
    is_plain,
    joined,
    loose_ends,
    may_be_drawn,
    may_hide,
    spelt_oddly,
)
from moderation.text.views import View, Views
from moderation.text.words import words_of

_BESIDE: Final = re.compile(r"[\w*]")

__all__ = ["PhraseHit", "PhraseIndex", "PhraseList"]


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase of a list in a message; `start` and `end` are offsets in the raw text.

    A hit over several messages starts in number `part` and ends in number `last_part` of them.
    """

    key: Hashable
    phrase: str
    start: int
    end: int
    part: int = 0
    last_part: int = 0


class _Found(NamedTuple):
    """A pattern and where it stands in the raw text."""

    pattern: Pattern
    start: int
    end: int


class PhraseIndex:
    """All lists, ready to be found."""

    __slots__ = ("_known", "_patterns", "_second")

    def __init__(self, lists: Iterable[PhraseList]) -> None:
        self._patterns = compiled(lists)
        self._known = common().plain
        self._second = SecondLook(self._patterns)

    def find(self, views: Views) -> Sequence[PhraseHit]:
        """The hits in one message in order, `()` for most messages; of one entry no more than some twenty."""
        patterns = self._patterns
        each, line = views.words
        plain = patterns.plain.matches(line) or (patterns.has_inside and patterns.plain.matches(squeezed(line)))
        ends = loose_ends(each, self._known, patterns.apart, patterns.stretched)
        found: list[_Found] = []
        if plain or ends:
            found += self._plainly(views, ends.stretched if ends else ())
        if patterns.signs or (patterns.starred and "*" in views.raw):
            found += self._signs(views.clean)
        if patterns.looks:
            apart = ends is not None and ends.apart
            clean = views.clean.text
            if apart or clean is not views.raw or not is_plain(views.data) or has_row(line) or has_capital_i(clean):
                self._look_again(views, apart, found)
        return _hits(found) if found else ()

    def find_split(self, parts: Sequence[Views]) -> Sequence[PhraseHit]:
        """Hits that need at least two of an author's consecutive messages, oldest first, and end in the last one."""
        if len(parts) < 2 or not self._patterns.looks or not may_cross(self._patterns.looks, parts):
            return ()
        hits: dict[PhraseHit, None] = {}
        for pattern, (part, first), (last_part, last) in self._second.crossing([part.clean.text for part in parts]):
            if last_part == len(parts) - 1:
                start = parts[part].clean.span(first, first + 1)[0]
                end = parts[last_part].clean.span(last, last + 1)[1]
                hits[PhraseHit(pattern.source.key, pattern.phrase, start, end, part, last_part)] = None
        return tuple(hits)

    def _look_again(self, views: Views, apart: bool, found: list[_Found]) -> None:
        """Adds what is disguised, as far as anything about the message is suspicious."""
        clean = views.clean
        each, line = views.words
        seen = classes_of(clean.text, views.data)
        changed = clean.text is not views.raw
        apart = apart or joined(seen, each, self._patterns.apart)
        if apart or spelt_oddly(clean.text, seen, line):
            found += self._disguised(shown(views, seen))
        if apart or may_hide(clean.text, seen):
            found += self._masked(clean)
        if changed and (reading := typed(views)):
            found += self._masked(reading.view)
            found += self._signs(reading.view)
            if in_row(reading):
                found += self._disguised(reading)
        if may_be_drawn(clean.text, seen) and (reading := drawn(views.typed)):
            found += self._disguised(reading)
        if changed or views.data is None:
            found += self._backwards(views)

    def _plainly(self, views: Views, stretched: Sequence[int]) -> Iterator[_Found]:
        """Listed words that are simply there, some perhaps with letters drawn out."""
        patterns = self._patterns
        each, line = views.words
        check = PlainCheck(views.clean.text, each)
        lines = [line, *(check.with_stretched(stretched, patterns.stretched) if stretched else ())]
        if patterns.has_inside:
            lines.append(squeezed(line))
        for text in lines:
            for pattern, start, end in check.hits(patterns.plain, text):
                yield _Found(pattern, *views.clean.span(start, end))

    def _backwards(self, views: Views) -> Iterator[_Found]:
        """Listed words in a text that is to be read from its end."""
        clean = views.clean
        size = len(clean.text)
        for text in readings(views.raw, clean.text):
            each, line = words_of(text, narrow(text))
            for pattern, start, end in PlainCheck(text, each).hits(self._patterns.plain, line):
                if pattern.source.disguised:
                    yield _Found(pattern, *clean.span(size - end, size - start))

    def _disguised(self, reading: Reading) -> Iterator[_Found]:
        """Disguised words of a reading, as it stands and once more with its signs as mere separators."""
        for one in (reading, parted(reading)):
            if one is not None:
                for pattern, start, end in self._second.hits(one):
                    yield _Found(pattern, *one.view.span(start, end))

    def _signs(self, view: View) -> Iterator[_Found]:
        """Entries of signs, wherever they stand, and masked entries as words of their own."""
        text = view.text.casefold()
        for owner, start, end in self._patterns.signs.matches(text):
            yield from (_Found(pattern, *view.span(start, end)) for pattern in self._patterns.signs.owners[owner])
        for owner, start, end in self._patterns.starred.matches(text):
            if not _BESIDE.search(text[max(start - 1, 0) : start] + text[end : end + 1]):
                yield from (_Found(pattern, *view.span(start, end)) for pattern in self._patterns.starred.owners[owner])

    def _masked(self, view: View) -> Iterator[_Found]:
        """Words with hidden letters, alone and in phrases."""
        masked = masked_in(view.text)
        for pattern, start, end in masked_words(view.text, masked, self._patterns.masked):
            yield _Found(pattern, *view.span(start, end))
        restored = unmasked(view.text, masked, self._patterns.masked_parts)
        if restored is not None:
            each, line = words_of(restored, narrow(restored))
            for pattern, start, end in PlainCheck(restored, each).hits(self._patterns.plain, line):
                if " " in pattern.plain:
                    yield _Found(pattern, *view.span(start, end))


def _hits(found: Sequence[_Found]) -> Sequence[PhraseHit]:
    """The hits in order, each stretch of a pattern once."""
    hits: list[PhraseHit] = []
    reached: dict[tuple[Hashable, str], int] = {}
    for pattern, start, end in sorted(found, key=lambda span: (span[1], -span[2])):
        name = (pattern.source.key, pattern.phrase)
        if end > reached.get(name, -1):
            reached[name] = end
            hits.append(PhraseHit(*name, start, end))
    return tuple(hits)
