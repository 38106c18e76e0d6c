"""The second look: disguised entries in one reading of a message, and entries over several messages.

The automaton over the letters a reader sees proposes, `disguise.Judge` decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from moderation.text.disguise import Judge, broken_only_between, crosses
from moderation.text.letters import looks, narrow
from moderation.text.patterns import Pattern, Patterns
from moderation.text.plain import MOST_HITS
from moderation.text.readings import Reading
from moderation.text.spelling import Letters, Spelling, read
from moderation.text.split import Thread

_MOST_TRIES: Final = 200
_A_HIT: Final = _MOST_TRIES // MOST_HITS
"""An entry is tried so often in one message; every hit counts for several tries, as nobody needs all of them."""


class Disguised(NamedTuple):
    """A pattern and where its first and last letter stand in the text that was read."""

    pattern: Pattern
    start: int
    end: int


class SecondLook:
    """Finds the disguised entries of compiled lists."""

    __slots__ = ("_inner", "_patterns")

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns
        self._inner = [any(pattern.inside for pattern in owner) for owner in patterns.looks.owners]

    def hits(self, reading: Reading) -> Iterator[Disguised]:
        """Disguised entries in one reading of a message."""
        matches = self._patterns.looks.matches(reading.letters)
        if not matches:
            return
        units = Letters(reading.view.text, reading.data)
        judge = Judge(units)
        counts: Counter[int] = Counter()
        for owner, start, end in matches:
            if counts[owner] >= _MOST_TRIES or not (self._inner[owner] or units.may_fit(start, end, reading.seen)):
                continue
            counts[owner] += 1
            for pattern in self._patterns.looks.owners[owner]:
                for spelling, entry, breaks in read(units, pattern, start, end):
                    if judge.honest(entry, spelling, breaks):
                        break
                    if judge.disguised(pattern, entry, spelling, breaks):
                        counts[owner] += _A_HIT
                        yield Disguised(pattern, *_ends(spelling))
                        break

    def crossing(self, texts: Sequence[str]) -> Iterator[tuple[Pattern, tuple[int, int], tuple[int, int]]]:
        """Entries that go over from one text to the next: (number, offset) of the first and the last letter."""
        thread = Thread.of(texts)
        text, data = thread.text, narrow(thread.text)
        letters = Letters(text, data)
        judge = Judge(letters)
        for owner, start, end in self._patterns.looks.matches(looks(text, data)):
            for pattern in self._patterns.looks.owners[owner]:
                for spelling, entry, breaks in read(letters, pattern, start, end):
                    if not crosses(spelling, text):
                        break
                    if broken_only_between(spelling, breaks, text) and judge.split(entry, spelling, breaks):
                        first, after = _ends(spelling)
                        yield pattern, thread.locate(first), thread.locate(after - 1)
                        break


def _ends(spelling: Spelling) -> tuple[int, int]:
    return spelling.sources[0].place, spelling.sources[-1].place + 1
