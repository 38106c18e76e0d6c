"""The emulator, served for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.discord.genuine import Bot, point_at, running
from tests.emulators.discord import DiscordEmulator


@pytest.fixture
async def emulator(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordEmulator]:
    """Discord on loopback, with discord.py pointed at it."""
    async with DiscordEmulator().opened() as served:
        point_at(served, monkeypatch)
        yield served


@pytest.fixture
async def bot(emulator: DiscordEmulator) -> AsyncIterator[Bot]:
    """The genuine discord.py, connected and ready, without our adapter."""
    async with running(emulator) as connected:
        yield connected
