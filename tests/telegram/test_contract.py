"""Telegram keeps the contract of a chat platform: the real SDK, over real sockets, against the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Chat
from tests.contract.chat_contract import *  # noqa: F403 - the contract is the test
from tests.telegram.bench import Bench, bench
from tests.telegram.world import TelegramWorld


class TelegramPlatform:
    """The world, with what people did accepted before Sereno acts on it."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._world = bench, bench.world

    @property
    def chat(self) -> Chat:
        return self._bench.adapter.chat

    @property
    def general(self) -> ChannelRef:
        return self._world.general

    def member(self, name: str) -> MemberRef:
        return self._world.member(name)

    async def says(self, name: str, text: str) -> MessageRef:
        ref = await self._world.says(name, text)
        await self._bench.settled()
        return ref

    async def reads(self) -> list[str]:
        return await self._world.reads()

    async def told(self, name: str) -> list[str]:
        return await self._world.told(name)

    async def may_write(self, name: str) -> bool:
        return await self._world.may_write(name)

    async def is_here(self, name: str) -> bool:
        return await self._world.is_here(name)

    async def becomes_moderator(self, name: str) -> None:
        await self._world.becomes_moderator(name)
        await self._bench.settled()


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[TelegramPlatform]:
    async with TelegramWorld.opened() as world, bench(world, tmp_path) as connected:
        yield TelegramPlatform(connected)
