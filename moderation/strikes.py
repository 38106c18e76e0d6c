"""Strikes and what they add up to: derived from rows, forgotten after a time, never counted by `+=` on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from moderation.actions.strike import Strike as StrikeAction
from moderation.model import MemberRef
from moderation.verdict import Mode, Verdict

ANY_LADDER: Final = ""
"""The ladder of points that count on every ladder (an outside source that states only a number)."""


@dataclass(frozen=True, slots=True)
class Points:
    """What weighs on a person on one ladder. `without_scores` leaves out what only a model's score gave."""

    total: int = 0
    without_scores: int = 0


@dataclass(frozen=True, slots=True)
class Strike:
    """Points given to a person by a case; they weigh nothing from `forgotten_at` on (None: never forgotten)."""

    case: str
    member: MemberRef
    ladder: str
    points: int
    at: datetime
    forgotten_at: datetime | None = None
    score_only: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """Points one verdict gives on one ladder, and whether only a model's score stands behind them."""

    ladder: str
    points: int
    score_only: bool
    rule: str


def on_ladder(strikes: Mapping[str, Points], ladder: str) -> Points:
    """What weighs on one ladder, points that count on every ladder included."""
    own, everywhere = strikes.get(ladder), strikes.get(ANY_LADDER) if ladder != ANY_LADDER else None
    if own is None or everywhere is None:
        return own or everywhere or Points()
    return Points(own.total + everywhere.total, own.without_scores + everywhere.without_scores)


def awards(verdict: Verdict) -> tuple[Award, ...]:
    """The points a verdict gives, at most one award per ladder and provenance.

    The strictest strike of each ladder counts, not the sum. What a score-only match adds above what the other matches
    justify is an award of its own, so that it can never carry a person to a kick or a ban.
    """
    acting = {rule for plan in verdict.actions if isinstance(plan.action, StrikeAction) for rule in plan.rules}
    firm: dict[str, tuple[int, str]] = {}
    doubtful: dict[str, tuple[int, str]] = {}
    for match in verdict.matched:
        if match.mode is not Mode.ENFORCE or match.rule not in acting:
            continue
        best = doubtful if match.score_only else firm
        for action in match.actions:
            if isinstance(action, StrikeAction):
                for ladder, points in action.points:
                    if points > best.get(ladder, (0, ""))[0]:
                        best[ladder] = (points, match.rule)
    given = [Award(ladder, points, score_only=False, rule=rule) for ladder, (points, rule) in firm.items()]
    for ladder, (points, rule) in doubtful.items():
        more = points - firm.get(ladder, (0, ""))[0]
        if more > 0:
            given.append(Award(ladder, more, score_only=True, rule=rule))
    return tuple(given)


class StrikeBook:
    """All strikes that may still weigh on somebody, in memory, rebuilt from rows after a restart.

    Adding the same case, ladder and provenance twice is once.
    """

    def __init__(self, rows: Iterable[Strike] = ()) -> None:
        self._of: dict[MemberRef, dict[tuple[str, str, bool], Strike]] = {}
        self._case: dict[str, set[MemberRef]] = {}
        for row in rows:
            self.add(row)

    def __bool__(self) -> bool:
        """Whether anybody has a strike at all."""
        return bool(self._of)

    def add(self, strike: Strike) -> None:
        """Give points."""
        rows = self._of.setdefault(strike.member, {})
        rows[strike.case, strike.ladder, strike.score_only] = strike
        self._case.setdefault(strike.case, set()).add(strike.member)

    def remove(self, case: str) -> None:
        """Take back what a case gave: it was undone or overturned."""
        for member in self._case.pop(case, ()):
            rows = {key: strike for key, strike in self._of.pop(member, {}).items() if strike.case != case}
            if rows:
                self._of[member] = rows

    def points(self, member: MemberRef, at: datetime) -> Mapping[str, Points]:
        """Ladder → points that weigh on the person at a moment."""
        totals: dict[str, tuple[int, int]] = {}
        for strike in self.given_to(member, at):
            total, firm = totals.get(strike.ladder, (0, 0))
            totals[strike.ladder] = total + strike.points, firm + (0 if strike.score_only else strike.points)
        return {ladder: Points(total, firm) for ladder, (total, firm) in totals.items()}

    def given_to(self, member: MemberRef, at: datetime) -> Sequence[Strike]:
        """The strikes that weigh on the person at a moment."""
        rows = self._of.get(member)
        if not rows:
            return ()
        return [row for row in rows.values() if row.at <= at and (row.forgotten_at is None or at < row.forgotten_at)]

    def forget(self, at: datetime) -> None:
        """Drop every row that was forgotten before a moment; memory stays bounded by what still weighs."""
        for member, rows in list(self._of.items()):
            kept = {key: row for key, row in rows.items() if row.forgotten_at is None or at < row.forgotten_at}
            for row in rows.values():
                if kept.get((row.case, row.ladder, row.score_only)) is None:
                    self._case.pop(row.case, None)
            if kept:
                self._of[member] = kept
            else:
                del self._of[member]
