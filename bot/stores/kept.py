"""What somebody wrote, from the journal, for as long as it is kept: a platform that cannot give text back is helped."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.stores import codec
from bot.stores.journal import NOBODY, Journal
from bot.stores.tables import inbox as table
from moderation.model import Message, MessageRef, message_of


class Kept:
    """Messages as they were accepted last."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def message(self, ref: MessageRef) -> Message | None:
        """The newest version of a message; None when it was never seen or is no longer kept."""
        return await self._journal.read(lambda connection: self._find(connection, ref))

    def _find(self, connection: Connection, ref: MessageRef) -> Message | None:
        here = (table.c.message == ref.id) & (table.c.channel == ref.channel.id)
        where = here & (table.c.platform == ref.channel.platform) & (table.c.community == ref.channel.community)
        versions = select(table).where(where, table.c.kind.in_(("message", "edit"))).order_by(table.c.at.desc())
        for row in connection.execute(versions):
            plain = self._journal.vault.open(connection, row.subject or NOBODY, row.sealed, row.key)
            if plain:
                return message_of(codec.read(row.kind, row.key, plain))
        return None
