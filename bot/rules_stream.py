"""The rules' stream as a running bot needs it: it can start from the past and forgive."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from moderation.model import Event
from moderation.strikes import Strike
from rules.stream import Stream

Raid = tuple[str, str, datetime]
"""Platform, community, and when a raid was declared there."""


class LiveStream(Stream):
    """Live traffic through the same path as backtests and examples."""

    def restore(self, past: Sequence[Event], strikes: Sequence[Strike], raids: Sequence[Raid]) -> None:
        """Start from events in journal order, the strikes that count, and the moments a raid was declared."""
        declared = deque(sorted(raids, key=lambda raid: raid[2]))
        self.counters.rebuild(())
        for event in past:
            while declared and declared[0][2] <= event.at:
                self._declare(declared.popleft())
            self.note(event)
        while declared:
            self._declare(declared.popleft())
        for strike in strikes:
            self.strikes.add(strike)

    def forgive(self, case: str) -> None:
        """Take back the strikes of a case."""
        self.strikes.remove(case)

    def forget(self, at: datetime) -> None:
        """Drop strikes that weigh nothing any more."""
        self.strikes.forget(at)

    def raid(self, platform: str, community: str, at: datetime) -> bool:
        """Whether a raid goes on there."""
        return self.counters.raid(platform, community).active(at)

    def _declare(self, raid: Raid) -> None:
        platform, community, at = raid
        self.counters.raid(platform, community).declare(at)
