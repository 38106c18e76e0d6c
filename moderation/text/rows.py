"""Single letters in a row: a word spelt out, `b l a r g`, or names of variables, initials, a longer word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from moderation.text.common import common
from moderation.text.pieces import Word, formula

_FEWEST: Final = 3

_FEWEST_BESIDE: Final = 4
"""Letters of a word beside which other words may be spelt out: `a s s e t s` has no word of three in front."""

_IN_FRONT: Final = frozenset("aeiouy0123456789")
_BEHIND: Final = frozenset("uy0123456789")
"""What a single letter before and behind a word may be as a word of its own; other vowels there are endings."""


def row_of(words: Sequence[Word], between: Sequence[str]) -> Word | None:
    """All words as one row of single letters, where they are that; `between` is what stands between the words."""
    if not all(word.spelt_out for word in words):
        return None
    pieces = [piece for word in words for piece in word.pieces]
    gaps = list(words[0].gaps)
    for gap, word in zip(between, words[1:], strict=True):
        gaps += [gap, *word.gaps]
    return Word(pieces, gaps)


def is_row(word: Word) -> bool:
    """Whether single letters are a word spelt out: three or more, not all the same, no formula."""
    different = {piece.casefold() for piece in word.pieces}
    return len(word.pieces) >= _FEWEST and len(different) > 1 and not formula(word.gaps)


def alone(text: str, first: int, last: int, row: Word, wanted: str) -> bool:
    """Whether a row from place `first` to `last` is no other word, and no part of a longer row but beside words.

    `wanted` are the letters of the entry; the row may have some of them several times.
    """
    entry = "".join(row.pieces).casefold()
    widest = max(2, *map(len, row.gaps))
    reach = (widest + 1) * (len(entry) + 2)
    before = re.search(rf"(?:[^\W_][\W_]{{1,{widest}}})*\Z", text[max(first - reach, 0) : first])
    after = re.match(rf"(?:[\W_]{{1,{widest}}}[^\W_](?![^\W_]))*", text[last + 1 : last + 1 + reach])
    head, tail = _letters(before), _letters(after)
    if before and head and before.start() and before.string[before.start() - 1].isalnum():
        head = head[1:]
    if (whole := head + entry + tail) != wanted and whole in common().plain:
        return False
    size = len(entry)
    goes_before = head.endswith(entry) or _goes_with(head, size, _IN_FRONT)
    return goes_before and (tail.startswith(entry) or _goes_with(tail, size, _BEHIND))


def _letters(found: re.Match[str] | None) -> str:
    return "".join(char.casefold() for char in found.group() if char.isalnum()) if found else ""


def _goes_with(row: str, size: int, single: AbstractSet[str]) -> bool:
    """Whether single letters beside a spelt-out word leave it a word: none, or words themselves."""
    if not row or (len(row) == 1 and row in single):
        return True
    return size >= _FEWEST_BESIDE and len(row) > 1 and _are_words(row)


def _are_words(row: str) -> bool:
    """Whether letters are everyday words one after the other, such as `goand`; single ones only in front."""
    everyday = common().everyday
    ends = {0} | ({1} if row[0] in _IN_FRONT else set())
    for end in range(2, len(row) + 1):
        if any(end - start > 1 and row[start:end] in everyday for start in ends):
            ends.add(end)
    return len(row) in ends
