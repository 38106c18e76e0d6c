"""Read models of cases: what the queue, a case's page, `sereno explain` and the audit page show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.stores import tables
from bot.stores.case_rows import find_case, read_case
from bot.stores.codec import from_bytes
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.opinions import Moved, Said, last_said, moved_by
from bot.stores.times import moment
from bot.stores.verdicts import recorded_verdict
from moderation.case import Case, CaseState
from moderation.model import MemberRef
from moderation.strikes import Strike


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message a case rests on. `text` is None when it was swept or its author erased."""

    channel: str
    message: str
    at: datetime
    author: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One intent of a case and what became of it; `undoes` is the key of the step it takes back."""

    key: str
    action: str
    arguments: dict[str, Any]
    state: str
    outcome: str
    note: str
    tries: int
    settled_at: datetime | None
    undoes: str
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A moderator's note."""

    at: datetime
    by: str
    text: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything about one case. `reasons` is the statement of reasons, `verdict` as in bot/stores/verdicts.py; both
    are None for cases without a person, or when the person was erased. `said` is what a person said last about the rule
    behind it, and `moved` what the thresholds of rules were moved by that."""

    case: Case
    name: str
    reasons: dict[str, Any] | None
    verdict: dict[str, Any] | None
    evidence: tuple[Evidence, ...]
    steps: tuple[Step, ...]
    strikes: tuple[Strike, ...]
    notes: tuple[Remark, ...]
    said: Said | None = None
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the audit; `detail` is JSON text."""

    seq: int
    at: datetime
    actor: str
    what: str
    case: str
    detail: str


class Cases:
    """Answers questions about cases, beside the writer."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def page(
        self,
        states: Collection[CaseState] = (),
        *,
        message: str | None = None,
        limit: int = 50,
        before: int | None = None,
    ) -> Sequence[Case]:
        """Cases, newest first; only those that rest on a message; `before` is the number to go on from."""
        table = tables.case
        query = select(table).order_by(table.c.number.desc()).limit(limit)
        if states:
            query = query.where(table.c.state.in_(list(states)))
        if message is not None:
            resting = select(tables.evidence.c.case_id).where(tables.evidence.c.message == message)
            query = query.where(table.c.id.in_(resting))
        if before is not None:
            query = query.where(table.c.number < before)
        return await self._journal.read(lambda connection: [read_case(row) for row in connection.execute(query)])

    async def get(self, id_or_number: str) -> CaseView | None:
        """One case with everything that hangs on it; None when there is none."""
        return await self._journal.read(lambda connection: self.view(connection, id_or_number))

    async def audit_after(self, seq: int, limit: int = 200) -> Sequence[AuditRow]:
        """Rows of the audit, oldest first."""
        table = tables.audit
        query = select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
        return await self._journal.read(
            lambda connection: [
                AuditRow(row.seq, moment(row.at), row.actor, row.what, row.case_id, row.detail)
                for row in connection.execute(query)
            ]
        )

    def view(self, connection: Connection, id_or_number: str) -> CaseView | None:
        """As `get`, on a connection of the caller's."""
        case = find_case(connection, id_or_number)
        if case is None:
            return None
        told = self._told(connection, case)
        return CaseView(
            case=case,
            name=told.get("name", ""),
            reasons=told.get("reasons"),
            verdict=recorded_verdict(connection, self._journal.vault, case.id),
            evidence=tuple(self._evidence(connection, case.id)),
            steps=tuple(self._steps(connection, case.id)),
            strikes=tuple(read_strikes(connection, case.id)),
            notes=tuple(self._notes(connection, case.id)),
            said=last_said(connection, case.id),
            moved=tuple(moved_by(connection, case.id)),
        )

    def _told(self, connection: Connection, case: Case) -> dict[str, Any]:
        sealed = connection.scalar(select(tables.case.c.sealed).where(tables.case.c.id == case.id))
        subject = subject_of(case.member) if case.member else NOBODY
        plain = self._journal.vault.open(connection, subject, sealed, f"case {case.id}")
        return dict(from_bytes(plain)) if plain else {}

    def _evidence(self, connection: Connection, case: str) -> list[Evidence]:
        table = tables.evidence
        found = []
        for row in connection.execute(select(table).where(table.c.case_id == case).order_by(table.c.at, table.c.id)):
            plain = self._journal.vault.open(connection, row.subject, row.sealed, f"evidence {case} {row.message}")
            kept = from_bytes(plain) if plain else {}
            found.append(Evidence(row.channel, row.message, moment(row.at), kept.get("author", ""), kept.get("text")))
        return found

    def _steps(self, connection: Connection, case: str) -> list[Step]:
        table = tables.intent
        query = select(table).where(table.c.case_id == case).order_by(table.c.decided_at, table.c.step, table.c.key)
        return [
            Step(
                key=row.key,
                action=row.action,
                arguments=from_bytes(row.arguments.encode())["with"],
                state=row.state,
                outcome=row.outcome,
                note=row.receipt,
                tries=row.tries,
                settled_at=moment(row.settled_at) if row.settled_at is not None else None,
                undoes=row.undoes,
                text=_text(self._journal.vault.open(connection, row.subject, row.sealed, row.key)),
            )
            for row in connection.execute(query)
        ]

    def _notes(self, connection: Connection, case: str) -> list[Remark]:
        table = tables.note
        query = select(table).where(table.c.case_id == case).order_by(table.c.id)
        vault = self._journal.vault
        return [
            Remark(
                moment(row.at), row.by, _text(vault.open(connection, row.subject, row.sealed, f"note {case} {row.at}"))
            )
            for row in connection.execute(query)
        ]


def _text(plain: bytes | None) -> str:
    return plain.decode("utf-8", "surrogatepass") if plain else ""


def read_strikes(connection: Connection, case: str | None = None) -> list[Strike]:
    """The strikes of a case that still count, or all that count at all."""
    table = tables.strike
    query = select(table).where(table.c.removed_at.is_(None)).order_by(table.c.at)
    if case is not None:
        query = query.where(table.c.case_id == case)
    return [
        Strike(
            case=row.case_id,
            member=MemberRef(row.platform, row.community, row.member),
            ladder=row.ladder,
            points=row.points,
            at=moment(row.at),
            forgotten_at=moment(row.forgotten_at) if row.forgotten_at is not None else None,
            score_only=row.score_only,
            rule=row.rule,
        )
        for row in connection.execute(query)
    ]
