"""One event from acceptance to a plan: what the rules say, what follows from it, and everything that will be written."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from bot.intake import Own, Revisions
from bot.outages import Outages
from bot.stores.decisions import Decided
from moderation.errors import Unsupported
from moderation.hands import Hands
from moderation.leeway import Figures
from moderation.model import Capability, Event, MemberRef, ReportFiled, Signals, author_of
from moderation.plan import Plan, Rulebook, make_plan
from moderation.ports import Accepted, Clock
from moderation.strikes import Strike
from moderation.verdict import CLEAN, Verdict

STAFF_REMEMBERED: Final = 10_000


class Stream(Protocol):
    """The rules as the pipeline sees them (rules/stream.py): the same path for live traffic, backtest and examples."""

    def note(self, event: Event) -> Any:
        """Count the event, in journal order; what its decision will need."""
        ...

    def decide(self, noted: Any, signals: Signals) -> Verdict:
        """The verdict, pure."""
        ...

    def settle(self, noted: Any, verdict: Verdict, case: str) -> Sequence[Strike]:
        """Let the verdict have its effect on strikes and raids; the strikes it gave."""
        ...

    def unbraked(self, noted: Any) -> bool:
        """Whether the person came with the wave of a declared raid, which lifts the brakes for them."""
        ...

    def restore(
        self, past: Sequence[Event], strikes: Sequence[Strike], raids: Sequence[tuple[str, str, datetime]]
    ) -> None:
        """Start from the past: events in journal order, strikes that count, moments a raid was declared."""
        ...

    def forgive(self, case: str) -> None:
        """Take back the strikes of a case."""
        ...

    def adjust(self, leeway: Mapping[str, Figures]) -> None:
        """Other thresholds from now on, by community, where moderators' verdicts have moved them."""
        ...

    def forget(self, at: datetime) -> None:
        """Drop what weighs nothing any more."""
        ...

    def raid(self, platform: str, community: str, at: datetime) -> bool:
        """Whether a raid goes on there."""
        ...


@dataclass(frozen=True, slots=True)
class Noted:
    """An event whose place in the counters is fixed. `of_rules` is the stream's own; None when nobody need judge it."""

    accepted: Accepted
    of_rules: Any


class Judging:
    """Notes, judges and plans. Holds no event longer than it takes."""

    def __init__(
        self,
        stream: Stream,
        rulebook: Rulebook,
        hands: Hands,
        own: Own,
        clock: Clock,
        languages: Callable[[str, MemberRef | None], str],
        outages: Outages,
        shadow: frozenset[str] = frozenset(),
    ) -> None:
        self._stream = stream
        self._rulebook = rulebook
        self._hands = hands
        self._own = own
        self._clock = clock
        self._languages = languages
        self._outages = outages
        self._shadow = shadow
        self._revisions = Revisions()
        self._staff: OrderedDict[MemberRef, None] = OrderedDict()

    def recall(self, past: Iterable[Event]) -> None:
        """What happened before a restart, in journal order: who is staff, and which version of a message is the newest."""
        for event in past:
            self._learn(event)
            self._revisions.superseded(event)

    def note(self, accepted: Accepted) -> Noted:
        """Count an event, in journal order. The bot's own doing and replaced versions are not judged."""
        event = accepted.event
        self._learn(event)
        if self._own.caused(event) or self._revisions.superseded(event):
            return Noted(accepted, None)
        return Noted(accepted, self._stream.note(event))

    def decide(self, noted: Noted, signals: Signals) -> Verdict:
        """What the rules say."""
        return CLEAN if noted.of_rules is None else self._stream.decide(noted.of_rules, signals)

    def plan(self, noted: Noted, verdict: Verdict) -> Decided:
        """What follows, and its effect on strikes and raids; none where rules only watch."""
        accepted, now = noted.accepted, self._clock.now()
        outages = self._outages.cases(verdict.undecided, accepted.seq, now)
        if not verdict.actions:
            return Decided(Plan(accepted, verdict, now), (), outages)
        platform, community = _place(accepted.event)
        plan = make_plan(
            accepted,
            verdict,
            rulebook=self._rulebook,
            can=self._capabilities(platform, community),
            language=self._languages(community, _concerned(accepted.event)),
            protected=self._protected(accepted.event),
            unbraked=self._stream.unbraked(noted.of_rules),
            decided_at=now,
            simulated=community in self._shadow,
        )
        if community in self._shadow:
            return Decided(plan, (), outages)
        strikes = self._stream.settle(noted.of_rules, verdict, plan.case.id if plan.case else "")
        return Decided(plan, tuple(strikes), outages)

    def forgive(self, plan: Plan) -> None:
        """The plan could not be written: the strikes it gave do not count."""
        if plan.case is not None:
            self._stream.forgive(plan.case.id)

    def _capabilities(self, platform: str, community: str) -> frozenset[Capability]:
        try:
            return self._hands.chat(platform).capabilities(community)
        except Unsupported:
            return frozenset()

    def _learn(self, event: Event) -> None:
        """Who is staff or a bot, for reports about people who are not the author."""
        author = author_of(event)
        if author is None:
            return
        if author.is_staff or author.is_bot:
            self._staff[author.ref] = None
            while len(self._staff) > STAFF_REMEMBERED:
                self._staff.popitem(last=False)
        elif author.ref in self._staff:
            del self._staff[author.ref]

    def _protected(self, event: Event) -> bool:
        person = _concerned(event)
        return person is not None and (person in self._staff or self._own.is_me(person))


def _concerned(event: Event) -> MemberRef | None:
    """Whom a verdict would be about: who was reported, else who caused the event."""
    author = author_of(event)
    return event.about if isinstance(event, ReportFiled) else author.ref if author else None


def _place(event: Event) -> tuple[str, str]:
    author = author_of(event)
    return (author.ref.platform, author.ref.community) if author else ("", "")
