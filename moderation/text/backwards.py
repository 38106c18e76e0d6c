"""Texts that are read from right to left on purpose: turned upside down, or behind a mark that reverses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TURNED: Final = dict(zip("ɐqɔpǝɟƃɥᴉıɾʞlɯuodbɹsʇnʌʍxʎzⱯƎ⅁ꓕ∀∩", "abcdefghiijklmnopqrstuvwxyzaegtau", strict=True))
_ONLY_TURNED: Final = re.compile("[ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎⱯƎ⅁ꓕ∀∩]")
_TABLE: Final = str.maketrans(_TURNED)
_REVERSING: Final = ("\u202e", "\u2067")
_FEWEST: Final = 2


def readings(raw: str, clean: str) -> Iterator[str]:
    """What such a text says, character by character from its end; nothing for ordinary texts."""
    if any(mark in raw for mark in _REVERSING):
        yield clean[::-1]
    if not clean.isascii() and len(_ONLY_TURNED.findall(clean)) >= _FEWEST:
        yield clean.casefold().translate(_TABLE)[::-1] if len(clean.casefold()) == len(clean) else clean[::-1]
