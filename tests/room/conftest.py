"""The room that every test of this folder may enter, and the browser for those who look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.room.browser import programs
from tests.room.helpers import House, house

collect_ignore = [] if programs() else ["test_page.py"]
"""A machine without a browser cannot look at a page; the summary says so."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if collect_ignore:
        terminalreporter.write_line("tests/room/test_page.py was left out: it needs chromium and chromedriver")


@pytest_asyncio.fixture
async def room(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as one:
        yield one
