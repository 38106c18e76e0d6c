"""A local room on a real journal, with a clock that only moves when it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.adapters.feed import RoomNews
from bot.adapters.plaza import Plaza
from bot.adapters.plaza_people import Author, People
from bot.stores.journal import Journal
from bot.stores.opening import open_journal
from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Accepted

NIGHT = datetime(2026, 3, 14, 22, 0, tzinfo=UTC)
EVE, ANA, MOD = Author("eve"), Author("ana"), Author("mod")


class HandClock:
    """Time as the test wants it."""

    def __init__(self) -> None:
        self.time = NIGHT

    def now(self) -> datetime:
        return self.time

    def pass_(self, span: timedelta) -> None:
        self.time += span


@dataclass
class House:
    """A room, its people, and what the journal accepted from them."""

    journal: Journal
    plaza: Plaza
    people: People
    clock: HandClock
    accepted: list[Accepted]

    async def texts(self, channel: str = "general", reader: str | None = None) -> list[str]:
        return [line.text for line in await self.people.read(channel, reader=reader)]

    def ref(self, line: str, channel: str = "general") -> MessageRef:
        return MessageRef(self.channel(channel), line)

    def channel(self, name: str = "general") -> ChannelRef:
        return ChannelRef("plaza", "local", name, name)

    def member(self, name: str) -> MemberRef:
        return MemberRef("plaza", "local", name)

    def news(self) -> list[RoomNews]:
        return [news for _, news in self.plaza.feed._past]


@asynccontextmanager
async def house(folder: Path, clock: HandClock | None = None) -> AsyncIterator[House]:
    clock = clock or HandClock()
    journal = open_journal(folder, clock)
    accepted: list[Accepted] = []
    journal.on_accepted = accepted.extend
    await journal.start()
    plaza = Plaza(journal, clock, "local")
    try:
        yield House(journal, plaza, People(plaza), clock, accepted)
    finally:
        plaza.feed.close()
        await journal.stop()
