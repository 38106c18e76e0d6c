"""The shipped packs, loaded once: all of them as one community would run them, and conduct alone."""

from __future__ import annotations

import pytest

from bot.wiring import vocabulary
from rules.compile import Engine, compile_rules
from rules.loader import SHIPPED, Given, load, load_folder
from rules.problems import render


@pytest.fixture(scope="session")
def packs() -> Engine:
    """The whole folder in force together."""
    loaded = load_folder(SHIPPED, vocabulary())
    assert loaded.rule_set is not None, render(loaded.problems)
    return compile_rules(loaded.rule_set)


@pytest.fixture(scope="session")
def conduct() -> Engine:
    """The conduct pack alone."""
    path = SHIPPED / "10-conduct.yaml"
    loaded = load([Given(path.name, path)], vocabulary())
    assert loaded.rule_set is not None, render(loaded.problems)
    return compile_rules(loaded.rule_set)
