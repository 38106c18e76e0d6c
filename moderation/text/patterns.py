"""Lists of phrases, compiled: what the automata look for and whose phrase a match is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

from moderation.text.align import edited
from moderation.text.folding import fold
from moderation.text.invisible import invisible_edits
from moderation.text.letters import OWN, looks, narrow, squeezed, tables
from moderation.text.words import places_of, words_of

MaskedKey = tuple[str, str, str, int]
"""First letter, second letter if it is seen, last letter, length."""

SHORTEST_DISGUISE: Final = 3
"""Shorter entries are found as they are written: almost anything could be a disguise of two letters."""

SHORTEST_MASKED: Final = 4

_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, kana and Chinese characters: written without spaces, so found inside words too."""


_MASKED: Final = re.compile(r"[^\W\d_]\*|\*[^\W\d_]")
"""A star at a letter: the entry is a masked word itself, `b***g`, and is looked for as it stands."""


@dataclass(frozen=True, slots=True)
class PhraseList:
    """One list of words and phrases; `key` comes back with every hit.

    `disguised` sees through disguises, without it the folded view must have the very words. `inside_words` finds an
    entry in the middle of a word as well.
    """

    key: Hashable
    entries: tuple[str, ...]
    disguised: bool = True
    inside_words: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """An entry of a list; `plain` is its plain words with one space between them. Compared by identity."""

    source: PhraseList
    phrase: str
    plain: str
    inside: bool

    def exact(self) -> list[str]:
        """The words as the folded view has them."""
        clean = entry_text(self.phrase)
        return [fold(clean[start:end]) for start, end in places_of(clean)]

    def letters(self) -> str:
        """The letters that a disguise of the entry must spell; spaces left out."""
        look = tables().look
        return "".join(
            char if char.isascii() or char in OWN else (look[ord(char)] or char)[0]
            for char in self.plain.replace(" ", "")
        )

    def breaks(self) -> frozenset[int]:
        """Where in `letters` a further word of the entry begins."""
        found, place = set(), 0
        for word in self.plain.split(" ")[:-1]:
            place += len(word)
            found.add(place)
        return frozenset(found)


def entry_text(entry: str) -> str:
    """An entry of a list as clean text; a list is no chat, so signs in it are no markup."""
    return unicodedata.normalize("NFKC", edited(entry, invisible_edits(entry)))


class Automaton:
    """Finds all keys in a text at once and says which patterns each stands for."""

    __slots__ = ("_machine", "longest", "owners")

    def __init__(self, keys: dict[str, list[Pattern]]) -> None:
        self.owners = [tuple(patterns) for patterns in keys.values()]
        self.longest = max(map(len, keys), default=0)
        kind = Implementation.DFA if len(keys) <= 2_000 else Implementation.ContiguousNFA
        self._machine = AhoCorasick(list(keys), implementation=kind, store_patterns=False) if keys else None

    def __bool__(self) -> bool:
        return self._machine is not None

    def matches(self, text: str) -> Sequence[tuple[int, int, int]]:
        """(number of the owners, start, end) of every occurrence of every key."""
        return self._machine.find_matches_as_indexes(text, overlapping=True) if self._machine else ()


@dataclass(slots=True)
class _Keys:
    """What is gathered while lists are compiled."""

    plain: dict[str, list[Pattern]] = field(default_factory=dict)
    looks: dict[str, list[Pattern]] = field(default_factory=dict)
    signs: dict[str, list[Pattern]] = field(default_factory=dict)
    starred: dict[str, list[Pattern]] = field(default_factory=dict)
    masked: dict[MaskedKey, list[Pattern]] = field(default_factory=dict)
    masked_parts: dict[MaskedKey, set[str]] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    hollow: set[str] = field(default_factory=set)
    stretched: dict[str, set[str]] = field(default_factory=dict)

    def add(self, source: PhraseList, phrase: str) -> None:
        """Files an entry under every form it can be met in."""
        clean = entry_text(phrase)
        each, line = words_of(clean, narrow(clean))
        if _MASKED.search(clean):
            self.starred.setdefault(clean.strip().casefold(), []).append(Pattern(source, phrase, "", inside=False))
            return
        if not each:
            if text := clean.strip():
                self.signs.setdefault(text.casefold(), []).append(Pattern(source, phrase, "", inside=True))
            return
        inside = source.inside_words or bool(_UNSPACED.search(clean))
        pattern = Pattern(source, phrase, " ".join(each), inside)
        key = line.strip() if inside else line
        self.plain.setdefault(key, []).append(pattern)
        if inside and source.disguised and (short := squeezed(key)) != key:
            self.plain.setdefault(short, []).append(pattern)
        for word in each:
            self.stretched.setdefault(squeezed(word), set()).add(word)
        size = sum(map(len, each))
        if not source.disguised or size < SHORTEST_DISGUISE:
            return
        self.looks.setdefault(looks(pattern.plain, narrow(pattern.plain)), []).append(pattern)
        if len(each) == 1:
            self._add_word(pattern, size)
        else:
            self._add_parts(each)

    def _add_word(self, pattern: Pattern, size: int) -> None:
        self.joined.add(pattern.plain)
        if size >= SHORTEST_MASKED:
            for form in masked_keys(pattern.plain):
                self.masked.setdefault(form, []).append(pattern)
            self.hollow.update(hollow_forms(pattern.plain))

    def _add_parts(self, words: Iterable[str]) -> None:
        for word in words:
            if len(word) >= SHORTEST_MASKED:
                self.parts.add(word)
                for form in masked_keys(word):
                    self.masked_parts.setdefault(form, set()).add(word)


@dataclass(frozen=True, slots=True)
class Patterns:
    """All lists, compiled: `plain` over the line of words, `looks` over the letters a reader sees, `signs` and `starred`
    over the text.

    `apart` are words and their hollow forms: what two neighbouring pieces may make. `masked` has the single words and
    `masked_parts` the words of phrases by what is seen of them when letters are hidden.
    `stretched` has the words of all entries by their form without repeated letters.
    """

    plain: Automaton
    looks: Automaton
    signs: Automaton
    starred: Automaton
    masked: dict[MaskedKey, list[Pattern]]
    masked_parts: dict[MaskedKey, tuple[str, ...]]
    apart: frozenset[str]
    stretched: dict[str, tuple[str, ...]]
    has_inside: bool


def compiled(lists: Iterable[PhraseList]) -> Patterns:
    """Compiles lists; an entry that stands in one list twice counts once."""
    keys = _Keys()
    for source in lists:
        for phrase in dict.fromkeys(source.entries):
            keys.add(source, phrase)
    keys.looks.pop("", None)
    return Patterns(
        plain=Automaton(keys.plain),
        looks=Automaton(keys.looks),
        signs=Automaton(keys.signs),
        starred=Automaton(keys.starred),
        masked=keys.masked,
        masked_parts={form: tuple(sorted(found)) for form, found in keys.masked_parts.items()},
        apart=frozenset(keys.joined | keys.hollow | keys.parts),
        stretched={word: tuple(sorted(found)) for word, found in keys.stretched.items()},
        has_inside=any(pattern.inside for found in keys.plain.values() for pattern in found),
    )


def masked_keys(word: str) -> tuple[MaskedKey, MaskedKey]:
    """Under which keys a word is looked up when letters in it are hidden, the second letter being one of them or not."""
    return (word[0], word[1], word[-1], len(word)), (word[0], "", word[-1], len(word))


def hollow_forms(word: str) -> Iterator[str]:
    """A word without one of its inner vowels: what is left when a sign hides it."""
    for place in range(1, len(word) - 1):
        if word[place] in "aeiou":
            yield word[:place] + word[place + 1 :]


def same_runs(text: str, pattern: str) -> bool:
    """Whether every run of the text is at least as long as the pattern's: `blaaarg` is «blarg», `as` is not «ass»."""
    place = 0
    size = len(text)
    while place < size and pattern:
        char = pattern[0]
        needed = len(pattern) - len(pattern.lstrip(char))
        start = place
        while place < size and text[place] == char:
            place += 1
        given = place - start
        if given < needed or (given > needed and char.isdigit()):
            return False
        pattern = pattern[needed:]
    return place == size and not pattern
