"""How far each platform has been read, and other small facts an adapter must not forget: a name and a text."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from bot.stores.journal import Journal
from bot.stores.sql import upsert
from bot.stores.tables import cursor as table
from bot.stores.times import millis
from bot.stores.writer import Work
from moderation.ports import Clock


class Cursors:
    """Names begin with the platform: `discord:<channel>`, `telegram:offset`."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def get(self, name: str) -> str | None:
        """What was kept last under a name."""
        query = select(table.c.value).where(table.c.name == name)
        value = await self._journal.read(lambda connection: connection.scalar(query))
        return None if value is None else str(value)

    async def all(self, prefix: str) -> Mapping[str, str]:
        """Everything under names that begin so."""
        query = select(table.c.name, table.c.value).where(table.c.name.startswith(prefix, autoescape=True))
        return await self._journal.read(lambda connection: {row[0]: row[1] for row in connection.execute(query)})

    def setting(self, name: str, value: str) -> Work[None]:
        """The write alone, to go with an event: `accept(event, cursors.setting(…))`."""
        now = millis(self._clock.now())

        def work(connection: Connection) -> None:
            upsert(connection, table, {"name": name}, {"value": value, "at": now})

        return work

    async def put(self, name: str, value: str) -> None:
        """Keep a value; on disk when this returns."""
        await self._journal.write(self.setting(name, value), "cursor")

    async def drop(self, name: str) -> None:
        """Forget a name."""

        def work(connection: Connection) -> None:
            connection.execute(delete(table).where(table.c.name == name))

        await self._journal.write(work, "cursor")
