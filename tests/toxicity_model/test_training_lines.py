"""The project's own training lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderation.toxicity.training.lines import read_lines
from moderation.toxicity.training.recipe import own_rows

ROOT = Path(__file__).parents[2]


def _written(folder: Path, text: str) -> Path:
    path = folder / "some.en.lines"
    path.write_text(text, encoding="utf-8")
    return path


def test_slots(tmp_path: Path) -> None:
    """A template is drawn with its alternatives, each draw once, with its family and labels."""
    rows = read_lines(_written(tmp_path, "@family x\n@times 50\n{who} = ana | bo\n+[insult] {who} is a fool\n"), 1)
    assert sorted(row.text for row in rows) == ["ana is a fool", "bo is a fool"]
    assert {row.source for row in rows} == {"some.en:x"}
    assert rows[0].targets["insult"] == rows[0].targets["toxicity"] == 1.0
    assert rows[0].targets["threat"] == 0.0


@pytest.mark.parametrize("line", ["no mark", "+[unheard_of] text", "?- text"])
def test_bad_lines(tmp_path: Path, line: str) -> None:
    """A line that is not understood is named with its place."""
    with pytest.raises(ValueError, match=r"some\.en\.lines:1"):
        read_lines(_written(tmp_path, line), 1)


def test_no_contradiction() -> None:
    """No text of ours is clean in one place and toxic in another."""
    sides: dict[str, set[float]] = {}
    for row in own_rows(1):
        sides.setdefault(row.text.casefold(), set()).add(row.targets["toxicity"])
    assert [text for text, found in sides.items() if len(found) > 1] == []


def test_nothing_of_the_evaluation_is_learnt() -> None:
    """The sets that measure the model share no text with those that teach it."""
    measured = {
        json.loads(line)["text"].casefold()
        for path in (ROOT / "benchmarks" / "toxicity").glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    assert [row.text for seed in (1, 2, 3) for row in own_rows(seed) if row.text.casefold() in measured] == []
