"""Whether a message is worth the search for disguises: most are not, and this decides it in a microsecond.

Every character gets a class: a letter, 1 digit, @ sign used as a letter, space, . anything else between letters, ?
character of another alphabet or an emoji that looks like a letter. A few short sequences of classes mark a message.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cache
from operator import add
from string import ascii_letters, digits
from typing import Final

from moderation.text.letters import LEET, OWN, tables
from moderation.text.words import Words

_REMEMBERED: Final = 20_000
_CAPITAL_I: Final = re.compile("[a-z]I")


def _class_of(char: str) -> str:
    known = tables()
    if char in ascii_letters:
        return "a"
    if char in digits:
        return "1"
    if char in LEET:
        return "@"
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
def _classes() -> _Classes:
    return _Classes({code: _class_of(chr(code)) for code in range(128)})


@cache
def _ascii_classes() -> bytes:
    return bytes(ord(_class_of(chr(code))) if code < 128 else 32 for code in range(256))


def classes_of(clean: str) -> str:
    """The class of every character of a clean text."""
    if clean.isascii():
        return clean.encode().translate(_ascii_classes()).decode()
    return clean.translate(_classes())


def _taken_apart(words: Words, joined: Set[str]) -> bool:
    """Whether neighbouring words make a listed word, or single letters stand side by side."""
    each = words.each
    if not joined.isdisjoint(map(add, each, each[1:])):
        return True
    classes = classes_of(words.line)
    if " a " not in classes and " 1 " not in classes:
        return False
    if " a a " in classes or " a 1 " in classes or " 1 a " in classes:
        return True
    pairs = list(map(add, each, each[1:]))
    return not joined.isdisjoint(map(add, pairs, each[2:]))


def suspicious(clean: str, words: Words, joined: Set[str]) -> bool:
    """Whether the text may hide one of the `joined` words or a phrase in a way that plain words do not show."""
    seen = classes_of(clean)
    return (
        "a.a" in seen
        or "a@" in seen
        or "@a" in seen
        or "a1" in seen
        or "1a" in seen
        or "?" in seen
        or ("I" in clean and _CAPITAL_I.search(clean) is not None)
        or _taken_apart(words, joined)
    )
