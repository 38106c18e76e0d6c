"""Who may import whom is written in pyproject.toml and enforced by import-linter."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.programs import ROOT

PACKAGES = ("bot", "playbooks", "rules", "moderation")


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tree,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def small_tree(tmp_path: Path) -> Path:
    """The contracts with packages that are empty but for what the contracts name."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in (*PACKAGES, "bot/adapters", "bot/stores", "bot/console", "bot/handout", "moderation/toxicity"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "bot/stores/sql.py").write_text("import alembic, sqlalchemy\n")
    (tmp_path / "bot/console/app.py").write_text("import fastapi, starlette, uvicorn\n")
    return tmp_path


def test_the_code_keeps_its_layers() -> None:
    """Every contract holds for the code as it is."""
    linted = lint(ROOT)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("moderation/quick.py", "import rules"),
        ("rules/quick.py", "from bot import adapters"),
        ("playbooks/quick.py", "import bot.stores.sql"),
        ("bot/quick.py", "import sqlalchemy"),
        ("bot/console/quick.py", "from alembic import command"),
        ("rules/quick.py", "import fastapi"),
        ("bot/adapters/quick.py", "import uvicorn"),
        ("bot/quick.py", "import discord"),
        ("moderation/quick.py", "def late() -> None:\n    import slack_sdk"),
        ("bot/stores/quick.py", "import redis"),
        ("rules/quick.py", "import torch"),
    ],
)
def test_a_shortcut_is_reported(small_tree: Path, place: str, line: str) -> None:
    """A contract that cannot break protects nothing: each is broken here once."""
    assert lint(small_tree).returncode == 0
    (small_tree / place).write_text(line + "\n")
    linted = lint(small_tree)
    assert linted.returncode == 1, linted.stdout


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("bot/adapters/discord.py", "import discord"),
        ("bot/handout/redis.py", "import redis"),
        ("moderation/toxicity/train.py", "import torch"),
        ("bot/wiring.py", "import bot.adapters, bot.stores.sql, bot.console.app"),
    ],
)
def test_the_proper_place_is_open(small_tree: Path, place: str, line: str) -> None:
    """What a contract protects may be imported where it belongs, and the composition root may know everybody."""
    (small_tree / place).write_text(line + "\n")
    linted = lint(small_tree)
    assert linted.returncode == 0, linted.stdout
