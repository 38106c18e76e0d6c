"""The words of a clean text, read plainly: what the phrases of lists are first compared with."""

from __future__ import annotations

from moderation.text.letters import tables


def words_of(clean: str, data: bytes | None) -> tuple[list[str], str]:
    """The plain words of a clean text in order, and one line of them.

    The line has a space on both sides of every word. `data` is the narrow form of the text, where it has one.
    """
    known = tables()
    if data is None:
        each = clean.translate(known.plain).split()
    else:
        each = data.translate(known.plain_bytes).decode("latin-1").split()
    return each, f" {' '.join(each)} "


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
