"""The skeleton of a clean text: what a reader takes it for."""

from __future__ import annotations

from moderation.text.align import Alignment
from moderation.text.letters import MEANT, tables


def _is_letter(char: str, before: str, after: str) -> bool:
    """Signs are letters only inside a word: `b!arg` has one, `z0nkhead!` has none."""
    return char.isalnum() or char not in MEANT or (before.isalnum() and after.isalnum())


def skeleton_of(clean: str) -> tuple[str, Alignment]:
    """The skeleton and its alignment with the clean text.

    Words are separated by one space, spaced letters joined, runs are one letter; i, l and 1 are all l.
    """
    look = tables().look
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(clean):
        letters = look[ord(char)]
        if letters is not None and not _is_letter(char, clean[index - 1 : index], clean[index + 1 : index + 2]):
            letters = None
        for letter in " " if letters is None else letters.replace("1", "l").replace("i", "l"):
            if text and text[-1] == letter:
                ends[-1] = index + 1
                continue
            text.append(letter)
            starts.append(index)
            ends.append(index + 1)
    return _joined(text, Alignment(starts, ends))


def _joined(text: list[str], alignment: Alignment) -> tuple[str, Alignment]:
    """Without the spaces between single letters: `b l a r g` is one word."""
    size = len(text)

    def alone(index: int) -> bool:
        return (
            0 <= index < size
            and text[index] != " "
            and (index == 0 or text[index - 1] == " ")
            and (index == size - 1 or text[index + 1] == " ")
        )

    kept = [index for index in range(size) if not (text[index] == " " and alone(index - 1) and alone(index + 1))]
    starts = [alignment.starts[index] for index in kept]
    ends = [alignment.ends[index] for index in kept]
    return "".join(text[index] for index in kept), Alignment(starts, ends)
