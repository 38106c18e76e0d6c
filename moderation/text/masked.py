"""Words with a letter hidden behind a sign: `bl*rg`, `f**l`, `bl-rg`.

First and last letter stay, at least half of the letters are real, and the sign stands for just as many letters as it
has characters. A star hides any letter; signs that are common inside honest words hide one vowel only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from moderation.text.common import common
from moderation.text.disguise import in_link
from moderation.text.letters import HIDING, tables
from moderation.text.patterns import MaskedKey, Pattern

_HIDES_VOWEL: Final = "@$!|+-_.'’"
_BY_STARS: Final = re.compile(rf"(?<![^\W_])[^\W\d_]++(?:[{re.escape(HIDING)}]++[^\W\d_]++)+(?![^\W_])")
_BY_SIGN: Final = re.compile(rf"(?<![^\W_])[^\W\d_]++[{re.escape(_HIDES_VOWEL)}][^\W\d_]++(?![^\W_])")
_BESIDE: Final = frozenset(HIDING + "@$|+-_'’/\\")
_VOWELS: Final = "aeiouáéíóúü"
_MOST_WORDS: Final = 500
"""A message with more masked words than this is no speech; the rest of it is not tried."""


class MaskedHit(NamedTuple):
    """A pattern and where its masked word stands in the text."""

    pattern: Pattern
    start: int
    end: int


def _fits(word: str, entry: str) -> bool:
    """Whether each letter that is not hidden is the entry's."""
    for char, letter in zip(word, entry, strict=True):
        if char == letter:
            continue
        if char in HIDING or (char in _HIDES_VOWEL and letter in _VOWELS):
            continue
        return False
    return True


def _hidden(word: str) -> int:
    return sum(not char.isalpha() for char in word)


def _halves_are_words(word: str) -> bool:
    """Whether a soft sign joins two honest words, as in `re-do`."""
    known = common().known
    return any(sign in word and all(half in known for half in word.split(sign)) for sign in "-_.'’")


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the word is not a piece of something longer, such as a path or a chain of hyphens."""
    return not (text[max(start - 1, 0) : start] in _BESIDE or text[end : end + 1] in _BESIDE)


def _ambiguous(fitting: Sequence[Pattern]) -> bool:
    """Whether different words of different lists fit: then nobody knows which was meant."""
    return len({pattern.plain for pattern in fitting}) > 1 and len({pattern.source.key for pattern in fitting}) > 1


def masked_words(text: str, masked: Mapping[MaskedKey, Sequence[Pattern]]) -> Iterator[MaskedHit]:
    """Listed words with hidden letters in a text."""
    plain = tables().plain
    for count, match in enumerate(chain(_BY_STARS.finditer(text), _BY_SIGN.finditer(text))):
        if count >= _MOST_WORDS:
            return
        word = "".join((plain[ord(char)] or "") if char.isalpha() else char for char in match.group())
        second = word[1] if word[1].isalpha() else ""
        patterns = masked.get((word[0], second, word[-1], len(word)), ())
        if not patterns or _hidden(word) * 2 > len(word) or _halves_are_words(word):
            continue
        start, end = match.span()
        second = word[1] if word[1].isalpha() else ""
        fitting = [
            pattern for pattern in patterns if pattern.plain[1].startswith(second) and _fits(word, pattern.plain)
        ]
        if fitting and not _ambiguous(fitting) and _whole(text, start, end) and not in_link(text, start, end):
            yield from (MaskedHit(pattern, start, end) for pattern in fitting)
