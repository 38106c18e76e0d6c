"""Splits rows into training, tuning and test so that no near-duplicates straddle: a rewrite stays with its original.

Two texts belong together when they share two of their rarest words and three fifths of the words of the shorter.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Final, Literal

from moderation.toxicity.training.row import Row

Part = Literal["train", "tune", "test"]
_WORD: Final = re.compile(r"\w{3,}")
_RAREST: Final = 5
_CROWD: Final = 60
"""A pair of words that more texts than this share says nothing about kinship."""


def parts_of(rows: Sequence[Row], *, tune: float = 0.05, test: float = 0.10) -> list[Part]:
    """The part of each row, by a digest of its family's first text: the same in each run, whatever the order of files."""
    words = [frozenset(_WORD.findall(row.text.lower())) for row in rows]
    leader = _families(words)
    firsts: dict[int, str] = {}
    for place, row in enumerate(rows):
        family = leader[place]
        firsts[family] = min(firsts.get(family, row.text), row.text)
    return [_part(firsts[leader[place]], tune, test) for place in range(len(rows))]


def _families(words: Sequence[frozenset[str]]) -> list[int]:
    often = Counter(word for each in words for word in each)
    sharing: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, each in enumerate(words):
        rare = sorted(each, key=lambda word: (often[word], word))[:_RAREST]
        for first, second in combinations(sorted(rare), 2):
            sharing[first, second].append(place)
    parent = list(range(len(words)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for places in sharing.values():
        if len(places) > _CROWD:
            continue
        for one, other in combinations(places, 2):
            together = len(words[one] & words[other])
            shorter = min(len(words[one]), len(words[other]))
            if together >= 3 and 5 * together >= 3 * shorter and root(one) != root(other):
                parent[root(other)] = root(one)
    return [root(place) for place in range(len(words))]


def _part(text: str, tune: float, test: float) -> Part:
    place = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
    return "test" if place < test else "tune" if place < test + tune else "train"
