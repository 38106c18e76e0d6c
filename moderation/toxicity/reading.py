"""A text as the shipped model reads it: what a person would take it for, in lower case, with its accents.

The same reading is used for training and for judging; a change here asks for a new training.
"""

from __future__ import annotations

import re
from typing import Final

from moderation.text.folding import caseless
from moderation.text.letters import meant
from moderation.text.views import Views

MOST: Final = 4000
"""Characters that are read; what comes later in a longer text is not judged by the model."""

_LINK: Final = re.compile(r"\bhttps?://\S+|\bwww\.\S+", re.IGNORECASE)
_MENTION: Final = re.compile(r"(?<![\w.])@\w[\w.\-]*")
_LONG_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")
_LONG_MARKS: Final = re.compile(r"([^\w\s])\1{3,}")
_ROW: Final = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*·]){3,}[^\W\d_](?!\w)")
_DRESSED: Final = re.compile(
    r"\S*[^\W\d_][0134578@$!€|]{1,3}[^\W\d_]\S*|\$[^\W\d_]{2}\S*|\S*[\u0370-\u1fff\ua640-\uabff]\S*"
)
_SPACE: Final = re.compile(r"\s+")
_APART: Final = re.compile(r"[ .\-_*·]")
_LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)
_STANDS_FOR: Final = str.maketrans("0134578@$!€|", "oieastbasiei")


def reading(text: str) -> str:
    """Invisible characters and markup gone, links and names as one word each, disguised words as they are meant."""
    shown = Views(text[:MOST]).clean.text
    shown = _MENTION.sub("@user", _LINK.sub("http", shown))
    shown = _ROW.sub(lambda row: _APART.sub("", row.group()), shown)
    shown = _DRESSED.sub(_undressed, shown)
    shown = _LONG_MARKS.sub(r"\1\1\1", _LONG_RUN.sub(r"\1\1", caseless(shown)))
    return _SPACE.sub(" ", shown).strip()


def _undressed(word: re.Match[str]) -> str:
    """Digits and foreign letters among Latin ones, read as the letters they stand for."""
    found = word.group()
    if not _LATIN.search(found) or found in ("@user", "http"):
        return found
    plain = found.translate(_STANDS_FOR)
    return "".join(char if char < "\u0370" else meant(char)[:1] or char for char in plain)
