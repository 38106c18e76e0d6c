"""Case and runs of one character folded; accents stay."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONG_RUN: Final = re.compile(r"(\D)\1{2,}", re.DOTALL)
"""A run to be cut down to two; digits mean something however many."""


def caseless(text: str) -> str:
    """The text without case, in composed form."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def fold(text: str) -> str:
    """A piece of clean text as the folded view has it."""
    return LONG_RUN.sub(r"\1\1", caseless(text))
