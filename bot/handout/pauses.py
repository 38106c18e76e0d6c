"""How long to wait before the next try: longer each time, and never for everybody at the same moment."""

from __future__ import annotations

import random
from typing import Final

FIRST: Final = 0.05
LONGEST: Final = 1.0
"""Seconds. Short, as people wait for the bot to be itself again within a few seconds."""


class Pauses:
    """A row of pauses, each up to twice as long as the one before; a random half is left off each."""

    def __init__(self) -> None:
        self._tries = 0

    def start_over(self) -> None:
        """Something worked."""
        self._tries = 0

    def next(self) -> float:
        """Seconds to wait now."""
        longest = min(LONGEST, FIRST * 2.0 ** min(self._tries, 16))
        self._tries += 1
        return longest * random.uniform(0.5, 1.0)
