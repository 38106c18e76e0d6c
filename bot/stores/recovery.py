"""What a new process reads before it goes on: waiting events, the recent past, strikes, outages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, text

from bot.stores import codec, tables
from bot.stores.cases import read_strikes
from bot.stores.codec import from_bytes
from bot.stores.decisions import DECIDED
from bot.stores.journal import NOBODY, Journal
from bot.stores.times import millis, moment
from moderation.case import CaseState, Origin
from moderation.intents import IntentState
from moderation.model import Event
from moderation.ports import Accepted
from moderation.strikes import Strike

_CHUNK: Final = 2_000
MOST_RECENT: Final = 50_000


@dataclass(frozen=True, slots=True)
class Past:
    """Everything a new process must know. `recent` are decided events within the horizon, in journal order; `waiting`
    are accepted and undecided; `raids` are platforms and communities with the moments
    a raid was declared there; `outages` are rules
    with their case and when they were last undecided."""

    recent: tuple[Event, ...]
    waiting: tuple[Accepted, ...]
    strikes: tuple[Strike, ...]
    outages: tuple[tuple[str, str, datetime], ...]
    raids: tuple[tuple[str, str, datetime], ...]


class Recovery:
    """Reads the past from rows."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def read(self, connection: Connection, since: datetime) -> Past:
        """The past since a moment; waiting events whatever their age."""
        return Past(
            recent=tuple(self._recent(connection, millis(since))),
            waiting=tuple(self._waiting(connection)),
            strikes=tuple(read_strikes(connection)),
            outages=tuple(self._outages(connection)),
            raids=tuple(self._raids(connection, millis(since))),
        )

    def _waiting(self, connection: Connection) -> Iterator[Accepted]:
        """The condition is a literal because SQLite uses a partial index for nothing else."""
        table = tables.inbox
        for row in connection.execute(select(table).where(text("state = 0")).order_by(table.c.seq)):
            event = self._event(connection, row)
            if event is not None:
                yield Accepted(row.seq, new=True, event=event)

    def _recent(self, connection: Connection, since: int) -> list[Event]:
        """Backwards from the newest until the horizon, so that the length of history does not matter."""
        table = tables.inbox
        newest_first: list[Event] = []
        before = 2**62
        while len(newest_first) < MOST_RECENT:
            query = select(table).where(table.c.seq < before).order_by(table.c.seq.desc()).limit(_CHUNK)
            rows = connection.execute(query).all()
            fresh = [row for row in rows if row.accepted_at >= since]
            events = [self._event(connection, row) for row in fresh if row.state == DECIDED]
            newest_first += [event for event in events if event is not None]
            if len(fresh) < _CHUNK:
                break
            before = rows[-1].seq
        return newest_first[::-1]

    def _event(self, connection: Connection, row: Any) -> Event | None:
        plain = self._journal.vault.open(connection, row.subject or NOBODY, row.sealed, row.key)
        return codec.read(row.kind, row.key, plain) if plain is not None else None

    def _raids(self, connection: Connection, since: int) -> Sequence[tuple[str, str, datetime]]:
        table = tables.intent
        query = select(table.c.platform, table.c.community, table.c.decided_at).where(
            table.c.action == "raid", table.c.decided_at >= since, table.c.state != IntentState.CANCELLED
        )
        rows = connection.execute(query.order_by(table.c.decided_at))
        return [(row.platform, row.community, moment(row.decided_at)) for row in rows]

    def _outages(self, connection: Connection) -> Sequence[tuple[str, str, datetime]]:
        table = tables.case
        query = select(table).where(table.c.origin == Origin.UNDECIDED, table.c.state == CaseState.OPEN)
        found = []
        for row in connection.execute(query.order_by(table.c.changed_at)):
            found += [(rule, row.id, moment(row.changed_at)) for rule in from_bytes(row.rules.encode())]
        return found
