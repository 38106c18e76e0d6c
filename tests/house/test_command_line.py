"""The command line is a contract: others script it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from tests.house.programs import ROOT, sereno


def test_help_names_every_command() -> None:
    """`sereno --help` is the map: nobody needs the documentation to find a command."""
    shown = sereno("--help")
    assert shown.returncode == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name}\b", shown.stdout, re.MULTILINE), name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    """The help of a command shows a line that can be copied."""
    shown = sereno(name, "--help")
    assert shown.returncode == 0, shown.stderr
    example = shown.stdout.partition("Example:")[2].strip()
    assert f"sereno {name}" in example


def test_help_imports_nothing_heavy() -> None:
    """Help is instant because it loads neither the database, nor the web framework, nor the rule engine."""
    program = (
        "import sys, contextlib, io\n"
        "from bot.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        "print(sorted({'sqlalchemy', 'fastapi', 'pydantic', 'yaml', 're2', 'rich', 'asyncio'} & set(sys.modules)))\n"
    )
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "clue"),
    [
        (["chekc"], "check"),
        (["check", "--jsn"], "--json"),
        (["check", "no/such/folder"], "no/such/folder"),
        (["test", "no/such/folder"], "no/such/folder"),
        (["judge", "--rules", "no/such/folder"], "no/such/folder"),
        (["judge"], "--rules"),
        (["backtest", "no/such/export", "--rules", "rules/packs"], "no/such/export"),
        (["schema", "poems"], "config"),
        (["init", "README.md"], "README.md"),
        (["run", "--port", "many"], "many"),
        (["run", "--config", "no/such/sereno.yaml"], "no/such/sereno.yaml"),
        (["explain", "no-such-case"], "no-such-case"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_code_2(arguments: list[str], clue: str) -> None:
    """Whoever mistypes reads what to mend, not a traceback."""
    ended = sereno(*arguments)
    assert ended.returncode == 2, ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert clue in ended.stderr


def test_a_reader_who_goes_away_is_no_error_to_shout_about(tmp_path: Path) -> None:
    """`sereno schema rules | head -1` ends quietly."""
    piped = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m bot schema rules | head -c 1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert piped.stdout == "{"
    assert piped.stderr == ""
