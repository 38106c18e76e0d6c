"""The state of a community in a wave of newcomers: calm → watch → raid → calm. Derived, and rebuilt from events."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from moderation.model import MemberRef

QUIET: Final = timedelta(minutes=10)
"""A raid is over when no wave has been seen for so long."""
WAVE: Final = 10
"""So many distinct people within `WAVE_SPAN` are a wave: enough to watch, and to keep a declared raid going."""
WAVE_SPAN: Final = timedelta(minutes=1)
_MOST: Final = 20_000


class RaidPhase(StrEnum):
    """How alarmed the community is."""

    CALM = "calm"
    WATCH = "watch"
    RAID = "raid"


class RaidWatch:
    """One community's wave of joins and the raid that was declared about it.

    Times are those of events. An event that is told late, with an older time, never ends or restarts anything.
    """

    def __init__(self) -> None:
        self._joined: OrderedDict[MemberRef, datetime] = OrderedDict()
        self._wave: set[MemberRef] = set()
        self._last_wave: datetime | None = None
        self._declared: datetime | None = None

    def joined(self, member: MemberRef, at: datetime) -> None:
        """Somebody came in; one person who reconnects is one person."""
        self._settle(at)
        self._joined.pop(member, None)
        self._joined[member] = at
        while len(self._joined) > _MOST or self._oldest() <= at - WAVE_SPAN:
            self._joined.popitem(last=False)
        if self._declared is not None:
            self._wave.add(member)
        if len(self._joined) >= WAVE:
            self._last_wave = max(at, self._last_wave or at)
            self._wave.update(self._joined)

    def declare(self, at: datetime) -> None:
        """A rule or a person says that this is a raid; those who have just come are its wave."""
        self._settle(at)
        self._declared = self._declared or at
        self._last_wave = max(at, self._last_wave or at)
        self._wave.update(self._joined)

    def end(self) -> None:
        """A person says that it is over."""
        self._declared = self._last_wave = None
        self._wave.clear()

    def phase(self, at: datetime) -> RaidPhase:
        """The state at a moment."""
        if self._last_wave is None or at >= self._last_wave + QUIET:
            return RaidPhase.CALM
        return RaidPhase.RAID if self._declared is not None else RaidPhase.WATCH

    def active(self, at: datetime) -> bool:
        """A raid has been declared and has not passed."""
        return self._declared is not None and self.phase(at) is RaidPhase.RAID

    def in_wave(self, member: MemberRef, at: datetime) -> bool:
        """Whether brakes are lifted for this person: only for those who came with the wave, only during the raid."""
        return self.active(at) and member in self._wave

    def ends_at(self) -> datetime | None:
        """When the raid will be over if nobody else comes in a wave; None while there is none."""
        return self._last_wave + QUIET if self._declared is not None and self._last_wave is not None else None

    def _oldest(self) -> datetime:
        return next(iter(self._joined.values()))

    def _settle(self, at: datetime) -> None:
        if self._last_wave is not None and at >= self._last_wave + QUIET:
            self.end()
