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
from itertools import compress
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
    "¡": "1",
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

HIDING: Final = "*#%^~•×∗✱"
"""Signs that people put in the place of a letter, whichever it is."""

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
        split = unicodedata.normalize("NFD", char)
        if not split[0].isalnum():
            return None
        parts = (part for part in split if not _is_mark(part))
        letters = (self.alike.get(part) or self.alike.get(part.casefold(), part.casefold()) for part in parts)
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
    is_look: bytes
    doubles: AhoCorasick
    wide: re.Pattern[str]


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


def _neutral(code: int, look: Look) -> bool:
    """Whether a character beyond Latin-1 neither is a letter, nor looks like one, nor hides one: most emoji, dashes."""
    char = chr(code)
    if char in HIDING or char.isspace() or unicodedata.category(char) == "Cf":
        return False
    return plain_letter(char) == " " and look[code] is None and unicodedata.is_normalized("NFKC", char)


def _wide(look: Look) -> re.Pattern[str]:
    """Finds characters that a text in Latin-1 cannot stand for, neutral ones aside."""
    ranges = (range(0x2010, 0x2800), range(0x1F300, 0x1FB00))
    neutral = "".join(re.escape(chr(code)) for codes in ranges for code in codes if _neutral(code, look))
    return re.compile(f"[^\\x00-\xde\xe0-\xff{neutral}]")


def _byte(text: str | None) -> int:
    return ord(text) if text and len(text) == 1 and text <= "\xff" else 32


@cache
def tables() -> Tables:
    """The tables, read at first use; they depend on nothing but the files beside this module."""
    alike, close = _read()
    look, plain = Look(alike), Plain()
    looked = [look[code] is not None for code in range(256)]
    return Tables(
        plain=plain,
        look=look,
        close=close,
        plain_bytes=bytes(_byte(plain[code]) for code in range(256)),
        look_bytes=bytes(_byte(look[code]) for code in range(256)).translate(bytes.maketrans(b"i1", b"ll")),
        unlooked=bytes(code for code in range(256) if not looked[code]),
        is_look=bytes(looked),
        doubles=AhoCorasick([char * 2 for char in ascii_lowercase + digits + "ñçãõåøðþæ"]),
        wide=_wide(look),
    )


def narrow(clean: str) -> bytes | None:
    """A clean text in Latin-1, if nothing that matters is lost: neutral characters become question marks.

    Bytes are read several times faster, and nearly all chat in English, Spanish and Portuguese can be had so.
    """
    if clean.isascii():
        return clean.encode()
    return None if tables().wide.search(clean) else clean.encode("latin-1", "replace")


_REPEAT: Final = re.compile(r"(.)(?=\1)", re.DOTALL)


def repeats(text: str, is_narrow: bool) -> list[int]:
    """The places of characters that are followed by the same one."""
    if is_narrow:
        return [start for _, start, _ in tables().doubles.find_matches_as_indexes(text, overlapping=True)]
    return [match.start() for match in _REPEAT.finditer(text)]


def _single(text: str, is_narrow: bool) -> str:
    """The same as `squeezed`, faster for long texts in Latin-1."""
    places = repeats(text, is_narrow)
    if not places:
        return text
    pieces, last = [], 0
    for place in places:
        pieces.append(text[last:place])
        last = place + 1
    pieces.append(text[last:])
    return "".join(pieces)


def squeezed(word: str) -> str:
    """A word with every run of one character shortened to one."""
    return _REPEAT.sub("", word)


def _seen(clean: str, data: bytes | None) -> str:
    """The letters a reader sees in a clean text, one after the other, i and l as one class."""
    known = tables()
    if data is None:
        return clean.translate(known.look).replace("i", "l").replace("1", "l")
    return data.translate(known.look_bytes, known.unlooked).decode("latin-1")


def looks(clean: str, data: bytes | None) -> str:
    """The letters a reader sees, i and l as one class, runs as one: what disguises are looked for in.

    `data` is the narrow form of the text, where it has one.
    """
    return _single(_seen(clean, data), data is not None)


def letter_places(clean: str, data: bytes | None) -> tuple[list[int], list[int]]:
    """The way back from `looks`: the place of every letter seen, and for each letter of `looks` its number there."""
    known = tables()
    if data is None:
        places = [place for place, char in enumerate(clean) for _ in known.look[ord(char)] or ""]
    else:
        places = list(compress(range(len(data)), data.translate(known.is_look)))
    again = {place + 1 for place in repeats(_seen(clean, data), data is not None)}
    firsts = [number for number in range(len(places)) if number not in again] if again else list(range(len(places)))
    return places, firsts


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
