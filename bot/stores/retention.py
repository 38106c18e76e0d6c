"""What is not kept: unflagged text within the hour, flagged text after its time, evidence when no appeal can come."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.stores import audit, tables
from bot.stores.decisions import WAITING
from bot.stores.journal import Journal
from bot.stores.times import millis
from moderation.ports import Clock

UNFLAGGED: Final = 50 * 60 * 1000
"""Milliseconds; with a sweep every five minutes no text is older than the promised hour."""
KEYS: Final = 14 * 24 * 3600 * 1000
"""How long the keys of events are remembered to recognise duplicates; no platform delivers again after so long."""
SENDS: Final = 7 * 24 * 3600 * 1000
"""How long the keys of what the bot said are remembered; a send is given up after hours."""
_BATCH: Final = 5_000
_SWEPT: Final = "sweep"
_ALIVE: Final = "alive"


class Retention:
    """Sweeps, in small transactions so that nobody waits for it."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def sweep(self) -> int:
        """Forget what is due; how many texts went."""
        now = millis(self._clock.now())
        gone = 0
        while count := await self._journal.write(lambda connection: self._unflagged(connection, now), "sweep"):
            gone += count
        gone += await self._journal.write(lambda connection: self._flagged(connection, now), "sweep")
        await self._journal.fold(empty=True)
        return gone

    async def heartbeat(self) -> None:
        """Note that Sereno is alive, which also tells whether the store can write."""
        now = millis(self._clock.now())
        await self._journal.write(lambda connection: _remember(connection, _ALIVE, "", now), "heartbeat")

    async def erase(self, subject: str, by: str) -> None:
        """Make everything a person wrote unreadable; the audit says that it happened, not to whom."""
        now = millis(self._clock.now())

        def work(connection: Connection) -> None:
            self._journal.vault.erase(connection, subject)
            connection.execute(update(tables.inbox).where(tables.inbox.c.subject == subject).values(sealed=None))
            audit.append(connection, [audit.Entry(now, by, "person erased")])

        await self._journal.write(work, "erase")
        await self._journal.fold(empty=True)

    def _unflagged(self, connection: Connection, now: int) -> int:
        """One batch, from where the last sweep ended; what still waits to be decided is looked at again."""
        table = tables.inbox
        done = int(connection.scalar(select(tables.cursor.c.value).where(tables.cursor.c.name == _SWEPT)) or 0)
        query = select(table.c.seq, table.c.accepted_at, table.c.state, table.c.keep_until, table.c.sealed.is_(None))
        rows = connection.execute(query.where(table.c.seq > done).order_by(table.c.seq).limit(_BATCH)).all()
        old = [row for row in rows if row[1] <= now - UNFLAGGED]
        seqs = [row[0] for row in old if row[2] != WAITING and row[3] is None and not row[4]]
        if seqs:
            connection.execute(update(table).where(table.c.seq.in_(seqs)).values(sealed=None))
        waiting = [row[0] for row in old if row[2] == WAITING]
        end = min(waiting) - 1 if waiting else old[-1][0] if old else done
        if end > done:
            _remember(connection, _SWEPT, str(end), now)
        return len(seqs)

    def _flagged(self, connection: Connection, now: int) -> int:
        inbox = tables.inbox
        late = (inbox.c.keep_until <= now) & inbox.c.sealed.is_not(None)
        gone = connection.execute(update(inbox).where(late).values(sealed=None)).rowcount
        for table in (tables.decision, tables.evidence, tables.case):
            late = (table.c.keep_until <= now) & table.c.sealed.is_not(None)
            gone += connection.execute(update(table).where(late).values(sealed=None)).rowcount
        closed = select(tables.case.c.id).where(tables.case.c.keep_until <= now)
        intent = tables.intent
        late = intent.c.case_id.in_(closed) & intent.c.sealed.is_not(None)
        gone += connection.execute(update(intent).where(late).values(sealed=None)).rowcount
        self._forget_keys(connection, now)
        connection.execute(delete(tables.sent).where(tables.sent.c.at <= now - SENDS))
        for due in (tables.button, tables.link_code):
            connection.execute(delete(due).where(due.c.expires_at <= now))
        return gone

    def _forget_keys(self, connection: Connection, now: int) -> None:
        table = tables.inbox
        rows = connection.execute(select(table.c.seq, table.c.accepted_at).order_by(table.c.seq).limit(_BATCH)).all()
        old = [row.seq for row in rows if row.accepted_at <= now - KEYS]
        if old:
            empty = table.c.seq.in_(old) & table.c.sealed.is_(None) & (table.c.state != WAITING)
            connection.execute(delete(table).where(empty))

    async def texts(self) -> int:
        """How many texts are kept at present."""
        query = select(func.count()).select_from(tables.inbox).where(tables.inbox.c.sealed.is_not(None))
        return await self._journal.read(lambda connection: connection.scalar(query) or 0)


def _remember(connection: Connection, name: str, value: str, now: int) -> None:
    table = tables.cursor
    changed = connection.execute(update(table).where(table.c.name == name).values(value=value, at=now))
    if changed.rowcount == 0:
        connection.execute(insert(table).values(name=name, value=value, at=now))
