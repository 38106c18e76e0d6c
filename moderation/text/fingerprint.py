"""One word for "the same text": `Earn  5OO a day, ask me!!` and `Earn 500 a day, ask me!` have the same."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from moderation.text.letters import tables

_RUN: Final = re.compile(r"(.)\1{2,}", re.DOTALL)
_ONE_WAY: Final = str.maketrans("1i", "ll")
_SIGNS: Final = str.maketrans(dict.fromkeys("@$!|+"))


def fingerprint_of(clean: str) -> str:
    """Letters and digits alone, digits read as the letters they look like, runs cut down to two.

    A text of nothing but emoji keeps those; a text of spaces and punctuation gives the empty word.
    """
    seen = clean.translate(_SIGNS).translate(tables().look).translate(_ONE_WAY)
    if not seen:
        seen = "".join(char for char in clean if unicodedata.category(char) == "So")
    return _RUN.sub(r"\1\1", seen)
