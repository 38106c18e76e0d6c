"""The words of a clean text, read plainly: what the phrases of lists are first compared with."""

from __future__ import annotations

from typing import NamedTuple

from moderation.text.letters import single, tables


class Words(NamedTuple):
    """The plain words of a text. `line` has them with runs as one and a space on both sides of every word."""

    each: list[str]
    line: str


def words_of(clean: str) -> Words:
    """The plain words of a clean text, in order."""
    known = tables()
    if clean.isascii():
        spaced = clean.encode().translate(known.plain_bytes).decode()
    else:
        spaced = clean.translate(known.plain)
    each = spaced.split()
    return Words(each, single(f" {' '.join(each)} "))


def places_of(clean: str) -> list[tuple[int, int]]:
    """Where the words of `words_of` lie in the clean text."""
    plain = tables().plain
    places: list[tuple[int, int]] = []
    start = -1
    end = 0
    for index, char in enumerate(clean):
        letter = plain[ord(char)]
        if letter == " ":
            if start >= 0:
                places.append((start, end))
            start = -1
        elif letter is not None or start >= 0:
            if start < 0:
                start = index
            end = index + 1
    if start >= 0:
        places.append((start, end))
    return places
