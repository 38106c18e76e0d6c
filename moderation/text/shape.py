"""How a text looks: its length, capitals, repetitions, emoji and scripts, as a reader sees them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import groupby
from typing import Final

from moderation.text.align import edited
from moderation.text.markup import markup_edits, may_have_markup
from moderation.text.views import Views

_FEWEST_LETTERS: Final = 5
_A_SHARE: Final = 0.2
"""A script with fewer of the letters is a borrowed word or a smiley."""

_PICTURE: Final = (
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff\u2600-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55"
    "\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2934\u2935\u3030\u303d\u3297\u3299"
)
_ONE: Final = (
    rf"(?:[{_PICTURE}]|[\u2190-\u21ff\u203c\u2049\u2122\u2139\xa9\xae]\ufe0f)[\ufe0f\u20e3]?[\U0001f3fb-\U0001f3ff]?"
)
_TAGS: Final = r"[\U000e0020-\U000e007f]*"
_EMOJI: Final = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}{_TAGS}(?:\u200d{_ONE}{_TAGS})*"
    r"|<a?:\w{1,64}:\d{1,32}>|(?<![\w:/]):[a-z][a-z0-9_+-]{1,63}:(?![\w:/])"
)
_SEQUENCE: Final = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}{_TAGS}(?:\u200d{_ONE}{_TAGS})*|\r\n"
)

_FIRST_MARK: Final = "\u0300"
"""Below it every printable character takes room of its own."""


def _shown(raw: str) -> str:
    return edited(raw, markup_edits(raw)) if may_have_markup(raw) else raw


def _takes_room(char: str) -> bool:
    return unicodedata.category(char) not in ("Mn", "Me", "Cf", "Cc", "Cs") or char in "\n\t"


def length(views: Views) -> int:
    """Characters as a reader counts them: an emoji of several parts is one, marks and invisible characters are none."""
    raw = views.raw
    text = raw if views.clean.text is raw else _shown(raw)
    if text.isprintable() and (text.isascii() or max(text) < _FIRST_MARK):
        return len(text)
    text = _SEQUENCE.sub("x", text)
    return sum(map(_takes_room, text))


def capitals(views: Views) -> float:
    """The share of capitals among letters that have a case, 0 to 1; 0 for texts with fewer than five of them."""
    text = views.clean.text
    upper = sum(map(str.isupper, text))
    cased = upper + sum(map(str.islower, text))
    return upper / cased if cased >= _FEWEST_LETTERS else 0.0


def longest_run(views: Views) -> int:
    """How often one character, whatever its case, stands in a row at most; spaces and line ends do not count."""
    text = views.clean.text.casefold()
    return max((len(list(run)) for char, run in groupby(text) if not char.isspace()), default=0)


def emoji(views: Views) -> int:
    """The number of emoji; a flag, a family and a custom emoji of the platform count once each."""
    return sum(1 for _ in _EMOJI.finditer(views.raw))


@lru_cache(maxsize=4096)
def script_of(char: str) -> str | None:
    """The script of a letter in lower case, such as `latin` or `han`; None for anything but letters."""
    if not char.isalpha():
        return None
    name = unicodedata.name(char, "").split(" ", 1)[0].split("-", 1)[0].lower()
    return {"cjk": "han", "ideographic": "han", "feminine": "latin", "masculine": "latin"}.get(name, name) or None


def scripts(views: Views) -> tuple[str, ...]:
    """The scripts a text is written in, the one with most letters first; a mere borrowing is left out."""
    text = views.clean.text
    if text.isascii():
        return ("latin",) if any(map(str.isalpha, text)) else ()
    counts = Counter(script for script in map(script_of, text) if script)
    least = counts.total() * _A_SHARE
    return tuple(script for script, count in counts.most_common() if count >= least)
