"""Slack keeps the contract of a chat platform: the genuine SDK against the emulator, with and without an admin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.chat_contract import *  # noqa: F403 - the contract is the test
from tests.slack.bench import Bench, connected
from tests.slack.world import opened


@pytest.fixture(params=[True, False], ids=["with an admin's token", "without"])
async def platform(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with opened(admin=request.param) as world, connected(world, tmp_path) as one:
        yield one
