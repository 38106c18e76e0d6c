"""Where the cards of cases hang, over restarts, and which of them no longer show their case as it stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, exists, select, update

from bot.stores.case_rows import find_case, read_case
from bot.stores.journal import Journal
from bot.stores.sql import upsert
from bot.stores.tables import card as table
from bot.stores.tables import case
from bot.stores.times import millis
from moderation.case import WAITING, Case
from moderation.model import ChannelRef, MessageRef

_OVERLAP: Final = timedelta(seconds=30)
"""How far behind the last look cases are looked at again: clocks and commits need not agree to the moment."""


@dataclass(frozen=True, slots=True)
class HungCard:
    """A card in a channel; `shows` is the state of the case that stands on it."""

    case: str
    ref: MessageRef
    shows: str


def standing(case: Case) -> str:
    """What must differ for a card to be drawn anew: the case moved, or more came into it."""
    return f"{case.version}.{case.events}"


class Hung:
    """Reads and writes where cards hang."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def unshown(self, besides: Collection[str], limit: int) -> Sequence[Case]:
        """Waiting cases without any card, oldest first; `besides` are left out."""
        waiting = case.c.state.in_([state.value for state in WAITING])
        query = select(case).where(waiting, ~exists().where(table.c.case_id == case.c.id))
        if besides:
            query = query.where(case.c.id.not_in(list(besides)))
        query = query.order_by(case.c.number).limit(limit)
        return await self._journal.read(lambda connection: [read_case(row) for row in connection.execute(query)])

    async def outdated(self, since: datetime, limit: int) -> Sequence[tuple[Case, HungCard]]:
        """Cards whose case has changed since a moment and stands otherwise than they show, the first change first."""
        joined = select(table).join(case, table.c.case_id == case.c.id)
        changed = joined.where(case.c.changed_at >= millis(since - _OVERLAP), table.c.message != "")

        def read(connection: Connection) -> list[tuple[Case, HungCard]]:
            found: list[tuple[Case, HungCard]] = []
            for row in connection.execute(changed.order_by(case.c.changed_at)):
                present = find_case(connection, row.case_id) if len(found) < limit else None
                if present is not None and standing(present) != row.shows:
                    found.append((present, _hung(row)))
            return found

        return await self._journal.read(read)

    async def of(self, case_id: str) -> Sequence[HungCard]:
        """Everywhere the card of a case hangs."""
        query = select(table).where(table.c.case_id == case_id, table.c.message != "")
        return await self._journal.read(lambda connection: [_hung(row) for row in connection.execute(query)])

    async def hang(self, case: Case, ref: MessageRef) -> None:
        """The card of a case hangs here, and shows it as it stands."""
        key = {"case_id": case.id, "platform": ref.channel.platform}
        where = {"community": ref.channel.community, "channel": ref.channel.id, "message": ref.id}
        values = {**where, "shows": standing(case)}
        await self._journal.write(lambda connection: upsert(connection, table, key, values), "card")

    async def fell(self, hung: HungCard) -> None:
        """Somebody took the card down: it is not put up again."""
        mine = (table.c.case_id == hung.case) & (table.c.platform == hung.ref.channel.platform)

        def work(connection: Connection) -> None:
            connection.execute(update(table).where(mine).values(message=""))

        await self._journal.write(work, "card")


def _hung(row: Any) -> HungCard:
    channel = ChannelRef(row.platform, row.community, row.channel)
    return HungCard(row.case_id, MessageRef(channel, row.message), row.shows)
