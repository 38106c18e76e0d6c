"""How texts are shared out between training, tuning and test."""

from __future__ import annotations

from moderation.toxicity.training.row import Row
from moderation.toxicity.training.split import parts_of


def _rows(texts: list[str]) -> list[Row]:
    return [Row(text, "en", "x", {"toxicity": 0.0}) for text in texts]


def test_rewrites_stay_together() -> None:
    """A rewrite is never measured on when its original was learnt from."""
    pairs = [
        (
            f"the {place} gardener is an absolute {place}walrus",
            f"the {place} gardener is an absolute {place}walrus today",
        )
        for place in range(300)
    ]
    parts = parts_of(_rows([text for pair in pairs for text in pair]))
    assert [parts[place] for place in range(0, 600, 2)] == [parts[place] for place in range(1, 600, 2)]
    assert set(parts) == {"train", "tune", "test"}


def test_order_does_not_matter() -> None:
    """The same texts in another order are shared out the same way."""
    texts = [f"text number {place} about topic{place}" for place in range(400)]
    forth = dict(zip(texts, parts_of(_rows(texts)), strict=True))
    back = dict(zip(texts[::-1], parts_of(_rows(texts[::-1])), strict=True))
    assert forth == back
