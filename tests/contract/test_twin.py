"""The twin keeps the contract of a chat platform."""

from __future__ import annotations

import pytest

from bot.adapters.twin import Twin
from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Chat
from tests.contract.chat_contract import *  # noqa: F403 - the contract is the test
from tests.pipeline.stage import SteppingClock


class TwinPlatform:
    """People on the twin."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.twin = Twin(self.clock)

    @property
    def chat(self) -> Chat:
        return self.twin

    @property
    def general(self) -> ChannelRef:
        return self.twin.channel("general")

    def member(self, name: str) -> MemberRef:
        return MemberRef(self.twin.platform, self.twin.community, name)

    async def becomes_moderator(self, name: str) -> None:
        self.twin.member(name, roles=frozenset({"moderator"}))

    async def says(self, author: str, text: str) -> MessageRef:
        return self.twin.says(author, text).message.ref

    async def reads(self) -> list[str]:
        return self.twin.visible()

    async def told(self, member: str) -> list[str]:
        return [text for who, _, text in self.twin.state.told if who == member]

    async def may_write(self, member: str) -> bool:
        person = self.twin.state.members[member]
        silenced = person.timeout_until is not None and person.timeout_until > self.clock.now()
        return person.here and not silenced and "general" not in self.twin.state.locked

    async def is_here(self, member: str) -> bool:
        return self.twin.state.members[member].here


@pytest.fixture
def platform() -> TwinPlatform:
    return TwinPlatform()
