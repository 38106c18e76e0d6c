"""Discord keeps the contract of a chat platform: the genuine discord.py over real sockets against the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.chat_contract import *  # noqa: F403 - the contract is the test
from tests.discord.connected import Connected, connected


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(tmp_path) as one:
        yield one
