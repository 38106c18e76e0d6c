"""What people must know about a connection: times that a platform could not give back, and a platform that is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from bot.stores.case_rows import find_case, gather
from bot.stores.journal import Journal
from bot.stores.tables import gap as table
from bot.stores.times import millis
from moderation.case import Origin, case_id
from moderation.ports import Clock


class Gaps:
    """Each is a case on the desk, opened once."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def missed(
        self, platform: str, community: str, since: datetime, until: datetime, why: str, *, channel: str = ""
    ) -> str:
        """Nobody saw what happened there in between; the case. Saying it twice is saying it once."""
        id_ = case_id(f"gap|{platform}|{community}|{channel}|{millis(since)}")
        about = f"{why} ({since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC)"

        def work(connection: Connection) -> None:
            where = {"platform": platform, "community": community}
            if gather_once(connection, id_, Origin.GAP, about, platform, community, millis(self._clock.now())):
                times = {"since": millis(since), "until": millis(until)}
                connection.execute(insert(table).values(channel=channel, case_id=id_, **where, **times))

        await self._journal.write(work, "gap")
        return id_

    async def tell(self, reason: str, about: str, platform: str, community: str) -> str:
        """Something about a connection needs a person; the same reason is the same case."""
        id_ = case_id(reason)

        def work(connection: Connection) -> None:
            gather_once(connection, id_, Origin.OUTCOME, about, platform, community, millis(self._clock.now()))

        await self._journal.write(work, "connection")
        return id_


def gather_once(
    connection: Connection, id_: str, origin: Origin, about: str, platform: str, community: str, now: int
) -> bool:
    """Open a case unless it is there; whether it was opened."""
    if find_case(connection, id_) is not None:
        return False
    gather(connection, id_, origin=origin, about=about, platform=platform, community=community, now=now, urgent=True)
    return True
