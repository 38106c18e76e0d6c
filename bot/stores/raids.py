"""What lasts until a raid ends: doors that were closed without a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from bot.stores import audit
from bot.stores.intents import read_intent, write_intents
from bot.stores.journal import Journal
from bot.stores.tables import intent as table
from bot.stores.times import millis
from bot.stores.undo import reversal
from moderation.actions.base import Action
from moderation.actions.pause_invites import PauseInvites
from moderation.intents import IntentState
from moderation.ports import Clock


class RaidEnds:
    """Opens what was closed until the raid ends. `active` says whether a raid goes on in a community of a platform."""

    def __init__(
        self,
        journal: Journal,
        kinds: Mapping[str, type[Action]],
        clock: Clock,
        active: Callable[[str, str, datetime], bool],
    ) -> None:
        self._journal = journal
        self._kinds = kinds
        self._clock = clock
        self._active = active

    async def open_doors(self) -> int:
        """Plan the opening of every door whose raid is over; how many there were."""
        now = self._clock.now()
        closed = await self._journal.read(self._closed)
        over = [key for key, platform, community in closed if not self._active(platform, community, now)]
        if not over:
            return 0
        return await self._journal.write(lambda connection: self._open(connection, over, now), "raid over")

    def _closed(self, connection: Connection) -> list[tuple[str, str, str]]:
        """Closed, not for a time, and nobody has planned to open them yet: key, platform, community."""
        planned = select(table.c.undoes).where(table.c.action == PauseInvites.name, table.c.undoes != "")
        query = select(table).where(
            table.c.action == PauseInvites.name,
            table.c.state == IntentState.APPLIED,
            table.c.undoes == "",
            table.c.key.not_in(planned),
        )
        intents = [read_intent(connection, self._journal, self._kinds, row) for row in connection.execute(query)]
        return [(intent.key, intent.platform, intent.community) for intent in intents if intent.action.lasts is None]

    def _open(self, connection: Connection, keys: list[str], now: datetime) -> int:
        taken = self._closed(connection)
        still = {key for key, _, _ in taken} & set(keys)
        rows = connection.execute(select(table).where(table.c.key.in_(still))).all()
        intents = [read_intent(connection, self._journal, self._kinds, row) for row in rows]
        write_intents(connection, self._journal, [reversal(intent, now) for intent in intents])
        entries = [audit.Entry(millis(now), "sereno", "raid over: invites", intent.order.case) for intent in intents]
        audit.append(connection, entries)
        return len(intents)
