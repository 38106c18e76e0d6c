"""What the shipped model learns: the public data, and our own contrasts among them."""

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


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over a part of the material: the highest learning rate, the share of the public data, our draws."""

    rate: float
    share: float
    draws: slice


PASSES: Final = (Pass(1e-4, 1.0, slice(0, 3)), Pass(5e-5, 0.4, slice(3, 5)))
"""All of it, then a shorter pass with new draws of our own lines at a lower rate."""


@dataclass(frozen=True, slots=True)
class Material:
    """All rows, split; `own` are our own lines, drawn several times."""

    train: Sequence[Row]
    tune: Sequence[Row]
    own: Sequence[Sequence[Row]]


def gather(data: Path, seed: int, draws: int = 5) -> Material:
    """Read, check and split everything; `draws` different draws of our own lines."""
    rows = [row for rows in read_pool(data).values() for row in rows]
    drawn = [own_rows(seed + number) for number in range(draws)]
    parts = parts_of([*rows, *drawn[0]])
    public, ours = parts[: len(rows)], parts[len(rows) :]
    held = {row.text for row, part in zip(drawn[0], ours, strict=True) if part == "tune"}
    return Material(
        [row for row, part in zip(rows, public, strict=True) if part == "train"],
        [row for row, part in zip([*rows, *drawn[0]], parts, strict=True) if part == "tune"],
        [[row for row in draw if row.text not in held] for draw in drawn],
    )


def own_rows(seed: int) -> list[Row]:
    """Every line of moderation/toxicity/corpus, drawn."""
    folder = Path(str(resources.files("moderation.toxicity").joinpath("corpus")))
    return [row for path in sorted(folder.glob("*.lines")) for row in read_lines(path, seed)]


def lesson(material: Material, part: Pass, seed: int) -> list[Row]:
    """The rows of a pass in the order they are learnt: a share of each public source, our own lines among them."""
    chance = random.Random(seed)
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in material.train:
        by_source[row.source].append(row)
    rows = list({row.text: row for draw in material.own[part.draws] for row in draw}.values())
    for source in SOURCES:
        have = by_source[source.name]
        chance.shuffle(have)
        rows += have[: round(source.take * part.share)]
    chance.shuffle(rows)
    return rows
