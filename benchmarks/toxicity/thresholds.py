"""From which toxicity on the shipped rules act, so that figures are taken where it matters."""

from __future__ import annotations

from typing import Final

FLAG: Final = 0.80
"""A person is asked to look."""
SURE: Final = 0.97
"""The message is held back until a person has looked."""
