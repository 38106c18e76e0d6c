"""Consecutive messages of one author, read as one text: a word may be spread over several of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from moderation.text.letters import squeezed
from moderation.text.patterns import Automaton
from moderation.text.spelling import BETWEEN_PARTS, Letters
from moderation.text.suspicion import classes_of
from moderation.text.views import Views

_KEPT: Final = 600
"""Characters at the end of an earlier message, and at the start of the last one, where a spread word is looked for."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The texts of several messages in one; `offsets[i]` says where message i begins, `cuts[i]` what it lost in front."""

    text: str
    offsets: tuple[int, ...]
    cuts: tuple[int, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Thread:
        """The messages, oldest first, without the far ends of long ones."""
        pieces: list[str] = []
        offsets: list[int] = []
        cuts: list[int] = []
        place = 0
        for number, text in enumerate(texts):
            last = number == len(texts) - 1
            cut = 0 if last else _word_start(text, len(text) - _KEPT)
            kept = text[: _word_end(text, _KEPT)] if last else text[cut:]
            pieces.append(kept)
            offsets.append(place)
            cuts.append(cut)
            place += len(kept) + 1
        return cls(BETWEEN_PARTS.join(pieces), tuple(offsets), tuple(cuts))

    def locate(self, place: int) -> tuple[int, int]:
        """The message and the offset in its clean text of a place in the thread."""
        number = bisect_right(self.offsets, place) - 1
        return number, place - self.offsets[number] + self.cuts[number]


def _word_start(text: str, place: int) -> int:
    """The first beginning of a word at or after a place; 0 where nothing is cut."""
    if place <= 0:
        return 0
    blank = text.find(" ", place)
    return len(text) if blank < 0 else blank + 1


def _word_end(text: str, place: int) -> int:
    """The last end of a word at or before a place."""
    if place >= len(text):
        return len(text)
    return max(text.rfind(" ", 0, place), 0)


def may_cross(automaton: Automaton, parts: Sequence[Views]) -> bool:
    """Whether any entry may lie across the border between the last message and those before it."""
    reach = automaton.longest
    earlier = squeezed("".join([part.letters[-reach:] for part in parts[:-1]]))[-reach:]
    last = parts[-1].letters[:reach]
    border = len(earlier)
    if not border or not last:
        return False
    ends = {end - border for _, start, end in automaton.matches(earlier + last) if start < border < end}
    if earlier[-1] == last[0]:
        found = automaton.matches(earlier + last[1:])
        ends |= {end - border + 1 for _, start, end in found if start < border <= end}
    if not ends:
        return False
    text, data = parts[-1].clean.text, parts[-1].data
    letters = Letters(text, data)
    seen = classes_of(text, data)
    return any(letters.may_fit(0, end, seen) for end in ends)
