"""A machine without a browser cannot walk; the summary says so."""

from __future__ import annotations

import pytest

from tests.room.browser import programs

collect_ignore = [] if programs() else ["test_setup_walk.py", "test_setup_everywhere.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if collect_ignore:
        terminalreporter.write_line(
            f"tests/setup: {', '.join(collect_ignore)} left out: they need chromium and chromedriver"
        )
