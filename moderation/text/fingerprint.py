"""One word for "the same text": `Earn  5OO a day, ask me!!` and `Earn 500 a day, ask me!` have the same."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from moderation.text.letters import tables

_RUN: Final = re.compile(r"(.)\1{2,}", re.DOTALL)
_ONE_WAY: Final = str.maketrans("1i", "ll")
_SIGNS: Final = str.maketrans(dict.fromkeys("@$!|+"))


def fingerprint_of(clean: str) -> str:
    """Letters and digits alone, digits read as the letters they look like, runs cut down to two.

    A text of nothing but emoji keeps those; a text of spaces and punctuation gives the empty word.
    """
    seen = _read_as_bytes(clean)
    if seen is None:
        seen = _read(clean)
    if not seen:
        seen = "".join(char for char in clean if unicodedata.category(char) == "So")
    return _RUN.sub(r"\1\1", seen)


def _read(text: str) -> str:
    return text.translate(_SIGNS).translate(tables().look).translate(_ONE_WAY)


def _read_as_bytes(text: str) -> str | None:
    """The same for nearly all of Western chat, twice as fast; None where a character needs more than one byte."""
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    letters, nothing, wider = _latin()
    if wider and len(data.translate(None, wider)) != len(data):
        return None
    return data.translate(letters, nothing).decode("latin-1")


@cache
def _latin() -> tuple[bytes, bytes, bytes]:
    """What each Latin-1 character is read as, those read as nothing, and those one byte cannot say."""
    read = [_read(chr(code)) for code in range(256)]
    wider = bytes(code for code in range(256) if len(read[code]) > 1 or read[code] > "\xff")
    letters = bytes(code if code in wider or not read[code] else ord(read[code]) for code in range(256))
    return letters, bytes(code for code in range(256) if not read[code]), wider
