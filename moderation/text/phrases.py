"""Finds the words and phrases of lists in messages, through disguises, with one pass however many phrases there are.

A message is read three times at most: its plain words; when it looks suspicious, the letters a reader sees in it; and
words with hidden letters. Entries are compared by their words: punctuation in them is ignored unless there is nothing
else. Inflected forms are the list's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from moderation.text.backwards import readings
from moderation.text.common import common
from moderation.text.disguise import Judge, broken_only_between, crosses
from moderation.text.letters import LEET, looks, narrow, squeezed
from moderation.text.masked import masked_words
from moderation.text.patterns import Pattern, PhraseList, compiled
from moderation.text.plain import MOST_HITS, PlainCheck
from moderation.text.spelling import Letters, Spelling, read
from moderation.text.split import Thread, may_cross
from moderation.text.suspicion import classes_of, loose_ends, spelt_oddly
from moderation.text.views import Views
from moderation.text.words import words_of

__all__ = ["PhraseHit", "PhraseIndex", "PhraseList"]

_MOST_TRIES: Final = 200
_A_HIT: Final = _MOST_TRIES // MOST_HITS
"""An entry is tried so often in one message; every hit counts for several tries, as nobody needs all of them."""

_SIGNS: Final = str.maketrans({sign: "." for sign in LEET if not sign.isalnum()})


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


@dataclass(frozen=True, slots=True)
class _Found:
    """A pattern and where it stands in the clean text."""

    pattern: Pattern
    start: int
    end: int


class PhraseIndex:
    """All lists, ready to be found."""

    __slots__ = ("_inner", "_known", "_patterns")

    def __init__(self, lists: Iterable[PhraseList]) -> None:
        self._patterns = compiled(lists)
        self._known = common().plain
        self._inner = [any(pattern.inside for pattern in owner) for owner in self._patterns.looks.owners]

    def find(self, views: Views) -> Sequence[PhraseHit]:
        """The hits in one message in order, `()` for most messages; of one entry no more than some twenty."""
        patterns = self._patterns
        each, line = views.words
        clean = views.clean.text
        plain = patterns.plain.matches(line) or (patterns.has_inside and patterns.plain.matches(squeezed(line)))
        ends = loose_ends(each, self._known, patterns.apart, patterns.stretched)
        signs = patterns.signs.matches(clean.casefold()) if patterns.signs else ()
        odd = hidden = False
        seen = ""
        if patterns.joined:
            seen = classes_of(clean, views.data)
            apart = ends is not None and ends.apart
            odd = apart or spelt_oddly(clean, seen)
            hidden = apart or "a*" in seen or clean is not views.raw
        if not (plain or odd or signs or hidden or ends):
            return ()
        found: list[_Found] = []
        if plain or ends:
            found += self._plainly(views, ends.stretched if ends else ())
        for owner, start, end in signs:
            found += [_Found(pattern, start, end) for pattern in patterns.signs.owners[owner]]
        if odd:
            found += self._disguised(views, seen)
        if patterns.joined and (views.data is None or clean is not views.raw):
            found += self._backwards(views)
        raw: list[_Found] = []
        if hidden:
            found += [_Found(*hit) for hit in masked_words(clean, patterns.masked)]
            if clean != views.raw and "*" in views.raw:
                raw = [_Found(*hit) for hit in masked_words(views.raw, patterns.masked)]
        return _hits(views, found, raw) if found or raw else ()

    def find_split(self, parts: Sequence[Views]) -> Sequence[PhraseHit]:
        """Hits that need at least two of an author's consecutive messages, oldest first, and end in the last one."""
        patterns = self._patterns
        if len(parts) < 2 or not patterns.looks:
            return ()
        if not may_cross(patterns.looks, parts):
            return ()
        thread = Thread.of([part.clean.text for part in parts])
        hits: dict[PhraseHit, None] = {}
        for pattern, spelling in self._crossing(thread.text):
            start, end = spelling.sources[0].place, spelling.sources[-1].place + 1
            part, first = thread.locate(start)
            last_part, last = thread.locate(end - 1)
            if last_part != len(parts) - 1:
                continue
            raw_start = parts[part].clean.span(first, first + 1)[0]
            raw_end = parts[last_part].clean.span(last, last + 1)[1]
            hits[PhraseHit(pattern.source.key, pattern.phrase, raw_start, raw_end, part, last_part)] = None
        return tuple(hits)

    def _plainly(self, views: Views, stretched: Sequence[int]) -> Iterator[_Found]:
        """Listed words that are simply there, some perhaps with letters drawn out."""
        patterns = self._patterns
        each, line = views.words
        check = PlainCheck(views.clean.text, each)
        lines = [line, *(check.with_stretched(stretched, patterns.stretched) if stretched else ())]
        if patterns.has_inside:
            lines.append(squeezed(line))
        for text in lines:
            for hit in check.hits(patterns.plain, text):
                yield _Found(*hit)

    def _backwards(self, views: Views) -> Iterator[_Found]:
        """Listed words in a text that is to be read from its end."""
        clean = views.clean.text
        for text in readings(views.raw, clean):
            each, line = words_of(text, narrow(text))
            for hit in PlainCheck(text, each).hits(self._patterns.plain, line):
                if hit.pattern.source.disguised:
                    yield _Found(hit.pattern, len(clean) - hit.end, len(clean) - hit.start)

    def _crossing(self, text: str) -> Iterator[tuple[Pattern, Spelling]]:
        """Spellings that go over from one message to the next, where that is no accident."""
        data = narrow(text)
        letters = Letters(text, data)
        judge = Judge(letters)
        for owner, start, end in self._patterns.looks.matches(looks(text, data)):
            for pattern in self._patterns.looks.owners[owner]:
                for spelling, entry, breaks in read(letters, pattern, start, end):
                    if not crosses(spelling, text):
                        break
                    if broken_only_between(spelling, breaks, text) and judge.split(entry, spelling, breaks):
                        yield pattern, spelling
                        break

    def _disguised(self, views: Views, seen: str) -> Iterator[_Found]:
        """Disguised words of a text, read as it stands and once more with its signs as mere separators."""
        clean = views.clean.text
        yield from self._spelt(clean, views.data, seen, views.letters)
        if "a@a" in seen or "@@" in seen:
            without = clean.translate(_SIGNS)
            data = narrow(without)
            yield from self._spelt(without, data, classes_of(without, data), looks(without, data))

    def _spelt(self, text: str, data: bytes | None, seen: str, letters: str) -> Iterator[_Found]:
        matches = self._patterns.looks.matches(letters)
        if not matches:
            return
        units = Letters(text, data)
        judge = Judge(units)
        counts: Counter[int] = Counter()
        for owner, start, end in matches:
            if counts[owner] >= _MOST_TRIES or not (self._inner[owner] or units.may_fit(start, end, seen)):
                continue
            counts[owner] += 1
            for pattern in self._patterns.looks.owners[owner]:
                for spelling, entry, breaks in read(units, pattern, start, end):
                    if judge.honest(entry, spelling, breaks):
                        break
                    if judge.disguised(pattern, entry, spelling, breaks):
                        counts[owner] += _A_HIT
                        yield _Found(pattern, spelling.sources[0].place, spelling.sources[-1].place + 1)
                        break


def _hits(views: Views, found: Sequence[_Found], raw: Sequence[_Found]) -> Sequence[PhraseHit]:
    """The hits in order, each stretch of a pattern once."""
    spans = [(hit.pattern, *views.clean.span(hit.start, hit.end)) for hit in found]
    spans += [(hit.pattern, hit.start, hit.end) for hit in raw]
    hits: list[PhraseHit] = []
    reached: dict[tuple[Hashable, str], int] = {}
    for pattern, start, end in sorted(spans, key=lambda span: (span[1], -span[2])):
        name = (pattern.source.key, pattern.phrase)
        if end > reached.get(name, -1):
            reached[name] = end
            hits.append(PhraseHit(*name, start, end))
    return tuple(hits)
