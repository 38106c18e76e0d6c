"""Limits on how much automation may do in a time, so that one bad rule cannot empty a community.

Two kinds: the brake a rule names, and the community's own on everything automatic. What they count is derived from the
intents that went out, so that a restart changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from moderation.actions.base import Aim
from moderation.intents import Intent

HIDES: Final = range(10, 20)
"""Severities that hide a message."""
SANCTIONS: Final = range(40, 60)
"""Severities that restrict or remove a person."""
REMOVALS: Final = "brake on removals by "
"""How the brake of a person begins, who removes others themselves; their account follows."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in a window."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class CommunityBrake:
    """What automation may do in one community at most; `removals` is what one moderator may do alone."""

    deletes: Limit = Limit(50, timedelta(minutes=10))
    sanctions: Limit = Limit(10, timedelta(minutes=10))
    removals: Limit = Limit(5, timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Stopped:
    """A brake that does not let an intent pass: its name, for people, and since when."""

    name: str
    words: str
    since: datetime


class _Window:
    """When something happened lately, and how often."""

    __slots__ = ("_total", "_when", "stopped_since")

    def __init__(self) -> None:
        self._when: deque[tuple[datetime, int]] = deque()
        self._total = 0
        self.stopped_since: datetime | None = None

    def has_room(self, limit: Limit, weight: int, now: datetime) -> bool:
        while self._when and self._when[0][0] <= now - limit.within:
            self._total -= self._when.popleft()[1]
        if self._total + weight <= limit.most:
            self.stopped_since = None
            return True
        self.stopped_since = self.stopped_since or now
        return False

    def add(self, weight: int, now: datetime) -> None:
        self._when.append((now, weight))
        self._total += weight


class Brakes:
    """Decides whether an intent may go out now, and remembers what went out."""

    def __init__(
        self,
        community: Callable[[str], CommunityBrake],
        rules: Callable[[], Mapping[str, Limit]],
    ) -> None:
        self._community = community
        self._rules = rules
        self._windows: dict[tuple[str, str], _Window] = {}

    def stop(self, intent: Intent, now: datetime) -> Stopped | None:
        """The brake that holds this intent; None lets it pass and counts it."""
        if intent.unbraked or intent.undoes:
            return None
        limits = self._limits(intent)
        weight = _weight(intent)
        windows = [
            (name, limit, self._windows.setdefault((intent.community, name), _Window())) for name, limit in limits
        ]
        for name, limit, window in windows:
            if not window.has_room(limit, weight, now):
                words = f"{limit.most} within {limit.within}"
                return Stopped(name, words, window.stopped_since or now)
        for _, _, window in windows:
            window.add(weight, now)
        return None

    def recall(self, intent: Intent, at: datetime) -> None:
        """Count an intent that went out before a restart."""
        if not (intent.unbraked or intent.undoes):
            for name, _ in self._limits(intent):
                self._windows.setdefault((intent.community, name), _Window()).add(_weight(intent), at)

    def _limits(self, intent: Intent) -> list[tuple[str, Limit]]:
        severity = intent.action.severity
        community = self._community(intent.community)
        if intent.brake.startswith(REMOVALS):
            return [(intent.brake, community.removals)]
        if severity in HIDES:
            limits = [("community: deletes", community.deletes)]
        elif severity in SANCTIONS and intent.action.aim is Aim.PERSON:
            limits = [("community: sanctions", community.sanctions)]
        else:
            return []
        limit = self._rules().get(intent.brake)
        if limit is not None:
            limits.append((f"brake: {intent.brake}", limit))
        return limits


def _weight(intent: Intent) -> int:
    """Messages hidden, or people sanctioned."""
    return max(1, len(intent.order.target.messages)) if intent.action.severity in HIDES else 1
