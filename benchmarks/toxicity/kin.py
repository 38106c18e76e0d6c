"""Which texts say nearly what a training line says, by the measure that training splits its own rows with.

Two texts belong together when they share two of their rarest words and three fifths of the words of the shorter
(moderation/toxicity/training/split.py). What a model has learnt almost by heart is not measured.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from benchmarks.toxicity.sets import Suite

_WORD: Final = re.compile(r"\w{3,}")
_RAREST: Final = 5
Words = frozenset[str]


def unlearnt(suites: Sequence[Suite], learnt: Sequence[str]) -> list[Suite]:
    """The suites without the texts that have a near-duplicate in `learnt`."""
    known = near_duplicates([text.text for suite in suites for text in suite.texts], learnt)
    flags = iter(known)
    return [replace(suite, texts=tuple(text for text in suite.texts if not next(flags))) for suite in suites]


def near_duplicates(texts: Sequence[str], learnt: Sequence[str]) -> list[bool]:
    """For each text, whether a learnt one belongs together with it."""
    held, lines = [_words(text) for text in texts], [_words(text) for text in learnt]
    often = Counter(word for each in (*held, *lines) for word in each)
    sharing: dict[tuple[str, str], list[Words]] = defaultdict(list)
    for line in lines:
        for pair in _rare_pairs(line, often):
            sharing[pair].append(line)
    return [any(_together(each, line) for pair in _rare_pairs(each, often) for line in sharing[pair]) for each in held]


def _words(text: str) -> Words:
    return frozenset(_WORD.findall(text.lower()))


def _rare_pairs(words: Words, often: Counter[str]) -> Iterator[tuple[str, str]]:
    rare = sorted(words, key=lambda word: (often[word], word))[:_RAREST]
    return combinations(sorted(rare), 2)


def _together(one: Words, other: Words) -> bool:
    shared = len(one & other)
    return shared >= 3 and 5 * shared >= 3 * min(len(one), len(other))
