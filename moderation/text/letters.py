"""Which letter a character is, and which letters it may be meant for.

Two readings of a character:

- *plain*: what an honest writer means. Case and the accents that Spanish spelling adds or omits are folded; ñ, ç and
  other letters of their own stay what they are.
- *look*: what a reader takes it for. Look-alikes, digits and signs used as letters, emoji letters. `1`, `!` and `|`
  may be i or l, so `1` stands for both until the end, when i, l and 1 become one class.

The look-alikes come from data/confusables.txt (see data/make.py).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_letters, ascii_lowercase, digits
from typing import Final

from ahocorasick_rs import AhoCorasick

LEET: Final = {
    **dict(zip("0123456789", "01ze4s6t89", strict=True)),
    "0": "o",
    "4": "a",
    "6": "g",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "1",
    "|": "1",
    "+": "t",
}
"""Digits and signs as letters; `1` stands for i and l."""

MEANT: Final = {char: "il" if look == "1" else look for char, look in LEET.items()} | {
    char: char + ("il" if LEET[char] == "1" else LEET[char]) for char in digits
}
"""Everything a digit or a sign may be meant for."""

OWN: Final = frozenset("ñçãõ")
"""Letters of their own in Spanish, Portuguese and French: «año» is not «ano»."""

FOREIGN: Final = frozenset("åøłđðþæœı")
"""Letters of their own in other languages: no disguise where a text has more letters outside ASCII."""

_REMEMBERED: Final = 20_000


def _is_mark(char: str) -> bool:
    """A mark that may be piled on any letter; vowel signs of Indic scripts are no such marks."""
    return (
        "\u0300" <= char <= "\u036f"
        or "\u0483" <= char <= "\u0489"
        or "\u1ab0" <= char <= "\u1aff"
        or "\u1dc0" <= char <= "\u1dff"
        or "\u20d0" <= char <= "\u20ff"
        or "\ufe20" <= char <= "\ufe2f"
    )


def plain_letter(char: str) -> str | None:
    """The plain reading of one character of a clean text: letters, a space, or None for a mark."""
    if _is_mark(char):
        return None
    folded = unicodedata.normalize("NFC", char.casefold())
    if folded in OWN or folded in FOREIGN:
        return folded
    split = unicodedata.normalize("NFD", folded)
    bare = "".join(part for part in split if not _is_mark(part))
    if bare.isascii() and bare.isalnum():
        return bare
    if char.isalnum():
        return folded
    return char if unicodedata.category(char)[0] == "M" else " "


class Plain(dict[int, str | None]):
    """The plain readings by code point, for `str.translate`; learnt as they are met, up to a bound."""

    def __missing__(self, code: int) -> str | None:
        letter = plain_letter(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = letter
        return letter


class Look(dict[int, str | None]):
    """The looks by code point, for `str.translate`; None where a character is no letter."""

    def __init__(self, alike: dict[str, str]) -> None:
        super().__init__()
        self.alike = alike
        for char, look in LEET.items():
            self[ord(char)] = look
        for char in ascii_letters:
            self[ord(char)] = char.lower()

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        look = self.alike.get(char) or self._folded(char)
        if len(self) < _REMEMBERED:
            self[code] = look
        return look

    def _folded(self, char: str) -> str | None:
        split = unicodedata.normalize("NFD", char.casefold())
        if not split[0].isalnum():
            return None
        letters = (self.alike.get(part, part) for part in split if not _is_mark(part))
        return "".join(LEET.get(letter, letter) for letter in letters)


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything the readings need, built once."""

    plain: Plain
    look: Look
    close: frozenset[str]
    plain_bytes: bytes
    look_bytes: bytes
    unlooked: bytes
    doubles: AhoCorasick


def _read() -> tuple[dict[str, str], frozenset[str]]:
    """The look-alikes of data/confusables.txt, and which of them look the same to anybody."""
    alike: dict[str, str] = {}
    close: set[str] = set()
    text = files("moderation.text").joinpath("data/confusables.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        letter, first, second = line.split(" ")
        close.update(first)
        alike.update(dict.fromkeys(first + second, letter))
    return alike, frozenset(close)


@cache
def tables() -> Tables:
    """The tables, read at first use; they depend on nothing but the files beside this module."""
    alike, close = _read()
    word = ascii_letters + digits
    return Tables(
        plain=Plain({code: chr(code).lower() if chr(code) in word else " " for code in range(128)}),
        look=Look(alike),
        close=close,
        plain_bytes=bytes(ord(chr(code).lower()) if chr(code) in word else 32 for code in range(256)),
        look_bytes=bytes(ord(LEET.get(chr(code), chr(code).lower())) if code < 128 else code for code in range(256)),
        unlooked=bytes(code for code in range(128) if chr(code) not in ascii_letters and chr(code) not in LEET),
        doubles=AhoCorasick([letter * 2 for letter in ascii_lowercase + digits]),
    )


_REPEAT: Final = re.compile(r"(.)(?=\1)", re.DOTALL)


def single(text: str) -> str:
    """The text with every run of one character shortened to one."""
    if not text.isascii():
        return _REPEAT.sub("", text)
    pairs = tables().doubles.find_matches_as_indexes(text, overlapping=True)
    if not pairs:
        return text
    pieces, last = [], 0
    for _, start, _ in pairs:
        pieces.append(text[last:start])
        last = start + 1
    pieces.append(text[last:])
    return "".join(pieces)


def looks(clean: str) -> str:
    """The letters a reader sees in a clean text, one after the other: no spaces, runs as one, i and l as one class."""
    known = tables()
    if clean.isascii():
        seen = clean.encode().translate(known.look_bytes, known.unlooked).decode()
    else:
        seen = clean.translate(known.look)
    return single(seen).replace("i", "l").replace("1", "l")


def meant(char: str) -> str:
    """All letters that one character of a clean text may be meant for."""
    if char in MEANT:
        return MEANT[char]
    if char.isascii():
        return "il" if char == "I" else char.lower()
    known = tables()
    look = known.look[ord(char)] or ""
    if look in ("i", "l", "1") and plain_letter(char) not in ("i", "l"):
        look = "il"
    folded = char.casefold()
    return folded + look if folded in OWN else look
