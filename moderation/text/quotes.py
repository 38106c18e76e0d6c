"""Which stretches of a message are set off as somebody's words, and whether somebody really said them.

A bare `>` or a code fence proves nothing: only a stretch whose words were found in another person's earlier message is
a quotation.
"""

from __future__ import annotations

import re
from typing import Final

from moderation.text.views import Views

_LONGEST: Final = 4_000
_QUOTED: Final = re.compile(
    r"""
    (?:(?<=\n)|\A)[ ]{0,3}>>>[ ]?(?P<rest>.+)\Z
  | (?:(?<=\n)|\A)[ ]{0,3}(?:>|&gt;)[ ]?(?P<line>[^\n]+)
  | (?P<ticks>`{3,}|`{1,2})(?P<code>[^`]+)(?P=ticks)
  | “(?P<curly>[^“”]+)”
  | „(?P<low>[^„“”]+)[“”]
  | «(?P<angle>[^«»]+)»
  | (?<!\w)"(?P<straight>[^"\n]+)"(?!\w)
  | (?<!\w)‘(?P<single>[^‘’\n]+(?:’\w[^‘’\n]*)*)’(?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)


def quoted_segments(raw: str) -> tuple[tuple[int, int], ...]:
    """The raw spans between delimiters of quotation, without the delimiters, in order.

    Quote lines (`> `, `>>> ` to the end), quotation marks of all kinds, and code. Marks inside a quote line are found
    as well.
    """
    spans: list[tuple[int, int]] = []
    place = 0
    while match := _QUOTED.search(raw, place):
        kind = "code" if match.lastgroup == "ticks" else str(match.lastgroup)
        start, end = match.span(kind)
        spans.append((start, end))
        place = start if kind in ("rest", "line") else match.end()
    return tuple(spans)


def _words(text: str) -> str:
    return Views(text[:_LONGEST]).words[1]


def same_words(quoted: str, said: str) -> bool:
    """Whether the words of a quoted stretch stand, in this order and whole, in what somebody said.

    Case, punctuation and markup make no difference; a stretch without words proves nothing.
    """
    words = _words(quoted)
    return bool(words.strip()) and words in _words(said)
