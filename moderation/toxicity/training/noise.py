"""Spells words as people do who type fast, or who do not want to be understood by a filter.

Applied to a share of the training texts, clean and toxic alike, so that odd spelling by itself says nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_LEET: Final = str.maketrans("aeiost", "4310$7")
_BARE: Final = str.maketrans("áéíóúüàèìòùâêîôûãõäö", "aeiouuaeiouaeiouaoao")
_VOWEL: Final = re.compile(r"[aeiouáéíóú]")


def _leet(word: str, chance: random.Random) -> str:
    return "".join(char.translate(_LEET) if chance.random() < 0.6 else char for char in word)


def _stars(word: str, chance: random.Random) -> str:
    inner = chance.choice("**-_.#")
    return word[0] + _VOWEL.sub(lambda _: inner, word[1:-1], count=chance.choice((1, 2))) + word[-1]


def _apart(word: str, chance: random.Random) -> str:
    return chance.choice((" ", ".", "-", "_")).join(word)


def _longer(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    return word[:place] + word[place] * chance.randint(2, 5) + word[place + 1 :]


def _dropped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word))
    return word[:place] + word[place + 1 :]


def _swapped(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


_WAYS: Final[tuple[Callable[[str, random.Random], str], ...]] = (_leet, _stars, _apart, _longer, _dropped, _swapped)


def noisy(text: str, chance: random.Random) -> str:
    """The text with one to three of its longer words spelt oddly, or without accents, or without its spaces."""
    kind = chance.random()
    if kind < 0.25:
        return text.translate(_BARE)
    if kind < 0.30:
        return text.replace(" ", "", chance.randint(1, 2))
    words = sorted(_WORD.finditer(text), key=lambda _: chance.random())[: chance.randint(1, 3)]
    for word in sorted(words, key=re.Match.start, reverse=True):
        spelt = chance.choice(_WAYS)(word.group(), chance)
        text = text[: word.start()] + spelt + text[word.end() :]
    return text
