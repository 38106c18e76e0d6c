"""The Matrix adapter keeps the contract of a chat platform, over matrix-nio and the real homeserver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from moderation.model import MessageRef
from moderation.ports import Chat
from tests.contract.chat_contract import *  # noqa: F403 - the contract is the test
from tests.contract.on_world import OnWorld
from tests.matrix.connected import Connected, connected, eventually
from tests.matrix.synapse import Synapse
from tests.matrix.world import MatrixWorld


class MatrixPlatform(OnWorld):
    """People on Matrix; what they do is known to Sereno when these return, as it is once a sync has come."""

    def __init__(self, world: MatrixWorld, sereno: Connected) -> None:
        self.world = world
        self.sereno = sereno

    @property
    def chat(self) -> Chat:
        return self.sereno.adapter.chat

    async def says(self, name: str, text: str) -> MessageRef:
        ref = await self.world.says(name, text)
        await eventually(lambda: self.sereno.ground.kept.message(ref), lambda message: message is not None)
        return ref


@pytest.fixture
async def platform(synapse: Synapse, tmp_path: Path) -> AsyncIterator[MatrixPlatform]:
    async with (
        MatrixWorld.opened(synapse) as world,
        connected(world, tmp_path) as sereno,
    ):
        yield MatrixPlatform(world, sereno)
