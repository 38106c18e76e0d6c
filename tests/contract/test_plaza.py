"""The local room keeps the contract of a chat platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.plaza import Plaza
from bot.adapters.plaza_people import Author, People
from bot.stores.opening import open_journal
from moderation.errors import ChatError
from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Chat
from tests.contract.chat_contract import *  # noqa: F403 - the contract is the test
from tests.pipeline.stage import SteppingClock


class PlazaPlatform:
    """People in the room."""

    general = ChannelRef("plaza", "room", "general", "general")

    def __init__(self, plaza: Plaza) -> None:
        self.plaza = plaza
        self.people = People(plaza)

    @property
    def chat(self) -> Chat:
        return self.plaza

    async def says(self, author: str, text: str) -> MessageRef:
        id_ = await self.people.say(Author(author), "general", text)
        return MessageRef(self.general, id_)

    def member(self, name: str) -> MemberRef:
        return MemberRef("plaza", "room", name)

    async def becomes_moderator(self, name: str) -> None:
        await self.people.say(Author(name, roles=frozenset({"moderator"})), "help", "here")

    async def reads(self) -> list[str]:
        return [line.text for line in await self.people.read("general")]

    async def told(self, member: str) -> list[str]:
        lines = await self.people.read("general", reader=member)
        return [line.text for line in lines if line.only_for == member]

    async def may_write(self, member: str) -> bool:
        try:
            await self.people.say(Author(member), "general", "may I?")
        except ChatError:
            return False
        return True

    async def is_here(self, member: str) -> bool:
        return next(one.left_at is None for one in await self.people.residents() if one.id == member)


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[PlazaPlatform]:
    clock = SteppingClock()
    journal = open_journal(tmp_path, clock)
    await journal.start()
    yield PlazaPlatform(Plaza(journal, clock))
    await journal.stop()
