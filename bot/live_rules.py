"""The rules as a running bot uses them: one stream that can be restored, forgiven and given other rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from moderation.model import Event, Signals
from moderation.strikes import Strike
from moderation.verdict import Verdict
from rules.compile import Engine
from rules.stream import Noted, Stream

TIDY: Final = timedelta(hours=1)
"""How often strikes that weigh nothing any more are dropped from memory."""


class LiveRules:
    """What the pipeline asks of the rules (bot/judging.py). Everything here runs on the event loop's thread."""

    def __init__(self, engine: Engine, platforms: Sequence[str], zones: Mapping[str, tzinfo]) -> None:
        self._stream = Stream(engine, zones=zones)
        self._platforms = tuple(platforms)
        self._tidied: datetime | None = None

    def swap(self, engine: Engine) -> None:
        """Other rules from now on; what was counted stays counted."""
        self._stream.swap(engine)

    def note(self, event: Event) -> Noted:
        """Count the event, in journal order; what its decision will need."""
        if self._tidied is None or event.at - self._tidied >= TIDY:
            self._tidied = event.at
            self._stream.strikes.forget(event.at)
        return self._stream.note(event)

    def decide(self, noted: Noted, signals: Signals) -> Verdict:
        """The verdict, pure."""
        return self._stream.decide(noted, signals)

    def settle(self, noted: Noted, verdict: Verdict, case: str) -> Sequence[Strike]:
        """Let the verdict have its effect on strikes and raids; the strikes it gave."""
        return self._stream.settle(noted, verdict, case)

    def unbraked(self, noted: Noted) -> bool:
        """Whether the person came with the wave of a declared raid, which lifts the brakes for them."""
        return self._stream.unbraked(noted)

    def restore(
        self, events: Sequence[Event], strikes: Sequence[Strike], raids: Sequence[tuple[str, datetime]]
    ) -> None:
        """Start from the past: events in journal order, strikes that count, moments a raid was declared.

        A raid is declared after the event that caused it and before the next, so that the wave is the same people.
        """
        waiting = list(raids)
        for event in events:
            while waiting and waiting[0][1] < event.at:
                self._declare(*waiting.pop(0))
            self._stream.note(event)
        for community, at in waiting:
            self._declare(community, at)
        for strike in strikes:
            self._stream.strikes.add(strike)

    def forgive(self, case: str) -> None:
        """Take back the strikes of a case."""
        self._stream.strikes.remove(case)

    def _declare(self, community: str, at: datetime) -> None:
        for platform in self._platforms:
            self._stream.counters.raid(platform, community).declare(at)
