"""What the shipped model is given to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.toxicity.reading import MOST, reading


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("You 1d10t", "you idiot"),
        ("s h u t  up", "shut up"),
        ("S h u t up", "shut up"),
        ("mіerda", "mierda"),
        ("pu\u200bta", "puta"),
        ("eres un 1mb3c1l", "eres un imbecil"),
        ("noooooo", "noo"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
    ],
)
def test_disguises(typed: str, read: str) -> None:
    """A disguised word is read as it is meant."""
    assert reading(typed) == read


@pytest.mark.parametrize("typed", ["it's 5pm at g4", "win10 and mp3", "¿cómo estás, niño?", "привет", "3 x 4 = 12"])
def test_plain_text(typed: str) -> None:
    """What nobody disguised is left as it is."""
    assert reading(typed) == typed


def test_links_and_names() -> None:
    """Links and names are one word each, whatever they spell."""
    assert reading("@some_fool see https://x.example/idiot now") == "@user see http now"


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """No text breaks the reading, and what was read is read the same again."""
    once = reading(text)
    assert "\n" not in once
    assert len(reading("a" * 3 * MOST + text)) <= MOST
