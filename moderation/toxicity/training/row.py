"""One text with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """A text to learn from or to be measured on; labels that `targets` leaves out are unknown, not absent."""

    text: str
    language: str
    source: str
    targets: Mapping[str, float]
