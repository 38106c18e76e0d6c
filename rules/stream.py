"""The one path of an event: live traffic, shadow mode, backtest, `sereno judge` and examples all go through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Final

from moderation.actions.raid import Raid
from moderation.counters import Counters, where
from moderation.leeway import Figures
from moderation.model import Event, MemberRef, Signals, author_of
from moderation.past import Past
from moderation.strikes import Points, Strike, StrikeBook, awards
from moderation.text.views import Views
from moderation.verdict import CLEAN, Verdict
from rules.compile import Engine
from rules.engine import candidates, verdict_of
from rules.facts import Facts, kind_of, subject_of, text_of
from rules.model import Ladder
from rules.moved import with_figures

NO_SIGNALS: Final = Signals()
_NO_STRIKES: Final[Mapping[str, Points]] = MappingProxyType({})
_NO_ZONES: Final[Mapping[str, tzinfo]] = MappingProxyType({})
Leeway = Mapping[str, Figures]
"""Community → where its thresholds stand that have moved."""
_NO_LEEWAY: Final[Leeway] = MappingProxyType({})
_NOTHING_MOVED: Final[Mapping[str, Engine]] = MappingProxyType({})


@dataclass(slots=True)
class Noted:
    """An event whose place among the others is fixed: what its verdict will need, whenever that falls.

    Never changed once it is made; not frozen because one is made for every event.
    `strikes` replaces what the book says about the person, where the source of the event states it.
    """

    event: Event
    views: Views
    past: Past
    strikes: Mapping[str, Points] | None = None


class Stream:
    """Notes events in order, judges each with the past as it was then, and lets verdicts have their effect.

    `note` and `settle` belong to one writer; `decide` is pure. `zones` has the time zone of each community.
    """

    def __init__(
        self,
        engine: Engine,
        counters: Counters | None = None,
        strikes: StrikeBook | None = None,
        zones: Mapping[str, tzinfo] = _NO_ZONES,
    ) -> None:
        self._engine = engine
        self.counters = counters if counters is not None else Counters(engine.needs)
        self.strikes = strikes if strikes is not None else StrikeBook()
        self._zones = zones
        self._ladders = _ladders(engine)
        self._leeway: Leeway = _NO_LEEWAY
        self._moved: Mapping[str, Engine] = _NOTHING_MOVED
        self.counters.expect(engine.needs)

    @property
    def engine(self) -> Engine:
        """The rules in force."""
        return self._engine

    def swap(self, engine: Engine) -> None:
        """Other rules from now on; what was counted stays counted."""
        self._engine = engine
        self._ladders = _ladders(engine)
        self.adjust(self._leeway)
        self.counters.expect(engine.needs)

    def adjust(self, leeway: Leeway) -> None:
        """Other thresholds from now on, by community, where moderators' verdicts have moved them."""
        moved = {community: with_figures(self._engine, figures) for community, figures in leeway.items() if figures}
        self._leeway, self._moved = leeway, moved

    def feed(
        self, event: Event, signals: Signals = NO_SIGNALS, *, strikes: Mapping[str, Points] | None = None
    ) -> Verdict:
        """Note, decide and settle in one go, for events whose signals are known."""
        noted = self.note(event, strikes=strikes)
        verdict = self.decide(noted, signals)
        if verdict.actions:
            self.settle(noted, verdict, event.key)
        return verdict

    def note(self, event: Event, *, strikes: Mapping[str, Points] | None = None) -> Noted:
        """Count an event, in journal order."""
        views = Views(text_of(event))
        return Noted(event, views, self.counters.note(event, views), strikes)

    def decide(self, noted: Noted, signals: Signals = NO_SIGNALS) -> Verdict:
        """The verdict; asking again gives the same as long as nothing was settled in between."""
        engine = self._engine if not self._moved else self._engine_for(noted.event)
        if kind_of(noted.event) not in engine.kinds:
            return CLEAN
        facts = self.facts(noted, signals)
        asked = candidates(engine, facts)
        return verdict_of(engine, facts, asked) if asked else CLEAN

    def facts(self, noted: Noted, signals: Signals = NO_SIGNALS) -> Facts:
        """All that the rules may see of an event."""
        event, views = noted.event, noted.views
        message = noted.past.message
        member = message.author if message is not None else author_of(event)
        look = self._engine.finder.look(views, event, message, noted.past)
        if member is not None:
            look.called(member.name)
        subject = subject_of(event) if self.strikes else None
        return Facts(
            event=event,
            kind=kind_of(event),
            member=member,
            message=message,
            views=views,
            signals=signals,
            counts=noted.past,
            strikes=self._points(subject, event.at) if noted.strikes is None else noted.strikes,
            now=event.at,
            found=look,
            zone=self._zones.get(member.ref.community, UTC) if self._zones and member is not None else UTC,
            struck=self.strikes.given_to(subject, event.at) if subject is not None else (),
        )

    def settle(self, noted: Noted, verdict: Verdict, case: str = "") -> Sequence[Strike]:
        """Let a verdict have its effect: strikes are booked, a raid is declared. The strikes it gave."""
        event = noted.event
        if any(isinstance(plan.action, Raid) for plan in verdict.actions):
            self.counters.raid(*where(event)).declare(event.at)
        subject = subject_of(event)
        if subject is None:
            return ()
        given = []
        for award in awards(verdict):
            ladder = self._ladders.get(award.ladder)
            forgotten = event.at + ladder.forget if ladder else None
            given.append(
                Strike(
                    case=case or event.key,
                    member=subject,
                    ladder=award.ladder,
                    points=award.points,
                    at=event.at,
                    forgotten_at=forgotten,
                    score_only=award.score_only,
                    rule=award.rule,
                )
            )
        for strike in given:
            self.strikes.add(strike)
        return given

    def unbraked(self, noted: Noted | None) -> bool:
        """Whether the person came with the wave of a declared raid, for which brakes are lifted."""
        subject = subject_of(noted.event) if noted is not None else None
        if noted is None or subject is None:
            return False
        return self.counters.raid(*where(noted.event)).in_wave(subject, noted.event.at)

    def _engine_for(self, event: Event) -> Engine:
        author = author_of(event)
        return self._moved.get(author.ref.community, self._engine) if author is not None else self._engine

    def _points(self, subject: MemberRef | None, at: datetime) -> Mapping[str, Points]:
        return self.strikes.points(subject, at) if subject is not None else _NO_STRIKES


def _ladders(engine: Engine) -> Mapping[str, Ladder]:
    return {name: ladder for policy in engine.rule_set.policies for name, ladder in policy.ladders.items()}
