"""The ways in which a suspicious message may be read, and the way back from each to the text as it was typed.

As it is shown; with its signs as mere separators, so that `b|l|a|r|g` has five letters and `b|larg` too; as it was
typed, because a client that takes `b*l*a*r*g` for markup is no reader; and with letters that are drawn with signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from moderation.text.align import Edit, edited, of_edits
from moderation.text.letters import LEET, looks, narrow
from moderation.text.suspicion import classes_of, has_row
from moderation.text.views import View, Views
from moderation.text.words import words_of

_SIGNS: Final = str.maketrans({sign: "." if sign == "@" else "¦" for sign in LEET if not sign.isalnum()})
_MARKUP: Final = ("<", "*", "_", "~", "|", "\\", "`")

_SHAPES: Final = r"|-| ]-[ |_| (_) |\/| /\/\ |\| /\/ \/\/ \/ /_\ /-\ /\ |< |‹ |{ |) |3 |= () [] {} <> >< )( '/ _|_ |_"
_DRAWN: Final = dict(zip(_SHAPES.split(" "), "hhuummnnwvaaakkkdbfooooxxytl", strict=True))
_ALONE: Final = {"(": "c", "[": "c", "{": "c", "<": "c", "‹": "c"}
_DRAWING: Final = re.compile(
    "|".join(re.escape(signs) for signs in sorted(_DRAWN, key=len, reverse=True))
    + r"|(?<![:;=\-\w])\((?=[.*-]?[^\W_])(?![^()]*\))|(?<=[^\W_])\((?=[^\W_])(?![^()]*\))"
    + r"|(?<![^\W_])\[(?=[^\W_])(?![^\[\]]*\])|(?<![^\W_])\{(?=[^\W_])(?![^{}]*\})"
    + r"|(?<![\w<>/])[<‹](?=[^\W\d_])(?![^<>]*[>›])|(?<=[^\W\d_])[<‹\[{](?=[^\W\d_])(?![^\[\]{}<>]*[\]}>])"
)
_NEAR_LETTERS: Final = re.compile(r"[^\W_]")
_CIRCLED: Final = 0x1F150
"""Where the letters in a black circle begin; they stand in for letters that are drawn."""


class Reading(NamedTuple):
    """One way to read a message: its text, where it came from, and what the search needs of it."""

    view: View
    data: bytes | None
    seen: str
    letters: str


def shown(views: Views, seen: str) -> Reading:
    """The message as a client shows it."""
    return Reading(views.clean, views.data, seen, views.letters)


def parted(reading: Reading) -> Reading | None:
    """The same with signs that may be letters as separators; None where that makes no difference."""
    seen = reading.seen
    if not ("a@a" in seen or "@@" in seen or "a!a" in seen or "!!" in seen):
        return None
    return _of(View(reading.view.text.translate(_SIGNS), lambda: reading.view.alignment))


def typed(views: Views) -> Reading | None:
    """The message as it was typed, where markup hides single letters of a row or stars; None where it hides nothing."""
    if not any(mark in views.raw for mark in _MARKUP):
        return None
    view = views.typed
    return None if view is views.clean else _of(view)


def drawn(view: View) -> Reading | None:
    r"""A text in which signs are drawn letters: `bl/\rg`, `(ar`; None where there are none."""
    text = view.text
    edits = list(_letters(text))
    if not edits:
        return None
    return _of(View(edited(text, edits), lambda: of_edits(len(text), edits).after(view.alignment)))


def _letters(text: str) -> Iterator[Edit]:
    """The signs that touch a letter, or another drawn one, and the letters they draw."""
    reached = -1
    for match in _DRAWING.finditer(text):
        start, end = match.span()
        near = text[max(start - 1, 0) : start] + text[end : end + 1]
        if start != reached and match.group() not in _ALONE and not _NEAR_LETTERS.search(near):
            continue
        reached = end
        signs = match.group()
        letter = _DRAWN.get(signs) or _ALONE[signs]
        yield Edit(start, end, chr(_CIRCLED + ord(letter) - ord("a")))


def _of(view: View) -> Reading:
    data = narrow(view.text)
    return Reading(view, data, classes_of(view.text, data), looks(view.text, data))


def in_row(reading: Reading) -> bool:
    """Whether a reading has single letters in a row."""
    return has_row(words_of(reading.view.text, reading.data)[1])
