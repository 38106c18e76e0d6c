"""Whether a rule would have hit its brake: removals counted in a sliding window, as the enforcer counts them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rules.model import Brake

REMOVING: Final = frozenset({"delete", "hold"})
"""What brakes of rules count."""


@dataclass(slots=True)
class Braking:
    """One rule under its brake, in each community by itself. `pulled_at` is the first time it would have stopped
    removing, `asked` for how many of its removals people would have been asked instead.

    Only an estimate: rules that share a brake are counted one by one, and a declared raid lifts no brake here.
    """

    brake: Brake
    pulled_at: datetime | None = None
    asked: int = 0
    _windows: dict[str, deque[tuple[datetime, int]]] = field(default_factory=dict)

    def take(self, community: str, at: datetime, actions: list[str], messages: int) -> None:
        """Count what a match removes; times never go back."""
        if REMOVING.isdisjoint(actions):
            return
        window = self._windows.setdefault(community, deque())
        while window and window[0][0] <= at - self.brake.within:
            window.popleft()
        weight = max(1, messages)
        if sum(before for _, before in window) + weight <= self.brake.most:
            window.append((at, weight))
        else:
            self.pulled_at = self.pulled_at or at
            self.asked += weight
