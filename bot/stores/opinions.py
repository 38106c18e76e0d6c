"""What people say about rules as rows, and the thresholds that move by it. All of it is part of somebody's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from bot.stores import audit
from bot.stores.tables import opinion, threshold_move
from bot.stores.times import millis, moment
from bot.stores.vault import Vault
from bot.stores.verdicts import recorded_verdict
from moderation.case import Case
from moderation.leeway import ALL, Bounds, Figures, Move, Opinion, Threshold, Why, millionths, points_of, standing
from moderation.units import percent

MOVED: Final = "threshold moved"
BACK: Final = "threshold moved back"


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said about the rule behind a case; `why` only where it was not a problem."""

    said: Opinion
    why: str
    by: str
    at: datetime
    taken_back_at: datetime | None
    taken_back_by: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What an opinion did to one threshold, as shares: from `was` to `now`; `asked` is the rule's own figure.

    When it was taken back, that moved the threshold from `back_from` to `back_to`.
    """

    rule: str
    label: str
    model: str
    asked: float
    was: float
    now: float
    by: str
    at: datetime
    taken_back_at: datetime | None
    taken_back_by: str | None
    back_from: float | None
    back_to: float | None


class Opinions:
    """Writes what people say. `bounds` says how far verdicts may move the thresholds of a community."""

    def __init__(self, vault: Vault, bounds: Callable[[str], Bounds]) -> None:
        self._vault = vault
        self._bounds = bounds

    def say(self, connection: Connection, case: Case, said: Opinion, why: Why | None, by: str, at: datetime) -> bool:
        """Write an opinion in place of the one there was; whether a threshold moved."""
        back = self.take_back(connection, case, by, at)
        row = {"case_id": case.id, "said": said, "why": why or "", "by": by, "at": millis(at)}
        number = connection.execute(insert(opinion).values(**row)).inserted_primary_key
        detail = {"said": said, "why": why} if why else {"said": said}
        audit.append(connection, [audit.Entry(millis(at), by, "verdict on the rule", case.id, detail)])
        moved = [
            self._move(connection, case, threshold, score, said, by, at, int(number[0]) if number else 0)
            for threshold, score in self._decisive(connection, case).items()
        ]
        return back or any(moved)

    def take_back(self, connection: Connection, case: Case, by: str, at: datetime) -> bool:
        """Take back what was said about the rule behind a case, and every move; whether a threshold moved."""
        values: dict[str, Any] = {"taken_back_at": millis(at), "taken_back_by": by}
        live = (opinion.c.case_id == case.id) & opinion.c.taken_back_at.is_(None)
        connection.execute(update(opinion).where(live).values(**values))
        table = threshold_move
        mine = (table.c.case_id == case.id) & table.c.taken_back_at.is_(None)
        rows = connection.execute(select(table).where(mine).order_by(table.c.id)).all()
        for row in rows:
            threshold = _threshold(row)
            was = self._here(connection, case.community, threshold)
            connection.execute(update(table).where(table.c.id == row.id).values(**values))
            now = self._here(connection, case.community, threshold)
            connection.execute(update(table).where(table.c.id == row.id).values(back_from=was, back_to=now))
            audit.append(connection, [_entry(BACK, case, threshold, was, now, by, at)])
        return bool(rows)

    def figures(self, connection: Connection, community: str) -> Figures:
        """Where the thresholds of a community stand that have moved."""
        live = (threshold_move.c.community == community) & threshold_move.c.taken_back_at.is_(None)
        return standing(_moves(connection, live), self._bounds(community))

    def everywhere(self, connection: Connection) -> dict[str, Figures]:
        """The same for every community."""
        query = select(threshold_move.c.community).where(threshold_move.c.taken_back_at.is_(None)).distinct()
        return {community: self.figures(connection, community) for community in connection.scalars(query)}

    def _move(
        self,
        connection: Connection,
        case: Case,
        threshold: Threshold,
        score: float,
        said: Opinion,
        by: str,
        at: datetime,
        number: int,
    ) -> bool:
        bounds, sum_ = self._bounds(case.community), self._sum(connection, case.community, threshold)
        points = points_of(said, threshold, score, sum_, bounds)
        if not points:
            return False
        was, became = bounds.here(threshold.asked, sum_), bounds.here(threshold.asked, sum_ + points)
        row = {
            "opinion": number,
            "case_id": case.id,
            "community": case.community,
            "rule": threshold.rule,
            "label": threshold.label,
            "model": threshold.model,
            "asked": threshold.asked,
            "points": points,
            "was": was,
            "became": became,
            "by": by,
            "at": millis(at),
        }
        connection.execute(insert(threshold_move).values(**row))
        audit.append(connection, [_entry(MOVED, case, threshold, was, became, by, at)])
        return True

    def _decisive(self, connection: Connection, case: Case) -> dict[Threshold, float]:
        """The thresholds without which the case would not be, each with the score that reached it.

        Nothing where the recorded verdict is gone, with its time or with its author: what is forgotten teaches nothing.
        """
        verdict = recorded_verdict(connection, self._vault, case.id)
        found: dict[Threshold, float] = {}
        for match in verdict["matched"] if verdict else ():
            for seen in match.get("scores", ()) if match["rule"] in case.rules else ():
                threshold = Threshold(match["rule"], seen["label"], seen["model"], millionths(seen["asked"]))
                found[threshold] = max(seen["score"], found.get(threshold, 0.0))
        return found

    def _sum(self, connection: Connection, community: str, threshold: Threshold) -> int:
        table = threshold_move
        mine = (table.c.community == community) & (table.c.rule == threshold.rule) & table.c.taken_back_at.is_(None)
        return sum(move.points for move in _moves(connection, mine) if move.threshold == threshold)

    def _here(self, connection: Connection, community: str, threshold: Threshold) -> int:
        return self._bounds(community).here(threshold.asked, self._sum(connection, community, threshold))


def last_said(connection: Connection, case: str) -> Said | None:
    """What was said last about the rule behind a case, taken back or not; None when nobody said anything."""
    query = select(opinion).where(opinion.c.case_id == case).order_by(opinion.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    return Said(Opinion(row.said), row.why, row.by, moment(row.at), _moment(row.taken_back_at), row.taken_back_by)


def moved_by(connection: Connection, case: str) -> list[Moved]:
    """Everything that opinions on a case moved, oldest first."""
    query = select(threshold_move).where(threshold_move.c.case_id == case).order_by(threshold_move.c.id)
    return [
        Moved(
            rule=row.rule,
            label=row.label,
            model=row.model,
            asked=row.asked / ALL,
            was=row.was / ALL,
            now=row.became / ALL,
            by=row.by,
            at=moment(row.at),
            taken_back_at=_moment(row.taken_back_at),
            taken_back_by=row.taken_back_by,
            back_from=None if row.back_from is None else row.back_from / ALL,
            back_to=None if row.back_to is None else row.back_to / ALL,
        )
        for row in connection.execute(query)
    ]


def _moves(connection: Connection, which: Any) -> Iterable[Move]:
    rows = connection.execute(select(threshold_move).where(which)).all()
    return [Move(_threshold(row), row.points) for row in rows]


def _threshold(row: Any) -> Threshold:
    return Threshold(row.rule, row.label, row.model, row.asked)


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


def _entry(what: str, case: Case, threshold: Threshold, was: int, now: int, by: str, at: datetime) -> audit.Entry:
    detail = {
        "rule": threshold.rule,
        "label": threshold.label,
        "model": threshold.model,
        "from": percent(was / ALL),
        "to": percent(now / ALL),
    }
    return audit.Entry(millis(at), by, what, case.id, detail)
