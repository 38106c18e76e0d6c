"""Words of ordinary chat, to tell an accident from a disguise: "the pen is here" has no split word in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from moderation.text.letters import squeezed, tables

_LONG_ENOUGH = 4
"""Beside an everyday word, a piece this long that is no word speaks for a disguise."""


@dataclass(frozen=True, slots=True)
class Common:
    """`known` are words of English and Spanish as written, `plain` without accents; `everyday` are the most frequent."""

    known: frozenset[str]
    plain: frozenset[str]
    everyday: frozenset[str]


@cache
def common() -> Common:
    """The words of data/common.txt, read at first use."""
    text = files("moderation.text").joinpath("data/common.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    everyday = frozenset(line[1:] for line in lines if line.startswith("*"))
    known = frozenset(line.lstrip("*") for line in lines)
    letters = tables().plain
    plain = frozenset(word if word.isascii() else word.translate(letters) for word in known)
    return Common(known=known, plain=plain, everyday=everyday)


def _is_word(piece: str) -> bool:
    """Whether a piece stands for itself: a known word, a number or a version, a cry such as `eeee`."""
    if piece in common().plain or piece[0].isdigit():
        return True
    return len(piece) > 1 and len(set(piece)) == 1


def broken_word(pieces: Sequence[str]) -> bool:
    """Whether pieces that spell a listed word look like that word taken apart, not like neighbours by accident.

    Single letters are one by one no words. Of two pieces one must be unknown, more than a letter of its own beside a
    known one, and long beside an everyday word. Of more pieces, the unknown ones must be two at least and make half of
    the letters.
    """
    if all(len(piece) == 1 for piece in pieces):
        return len(pieces) > 2 and len(set(pieces)) > 1
    everyday = common().everyday
    letters = tables().plain
    pieces = [piece if piece.isascii() else piece.translate(letters) for piece in pieces]
    unknown = [piece for piece in pieces if not _is_word(piece)]
    if len(pieces) > 2:
        return len(unknown) > 1 and sum(map(len, unknown)) * 2 >= sum(map(len, pieces))
    if everyday.isdisjoint(pieces):
        return len(unknown) > 1 or (len(unknown) == 1 and len(unknown[0]) > 1)
    return len(unknown) == 1 and len(squeezed(unknown[0])) >= _LONG_ENOUGH and min(map(len, pieces)) > 1
