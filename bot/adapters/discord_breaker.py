"""Discord bans an address for a while after 10,000 answers of 401, 403 or 429 in ten minutes; Sereno stops at a tenth."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from moderation.errors import RateLimited

INVALID: Final = frozenset({401, 403, 429})
MOST: Final = 1_000
WITHIN: Final = 600.0
"""Seconds."""


class Breaker:
    """Counts refused calls in memory: after a restart Discord's own count goes on, and a tenth leaves room for that."""

    def __init__(self, most: int = MOST, within: float = WITHIN, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._within = within
        self._now = now
        self._refused: deque[float] = deque()

    def answered(self, status: int, *, shared: bool = False) -> bool:
        """Count an answer; whether this one opened the breaker. Limits shared with other bots do not count."""
        if status not in INVALID or (status == 429 and shared):
            return False
        was = self.left() > 0
        self._refused.append(self._now())
        while len(self._refused) > self._most:
            self._refused.popleft()
        return not was and self.left() > 0

    def set_most(self, most: int) -> None:
        """Another limit."""
        self._most = most

    def left(self) -> float:
        """Seconds until calls may go out again; 0 when they may."""
        if len(self._refused) < self._most:
            return 0.0
        return max(0.0, self._refused[0] + self._within - self._now())

    def check(self) -> None:
        """RateLimited while the breaker is open."""
        left = self.left()
        if left > 0:
            raise RateLimited(left)
