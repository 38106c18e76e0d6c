"""The quick reading of Western text, against the plain one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from moderation.text.fingerprint import _read, _read_as_bytes


@given(st.text(st.characters(max_codepoint=255)))
def test_reading_bytes_gives_the_same_fingerprint(text: str) -> None:
    """Where one byte a character is enough, the quick way says exactly what the table of all characters says."""
    quick = _read_as_bytes(text)
    assert quick is None or quick == _read(text)


def test_ordinary_chat_takes_the_quick_way() -> None:
    """English and Spanish with their accents need no more than one byte a character."""
    assert _read_as_bytes("¿Mañana a las 10:30, or is 5OO too late?") is not None
