"""The room that every test of this folder may enter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.room.helpers import House, house


@pytest_asyncio.fixture
async def room(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as one:
        yield one
