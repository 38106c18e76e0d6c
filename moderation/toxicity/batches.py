"""How texts are put before a model: fit to be tokenised, and in batches of about one length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

MOST: Final = 16_000
"""Characters of a text that are tokenised: the 512 tokens a transformer reads never need more in any writing."""
BATCH: Final = 32


def plain(text: str) -> str:
    """A text that every tokeniser accepts: halves of characters replaced, nothing beyond MOST."""
    return text[:MOST].encode("utf-8", "replace").decode("utf-8")


def alike(lengths: Sequence[int], most: int = BATCH) -> Iterator[list[int]]:
    """Places of about one length, shortest first, at most `most` together.

    A batch is padded to its longest; on a CPU that costs more than a further call, so the longest is at most a quarter
    (and two) longer than the shortest.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == most or lengths[place] > lengths[batch[0]] * 1.25 + 2):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
