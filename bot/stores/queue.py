"""The moderators' queue as rows: cases with the names of the people they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.stores.case_rows import read_case
from bot.stores.codec import from_bytes
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.tables import audit as _audit
from bot.stores.tables import case, evidence, strike
from bot.stores.times import moment
from moderation.case import WAITING, Case, CaseState
from moderation.model import MemberRef


@dataclass(frozen=True, slots=True)
class Queued:
    """A case and whom it is about, by name; empty when nobody or when they were erased."""

    case: Case
    name: str


@dataclass(frozen=True, slots=True)
class Given:
    """Points that one case gave a person on one ladder."""

    case: str
    ladder: str
    points: int
    forgotten_at: datetime | None


class Queue:
    """Reads the queue, beside the writer."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    async def page(
        self, states: Collection[CaseState], *, message: str | None, before: int | None, limit: int
    ) -> Sequence[Queued]:
        """Newest first; in one of these states (all when empty), resting on this message."""
        query = select(case).order_by(case.c.number.desc()).limit(limit)
        if states:
            query = query.where(case.c.state.in_([state.value for state in states]))
        if message is not None:
            query = query.where(case.c.id.in_(select(evidence.c.case_id).where(evidence.c.message == message)))
        if before is not None:
            query = query.where(case.c.number < before)
        return await self.journal.read(lambda c: [self._queued(c, row) for row in c.execute(query)])

    async def waiting(self, community: str, limit: int) -> Sequence[Queued]:
        """The cases of a community that wait for a person, oldest first."""
        open_ = case.c.state.in_([state.value for state in WAITING])
        query = select(case).where(open_, case.c.community == community).order_by(case.c.number).limit(limit)
        return await self.journal.read(lambda c: [self._queued(c, row) for row in c.execute(query)])

    async def about(self, member: MemberRef, limit: int) -> Sequence[Case]:
        """The cases about a person, newest first."""
        whose = (case.c.member == member.id) & (case.c.platform == member.platform)
        query = select(case).where(whose, case.c.community == member.community)
        query = query.order_by(case.c.number.desc()).limit(limit)
        return await self.journal.read(lambda c: [read_case(row) for row in c.execute(query)])

    async def weighing(self, member: MemberRef, now: datetime) -> Sequence[Given]:
        """Every point that weighs on a person at this moment, oldest first."""
        whose = (strike.c.member == member.id) & (strike.c.platform == member.platform)
        query = select(strike).where(whose, strike.c.community == member.community, strike.c.removed_at.is_(None))
        rows = await self.journal.read(lambda c: c.execute(query.order_by(strike.c.at)).all())
        given = [
            Given(row.case_id, row.ladder, row.points, None if row.forgotten_at is None else moment(row.forgotten_at))
            for row in rows
        ]
        return [one for one in given if one.forgotten_at is None or one.forgotten_at > now]

    async def tally(self) -> dict[str, int]:
        """How many cases there are in each state."""
        query = select(case.c.state, func.count()).group_by(case.c.state)
        return await self.journal.read(lambda c: {row[0]: row[1] for row in c.execute(query)})

    async def hashes(self, after: int, limit: int) -> dict[int, str]:
        """The hash of each audit row, in hexadecimal, by its number."""
        query = select(_audit.c.seq, _audit.c.hash).where(_audit.c.seq > after).order_by(_audit.c.seq).limit(limit)
        return await self.journal.read(lambda c: {row.seq: row.hash.hex() for row in c.execute(query)})

    def _queued(self, connection: Connection, row: Any) -> Queued:
        found = read_case(row)
        subject = subject_of(found.member) if found.member else NOBODY
        plain = self.journal.vault.open(connection, subject, row.sealed, f"case {found.id}")
        return Queued(found, str(from_bytes(plain).get("name", "")) if plain else "")
