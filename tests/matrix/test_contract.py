"""The Matrix adapter keeps the contract of a chat platform, over matrix-nio and the real homeserver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Chat
from tests.contract.chat_contract import *  # noqa: F403 - the contract is the test
from tests.matrix.connected import Connected, connected, eventually
from tests.matrix.synapse import Synapse
from tests.matrix.world import MatrixWorld


class MatrixPlatform:
    """People on Matrix; what they do is known to Sereno when these return, as it is once a sync has come."""

    def __init__(self, world: MatrixWorld, sereno: Connected) -> None:
        self.world = world
        self.sereno = sereno

    @property
    def chat(self) -> Chat:
        return self.sereno.adapter.chat

    @property
    def general(self) -> ChannelRef:
        return self.world.general

    def member(self, name: str) -> MemberRef:
        return self.world.member(name)

    async def says(self, name: str, text: str) -> MessageRef:
        ref = await self.world.says(name, text)
        await eventually(lambda: self.sereno.ground.kept.message(ref), lambda message: message is not None)
        return ref

    async def reads(self) -> list[str]:
        return await self.world.reads()

    async def told(self, name: str) -> list[str]:
        return await self.world.told(name)

    async def may_write(self, name: str) -> bool:
        return await self.world.may_write(name)

    async def is_here(self, name: str) -> bool:
        return await self.world.is_here(name)

    async def becomes_moderator(self, name: str) -> None:
        await self.world.becomes_moderator(name)


@pytest.fixture
async def platform(synapse: Synapse, tmp_path: Path) -> AsyncIterator[MatrixPlatform]:
    async with (
        MatrixWorld.opened(synapse) as world,
        connected(world, tmp_path) as sereno,
    ):
        yield MatrixPlatform(world, sereno)
