"""Things of which there are only so many in a time, counted over restarts: identifying to a gateway, refused calls."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from bot.stores.journal import Journal
from bot.stores.sql import upsert
from bot.stores.tables import budget as table
from bot.stores.times import millis, moment
from moderation.ports import Clock


class Budgets:
    """Counted in slots of a twenty-fourth of the window, so that what is old falls out little by little."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def spend(self, name: str, most: int, within: timedelta) -> datetime | None:
        """Take one of `most` in any `within`. None when there was one; else when to ask again, and nothing is taken."""
        slot = max(1, millis_of(within) // 24)
        now = millis(self._clock.now())
        start = now - now % slot

        def work(connection: Connection) -> datetime | None:
            mine = table.c.name == name
            connection.execute(delete(table).where(mine, table.c.window_start <= start - 24 * slot))
            used = connection.scalar(select(func.coalesce(func.sum(table.c.used), 0)).where(mine)) or 0
            if used >= most:
                oldest = connection.scalar(select(func.min(table.c.window_start)).where(mine)) or start
                return moment(oldest + 24 * slot)
            row = {"name": name, "window_start": start}
            before = connection.scalar(select(table.c.used).where(mine, table.c.window_start == start)) or 0
            upsert(connection, table, row, {"used": before + 1})
            return None

        return await self._journal.write(work, "budget")

    async def spent(self, name: str, within: timedelta) -> int:
        """How many were taken lately."""
        since = millis(self._clock.now()) - millis_of(within)
        query = select(func.coalesce(func.sum(table.c.used), 0)).where(
            table.c.name == name, table.c.window_start > since
        )
        return int(await self._journal.read(lambda connection: connection.scalar(query)) or 0)


def millis_of(span: timedelta) -> int:
    """A span in whole milliseconds."""
    return int(span.total_seconds() * 1000)
