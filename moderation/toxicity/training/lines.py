"""Reads the project's own training lines: templates with slots, clean (`-`) and toxic (`+`) ones side by side.

    @family negation
    @times 8
    {group} = women | trans people | immigrants
    - {group} are not stupid
    +[insult identity_attack] {group} are stupid

Labels not named do not hold. A template is drawn at most `@times` times; equal draws are kept once.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from moderation.toxicity.labels import LABELS
from moderation.toxicity.training.row import Row

_SLOT: Final = re.compile(r"\{(\w+)\}")
_ALTERNATIVES: Final = re.compile(r"\{(\w+)\}\s*=\s*(.*)")
_LINE: Final = re.compile(r"([+-])(?:\[([\w ]+)\])?\s+(.*)")


def read_lines(path: Path, seed: int) -> list[Row]:
    """The rows of one file; ValueError names the line that is not understood."""
    language = path.name.split(".")[-2]
    chance = random.Random(f"{path.name} {seed}")
    slots: dict[str, list[str]] = {}
    family, times, rows = "", 1, []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            word, _, value = line[1:].partition(" ")
            if word == "family":
                family = value.split()[0]
            elif word == "times":
                times = int(value)
            continue
        if slot := _ALTERNATIVES.fullmatch(line):
            slots[slot[1]] = [part.strip() for part in slot[2].split("|") if part.strip()]
            continue
        parts = _LINE.fullmatch(line)
        if parts is None or not set((parts[2] or "").split()) <= set(LABELS):
            raise ValueError(f"{path}:{number}: not understood: {line}")
        targets = dict.fromkeys(LABELS, 0.0) | dict.fromkeys((parts[2] or "").split(), 1.0)
        targets["toxicity"] = float(parts[1] == "+")
        rows += [
            Row(text, language, f"{path.stem}:{family}", targets) for text in _draws(parts[3], slots, times, chance)
        ]
    return rows


def _draws(template: str, slots: dict[str, list[str]], times: int, chance: random.Random) -> Iterator[str]:
    if not _SLOT.search(template):
        yield template
        return
    given = set()
    for _ in range(times):
        text = template
        while _SLOT.search(text):
            text = _SLOT.sub(lambda slot: chance.choice(slots[slot[1]]), text)
        if text not in given:
            given.add(text)
            yield text
