"""A listed word in pieces: which pieces are that word taken apart, and which are neighbours by accident.

Pieces joined by a sign (`bl-arg`) resemble compounds and file names, pieces with blanks between them (`bla rg`) any
two words of a sentence. Single letters are the business of rows.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

from moderation.text.common import Common, common
from moderation.text.letters import squeezed

_LONG_ENOUGH: Final = 4
"""Beside an everyday word, a piece this long that is no word speaks for a disguise."""

_PART: Final = 3
_APOSTROPHES: Final = frozenset("'’`´")
_CONTRACTIONS: Final = frozenset({"s", "t", "d", "m", "ll", "re", "ve", "n"})
_VOWELS: Final = frozenset("aeiouy")
_CODE: Final = frozenset('()[]{}=+;<>&%^"`#@$?¦')
"""Signs of formulas and programs: different ones between letters make these names of variables."""

_BRACKETS: Final = frozenset({("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ('"', '"')})

_HARD: Final = frozenset("-‐‑*~|¦•·∙")
"""Signs that end no sentence; two words of a sentence do not meet at one."""

_NAMES: Final = frozenset("_/\\=<>")
"""Signs of file names and programs, which join words as well as they join pieces."""


class Word(NamedTuple):
    """The pieces of one word as written, and what stands between each and the next."""

    pieces: list[str]
    gaps: list[str]

    @property
    def whole(self) -> bool:
        """Whether it is in one piece."""
        return len(self.pieces) == 1

    @property
    def spelt_out(self) -> bool:
        """Whether every piece is one letter."""
        return all(len(piece) == 1 for piece in self.pieces)


def taken_apart(word: Word) -> bool:
    """Whether the pieces that spell a listed word are that word taken apart."""
    if word.whole:
        return True
    if word.spelt_out:
        return len(word.pieces) >= _PART and len(set(word.pieces)) > 1
    if _is_code(word.pieces) or formula(word.gaps):
        return False
    if tuple(word.gaps) in _BRACKETS and not "".join(word.pieces).isalpha():
        return False
    known = common()
    pieces = _lower(word)
    sentence = word.pieces[1][0].isupper() and not word.pieces[0].isupper()
    if len(pieces) == 2 and word.gaps[0] in _APOSTROPHES and (pieces[1] in _CONTRACTIONS or len(pieces[0]) == 1):
        return False
    by_names = all(_NAMES.issuperset(gap) for gap in word.gaps)
    return _glued(pieces, word.gaps, known, sentence) or (not by_names and _strewn(pieces, known))


def put_together(word: Word) -> bool:
    """Whether pieces that stand alone, such as whole messages, make the word on purpose: not two everyday words."""
    return word.whole or len(word.pieces) > 2 or not _everyday_pair(_lower(word), common())


def _lower(word: Word) -> list[str]:
    return [unicodedata.normalize("NFC", piece.casefold()) for piece in word.pieces]


def _everyday_pair(pieces: Sequence[str], known: Common) -> bool:
    return all(len(piece) > 1 and piece in known.everyday for piece in pieces)


def formula(gaps: Sequence[str]) -> bool:
    """Whether different signs stand between pieces, and some of them are signs of formulas or programs."""
    if tuple(gaps) in _BRACKETS:
        return False
    signs = {"".join(gap.split()) for gap in gaps}
    return len(signs) > 1 and any(not _CODE.isdisjoint(sign) for sign in signs)


def _is_code(pieces: Sequence[str]) -> bool:
    """Whether pieces are those of a product code or a postcode, `B1 7CH`: capitals and digits only."""
    text = "".join(pieces)
    return text.isupper() and any(char.isdigit() for char in text)


def is_word(piece: str, known: Common) -> bool:
    """Whether a piece stands for itself: a known word, a number or a version, a cry such as `eeee`.

    Rare words without a vowel are abbreviations at best, and single consonants are nothing.
    """
    if len(piece) == 1:
        return piece in _VOWELS or piece.isdigit()
    if piece in (known.plain if piece.isascii() else known.known):
        return piece in known.everyday or (not piece.isascii() or not _VOWELS.isdisjoint(piece))
    return piece[0].isdigit() or len(set(piece)) == 1


def _glued(pieces: Sequence[str], gaps: Sequence[str], known: Common, sentence: bool) -> bool:
    """Whether the same sign joins all pieces, without a blank, and joins no two words that belong beside it."""
    if (len(set(gaps)) > 1 and tuple(gaps) not in _BRACKETS) or any(char.isspace() for char in gaps[0]):
        return False
    if len(pieces) > 2:
        return sum(map(len, pieces)) >= _LONG_ENOUGH
    if sum(map(len, pieces)) < _LONG_ENOUGH:
        return False
    unknown = [piece for piece in pieces if not is_word(piece, known)]
    if all(sign in _HARD or unicodedata.category(sign) == "So" for sign in gaps[0]):
        return bool(unknown) or not _everyday_pair(pieces, known)
    if _NAMES.issuperset(gaps[0]):
        return any(len(piece) > 1 for piece in unknown)
    if sentence:
        return False
    if any(len(piece) > 1 for piece in unknown):
        return min(map(len, pieces)) > 1 or max(map(len, unknown)) >= _PART
    return min(map(len, pieces)) >= _PART and not _everyday_pair(pieces, known)


def _strewn(pieces: Sequence[str], known: Common) -> bool:
    """Whether pieces with blanks between them are no neighbours by accident.

    Of two pieces one must be unknown, and long beside an everyday word; a single consonant goes with any rarer word. Of
    more pieces, the unknown ones must be two or long, and make half of the letters or be single consonants.
    """
    unknown = [piece for piece in pieces if not is_word(piece, known)]
    if len(pieces) > 2:
        singles = sum(len(piece) == 1 for piece in unknown)
        if len(unknown) > 1 and singles > 1:
            return True
        enough = len(unknown) > 1 or max(map(len, unknown), default=0) >= _LONG_ENOUGH
        return enough and sum(map(len, unknown)) * 2 >= sum(map(len, pieces))
    if min(map(len, pieces)) == 1:
        single, other = sorted(pieces, key=len)
        consonant = single not in _VOWELS and other not in known.everyday
        return len(other) >= _PART and (other in unknown or consonant)
    if known.everyday.isdisjoint(pieces):
        return len(unknown) > 0
    return len(unknown) == 1 and len(squeezed(unknown[0])) >= _LONG_ENOUGH
