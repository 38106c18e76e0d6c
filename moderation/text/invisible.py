"""Characters that nobody sees, and what stands in their place.

Zero-width, formatting and control characters go; blanks in disguise become spaces; halves of surrogate pairs, which no
encoder accepts, become the replacement character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from moderation.text.align import Edit

_GONE: Final = (
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANK: Final = "\u115f\u1160\u2800\u3164\uffa0\ufdfa\ufdfb"
"""Letters without a shape, and the two ligatures that NFKC would blow up to whole sentences."""
_BREAK: Final = r"\x0b\x0c\x85\u2028\u2029"
_HALF: Final = r"\ud800-\udfff"

ANY: Final = re.compile(rf"[\r{_GONE}{_BLANK}{_BREAK}{_HALF}]")
"""Whether there is anything to do; a set of characters is found many times faster than the forms below."""

SEEN: Final = re.compile(rf"\x1b\[[0-9;]{{0,20}}[A-Za-z]|\r\n?|[{_GONE}]+|[{_BLANK}]|[{_BREAK}]|[{_HALF}]")
"""Everything that is shown otherwise than it is written; terminal colours count as one."""

ASCII_DELETE: Final = bytes(code for code in range(0x20, 0x7F)) + b"\t\n"
"""What an ASCII text is made of when nothing in it is invisible."""

_STANDS_FOR: Final = {"\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\r": "\n"}


def invisible_edits(text: str) -> Iterator[Edit]:
    """The edits that leave only what a reader sees."""
    for match in SEEN.finditer(text):
        char = match.group()[0]
        if char in _BLANK:
            new = " "
        elif "\ud800" <= char <= "\udfff":
            new = "\ufffd"
        else:
            new = _STANDS_FOR.get(char, "")
        yield Edit(match.start(), match.end(), new)
