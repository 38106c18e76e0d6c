"""The site that every test of this folder may call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.http.helpers import Site, site


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path / "data") as one:
        yield one
