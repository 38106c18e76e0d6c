"""Words of ordinary chat, to tell an accident from a disguise: "the pen is here" has no split word in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from moderation.text.letters import tables


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
