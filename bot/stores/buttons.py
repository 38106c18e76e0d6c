"""What buttons stand for: opaque tokens as rows. A token carries no authority and says nothing to whoever reads it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select

from bot.stores.journal import Journal
from bot.stores.tables import button as table
from bot.stores.times import millis, moment
from moderation.case import Case
from moderation.ports import Clock

LASTS: Final = timedelta(days=30)
_BASE62: Final = string.digits + string.ascii_letters
_LENGTH: Final = 11
"""Characters of chance in a token: 65 bits."""


@dataclass(frozen=True, slots=True)
class Button:
    """One verb on one case as it stood at `version`."""

    token: str
    community: str
    case: str
    verb: str
    version: int
    expires_at: datetime


class Buttons:
    """Makes and finds buttons."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def made(self, case: Case, verbs: Mapping[str, str]) -> Sequence[tuple[str, str]]:
        """A token for each verb on a case as it stands, with the verb; `verbs` gives two letters for each.

        Making them again for the same state gives the same tokens, so that a card may be shown again.
        """
        now = self._clock.now()

        def work(connection: Connection) -> list[tuple[str, str]]:
            mine = (table.c.case_id == case.id) & (table.c.version == case.version) & (table.c.expires_at > millis(now))
            found = connection.execute(select(table.c.verb, table.c.token).where(mine).order_by(table.c.at))
            known = {row.verb: row.token for row in found}
            fresh = {verb: f"v1:{code}:{_chance()}" for verb, code in verbs.items() if verb not in known}
            common = {"community": case.community, "case_id": case.id, "version": case.version}
            times = {"at": millis(now), "expires_at": millis(now + LASTS)}
            if fresh:
                rows = [{"verb": verb, "token": token, **common, **times} for verb, token in fresh.items()]
                connection.execute(insert(table), rows)
            return [(verb, known.get(verb) or fresh[verb]) for verb in verbs]

        return await self._journal.write(work, "buttons") if verbs else ()

    async def find(self, token: str) -> Button | None:
        """What a token stands for; None when it is none of ours, or was forgotten long ago."""
        query = select(table).where(table.c.token == token)
        row = await self._journal.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return Button(row.token, row.community, row.case_id, row.verb, row.version, moment(row.expires_at))


def _chance() -> str:
    return "".join(secrets.choice(_BASE62) for _ in range(_LENGTH))
