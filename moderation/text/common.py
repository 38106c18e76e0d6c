"""Words of ordinary chat, to tell an accident from a disguise: "the pen is here" has no split word in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from moderation.text.letters import tables


@dataclass(frozen=True, slots=True)
class Common:
    """`known` are words of English and Spanish as written, `everyday` are the most frequent of them.

    `plain` has them without accents, and words of any language that come close to listed ones.
    """

    known: frozenset[str]
    plain: frozenset[str]
    everyday: frozenset[str]


@cache
def common() -> Common:
    """The words of data/common.txt and data/near.txt, read at first use."""
    words = _words("common.txt")
    everyday = frozenset(word[1:] for word in words if word.startswith("*"))
    known = frozenset(word.lstrip("*") for word in words)
    letters = tables().plain
    plain = frozenset(word if word.isascii() else word.translate(letters) for word in (*known, *_words("near.txt")))
    return Common(known=known, plain=plain, everyday=everyday)


def _words(name: str) -> list[str]:
    text = files("moderation.text").joinpath("data", name).read_text(encoding="utf-8")
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
