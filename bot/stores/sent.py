"""What the bot has said under which key, so that nothing is said twice, whatever falls between saying and knowing.

`begin` is on disk before the platform is asked; `done` follows with the message, or `failed` when it certainly was not
said. What `begin` finds without a message is a question: look for it on the platform, or raise OutcomeUnknown.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, select, update

from bot.stores.journal import Journal
from bot.stores.sql import insert_new
from bot.stores.tables import sent as table
from bot.stores.times import millis
from moderation.model import ChannelRef, MessageRef
from moderation.ports import Clock


class Sending(StrEnum):
    """What is known about a key nobody has finished saying."""

    NEW = "new"
    """Nobody has tried: say it."""
    PERHAPS = "perhaps"
    """Somebody tried and did not come back to tell."""


class Sent:
    """Keys of one platform are its own. Kept for a week (retention), long after any retry has ended."""

    def __init__(self, journal: Journal, clock: Clock, platform: str) -> None:
        self._journal = journal
        self._clock = clock
        self._platform = platform

    async def begin(self, key: str) -> MessageRef | Sending:
        """Note that this is about to be said; what is known about it."""
        row = {"platform": self._platform, "key": key, "at": millis(self._clock.now())}

        def work(connection: Connection) -> MessageRef | Sending:
            if connection.execute(insert_new(connection, table), [row]).rowcount == 1:
                return Sending.NEW
            known = connection.execute(select(table).where(self._mine(key))).first()
            if known is None or not known.message:
                return Sending.PERHAPS
            return MessageRef(ChannelRef(self._platform, known.community, known.channel), known.message)

        return await self._journal.write(work, "sending")

    async def done(self, key: str, ref: MessageRef) -> None:
        """It was said, and this is it."""
        values = {"community": ref.channel.community, "channel": ref.channel.id, "message": ref.id}

        def work(connection: Connection) -> None:
            connection.execute(update(table).where(self._mine(key)).values(**values))

        await self._journal.write(work, "sent")

    async def failed(self, key: str) -> None:
        """It was certainly not said; the next try is the first."""

        def work(connection: Connection) -> None:
            connection.execute(delete(table).where(self._mine(key), table.c.message == ""))

        await self._journal.write(work, "not sent")

    def _mine(self, key: str) -> ColumnElement[bool]:
        return (table.c.platform == self._platform) & (table.c.key == key)
