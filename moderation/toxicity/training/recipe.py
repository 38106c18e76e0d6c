"""What the shipped model learns, in which order: first the public data, then our own contrasts among them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from moderation.toxicity.training.lines import read_lines
from moderation.toxicity.training.pool import SOURCES, read_pool
from moderation.toxicity.training.row import Row
from moderation.toxicity.training.split import parts_of

CALIBRATED: Final = ("en", "es", "pt")
"""Languages with enough public texts for a calibration of their own."""
_POOL_SHARE: Final = 0.55
"""Of each public source's rows in the second pass; enough to forget nothing, little enough to learn the contrasts."""
_SCARCE: Final = {"goldstd-es": 1.6, "convabuse-en": 1.0, "wiki-en": 1.0, "hatemoji-build-en": 1.0, "offendes-es": 0.9}
"""Small or weak domains keep a larger share (above 1: some rows twice)."""


@dataclass(frozen=True, slots=True)
class Material:
    """All rows, split; `own` are our own lines, drawn anew for each pass."""

    train: Sequence[Row]
    tune: Sequence[Row]
    own: Sequence[Sequence[Row]]


def gather(data: Path, seed: int, passes: int = 3) -> Material:
    """Read, check and split everything; `passes` different draws of our own lines."""
    rows = [row for rows in read_pool(data).values() for row in rows]
    draws = [own_rows(seed + number) for number in range(passes)]
    parts = parts_of([*rows, *draws[0]])
    public, ours = parts[: len(rows)], parts[len(rows) :]
    held = {row.text for row, part in zip(draws[0], ours, strict=True) if part == "tune"}
    return Material(
        [row for row, part in zip(rows, public, strict=True) if part == "train"],
        [row for row, part in zip([*rows, *draws[0]], parts, strict=True) if part == "tune"],
        [[row for row in draw if row.text not in held] for draw in draws],
    )


def own_rows(seed: int) -> list[Row]:
    """Every line of moderation/toxicity/corpus, drawn."""
    folder = Path(str(resources.files("moderation.toxicity").joinpath("corpus")))
    return [row for path in sorted(folder.glob("*.lines")) for row in read_lines(path, seed)]


def first_pass(material: Material, seed: int) -> list[Row]:
    """The public data, each source cut to what helps (pool.SOURCES)."""
    return _drawn(material.train, {source.name: 1.0 for source in SOURCES}, seed)


def second_pass(material: Material, seed: int) -> list[Row]:
    """Our own lines, all draws, among a part of the public data."""
    shares = {source.name: _SCARCE.get(source.name, _POOL_SHARE) for source in SOURCES}
    ours = {row.text: row for draw in material.own for row in draw}
    rows = [*_drawn(material.train, shares, seed + 1), *ours.values()]
    random.Random(seed).shuffle(rows)
    return rows


def _drawn(rows: Sequence[Row], shares: dict[str, float], seed: int) -> list[Row]:
    chance = random.Random(seed)
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    drawn: list[Row] = []
    for source in SOURCES:
        have = by_source[source.name]
        chance.shuffle(have)
        have = have[: source.take]
        wanted = round(len(have) * shares[source.name])
        drawn += (have * 2)[:wanted]
    chance.shuffle(drawn)
    return drawn
