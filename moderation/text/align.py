"""Where every character of a changed text came from.

An `Alignment` has one start and one end per character of the new text, as offsets in the old one; both only grow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Alignment(NamedTuple):
    """`starts[i]` and `ends[i]` bound the stretch of the old text that became character i of the new one."""

    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the old text behind new characters `start` to `end`; an empty one stays empty."""
        size = len(self.starts)
        start = min(max(start, 0), size)
        end = min(max(end, start), size)
        if start == end:
            place = self.starts[start] if start < size else (self.ends[-1] if size else 0)
            return place, place
        return self.starts[start], self.ends[end - 1]

    def after(self, earlier: Alignment) -> Alignment:
        """The same alignment, told in offsets of the text that `earlier` starts from."""
        starts, ends = earlier
        if isinstance(starts, range):
            return self
        return Alignment([starts[start] for start in self.starts], [ends[end - 1] for end in self.ends])


class Edit(NamedTuple):
    """Characters `start` to `end`, at least one, were replaced by `text`."""

    start: int
    end: int
    text: str


def unchanged(size: int) -> Alignment:
    """The alignment of a text with itself."""
    return Alignment(range(size), range(1, size + 1))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits, which are in order and do not overlap."""
    pieces: list[str] = []
    last = 0
    for start, end, new in edits:
        pieces += (text[last:start], new)
        last = end
    pieces.append(text[last:])
    return "".join(pieces)


def of_edits(size: int, edits: Iterable[Edit]) -> Alignment:
    """The alignment that belongs to `edited`, for a text of `size` characters."""
    edits = list(edits)
    if not edits:
        return unchanged(size)
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for start, end, new in edits:
        starts += range(last, start)
        ends += range(last + 1, start + 1)
        starts += [start] * len(new)
        ends += [end] * len(new)
        last = end
    starts += range(last, size)
    ends += range(last + 1, size + 1)
    return Alignment(starts, ends)


def _joins(char: str) -> bool:
    """Whether a character may melt into the one before it under NFKC: marks, jamo, half-width voicing marks."""
    if char < "\u0300":
        return False
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f"


def of_clusters(before: str, after: str, change: Callable[[str], str]) -> Alignment:
    """The alignment of `after = change(before)` for a change that works on each letter and its marks by itself.

    Where that turns out untrue the whole text is taken as one piece: offsets stay valid, only coarser.
    """
    if before == after:
        return unchanged(len(before))
    starts: list[int] = []
    ends: list[int] = []
    pieces: list[str] = []
    size, place = len(before), 0
    while place < size:
        end = place + 1
        while end < size and _joins(before[end]):
            end += 1
        new = change(before[place:end])
        pieces.append(new)
        starts += [place] * len(new)
        ends += [end] * len(new)
        place = end
    if "".join(pieces) != after:
        return Alignment([0] * len(after), [size] * len(after))
    return Alignment(starts, ends)
