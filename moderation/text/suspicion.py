"""Whether a message is worth the search for disguises: most are not, and this decides it in a microsecond.

Every character gets a class: a letter, 1 digit, @ sign used as a letter, ! exclamation mark, * sign that hides a letter, space, . anything
else between letters, ( a sign that may be part of a drawn letter, ' an apostrophe, ? character of another alphabet or an emoji that looks like a letter. A few short sequences of
classes mark a message.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import islice
from operator import add
from string import ascii_letters, digits
from typing import Final, NamedTuple

from moderation.text.letters import HIDING, LEET, OWN, repeats, squeezed, tables

_REMEMBERED: Final = 20_000
_NEAR: Final = 3
_CAPITAL_I: Final = re.compile("[a-z]I")
_SINGLES: Final = re.compile(" . . ")
_ROW: Final = re.compile(r" (?:[^\W\d_] \w|\d [^\W\d_]) ")
_END: Final = b" .,:;?!)"
_SPEECH: Final = ascii_letters.encode() + b" '\n"
_DRAWING: Final = "([{<\\‹"
_PIECES: Final = (".a.a", ".aa.a", ".aaa.a")
_CLOSED: Final = ("()", "[]", "{}", "<>")


def _class_of(char: str) -> str:
    known = tables()
    if char in ascii_letters:
        return "a"
    if char in digits:
        return "1"
    if char in "!¡":
        return "!"
    if char in LEET:
        return "@"
    if char in HIDING:
        return "*"
    if char in _DRAWING:
        return "("
    if char in "'’":
        return "'"
    if char.isspace():
        return " "
    if char.isascii():
        return "."
    plain = known.plain[ord(char)]
    if plain is None:
        return "?"
    if plain == " ":
        return "." if known.look[ord(char)] is None else "?"
    return "a" if plain.isascii() or plain in OWN else "?"


class _Classes(dict[int, str]):
    """The classes by code point, for `str.translate`; learnt as they are met, up to a bound."""

    def __missing__(self, code: int) -> str:
        found = _class_of(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = found
        return found


@cache
def _classes() -> tuple[_Classes, bytes]:
    known = _Classes({code: _class_of(chr(code)) for code in range(256)})
    return known, "".join(known.values()).encode()


def classes_of(clean: str, data: bytes | None) -> str:
    """The class of every character of a clean text; `data` is its narrow form."""
    wide, narrow = _classes()
    return clean.translate(wide) if data is None else data.translate(narrow).decode("latin-1")


def is_plain(data: bytes | None) -> bool:
    """Whether a text is made of nothing but letters, apostrophes and blanks, a mark at its end aside."""
    return data is not None and not data.rstrip(_END).translate(None, _SPEECH)


def spelt_oddly(clean: str, seen: str, line: str) -> bool:
    """Whether signs, digits, single letters, joined pieces or other alphabets stand where a disguise has them."""
    if "?" in seen or has_row(line):
        return True
    if "@" in seen and ("a@" in seen or "@a" in seen or "@@" in seen):
        return True
    if "!" in seen and ("!a" in seen or "!1" in seen or "!@" in seen):
        return True
    if "1" in seen and ("a1" in seen or "1a" in seen):
        return True
    if ". a." in seen or (".a" in seen and any(signs in seen for signs in _PIECES)):
        return True
    return has_capital_i(clean) or (not clean.isascii() and ("ç" in clean or "Ç" in clean))


def has_capital_i(clean: str) -> bool:
    """Whether an I may stand for an l."""
    return "I" in clean and _CAPITAL_I.search(clean) is not None


def may_hide(clean: str, seen: str) -> bool:
    """Whether stars or dashes may stand for letters."""
    return ("*" in seen and ("a*" in seen or "*a" in seen)) or "--" in clean or "__" in clean


def has_row(line: str) -> bool:
    """Whether a line of words has two single letters beside each other, or one beside a digit."""
    singles = _SINGLES.search(line)
    return singles is not None and _ROW.search(line, singles.start()) is not None


def joined(seen: str, each: Sequence[str], apart: AbstractSet[str]) -> bool:
    """Whether a sign joins words, and any two neighbours make a listed word."""
    return ("a.a" in seen or "a*a" in seen) and neighbours_join(each, apart)


def may_be_drawn(clean: str, seen: str) -> bool:
    """Whether brackets, bars or strokes touch letters, so that they may be letters themselves; pairs enclose text."""
    if "|" in clean or ("(" in seen and ("\\" in clean or "(_" in clean)):
        return True
    if "(" not in seen or not ("(a" in seen or "a(" in seen or "(." in seen or "(1" in seen):
        return False
    return any(pair in clean or clean.count(pair[0]) > clean.count(pair[1]) for pair in _CLOSED)


class LooseEnds(NamedTuple):
    """What the words of a message that nobody knows may be."""

    apart: bool
    """Two or three pieces beside each other make a listed word, or one with a vowel lost."""
    stretched: list[int]
    """Numbers of words that are a word of an entry, some letter of it drawn out."""


def loose_ends(
    each: Sequence[str], known: frozenset[str], apart: AbstractSet[str], stretched: Container[str]
) -> LooseEnds | None:
    """Looks at the words that are none of the `known`; None where nothing is suspicious, as nearly always."""
    if known.issuperset(each):
        return None
    unknown = [number for number, word in enumerate(each) if word not in known]
    pieces = _apart(each, unknown, apart)
    longer: list[int] = []
    if repeats(" ".join([each[number] for number in unknown]), is_narrow=True):
        for number in unknown:
            short = squeezed(each[number])
            if short in stretched and short != each[number]:
                longer.append(number)
    return LooseEnds(pieces, longer) if pieces or longer else None


def _apart(each: Sequence[str], unknown: Sequence[int], apart: AbstractSet[str]) -> bool:
    """Whether an unknown word and its neighbour make a listed word, or it and two, if another of them is unknown."""
    padded = [*each, "", ""]
    before = -_NEAR
    for number in unknown:
        word, following = padded[number], padded[number + 1]
        pair = padded[number - 1] + word
        if pair in apart or word + following in apart:
            return True
        if number - before < _NEAR and (padded[number - 2] + pair in apart or pair + following in apart):
            return True
        before = number
    return False


def neighbours_join(each: Sequence[str], apart: AbstractSet[str]) -> bool:
    """Whether any two neighbours make a listed word."""
    return not apart.isdisjoint(map(add, each, islice(each, 1, None)))
