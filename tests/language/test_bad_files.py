"""Every way to write a file badly, with the exact words an admin gets.

The files are in tests/language/bad/, each beside its golden text. `UPDATE_GOLDEN=1 pytest tests/language/test_bad_files.py`
writes the texts anew; read the difference before you commit it. Files named `club-…` are read with club.yaml.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.checks import Checked, check
from bot.wiring import vocabulary
from rules.codes import CODES
from rules.problems import Severity

BAD = Path(__file__).parent / "bad"
FILES = sorted(path.name for path in BAD.glob("*.yaml") if path.name != "club.yaml")


def checked(name: str) -> Checked:
    config = Path("club.yaml") if name.startswith("club-") else None
    return check([Path(name)], vocabulary(), config=config)


@pytest.fixture(autouse=True)
def _beside_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_in_exactly_these_words(name: str) -> None:
    """Each file of the catalogue is an error whose text is the golden one."""
    found = checked(name)
    golden = (BAD / name).with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found.text() + "\n", encoding="utf-8")
    assert found.text() + "\n" == golden.read_text(encoding="utf-8")
    assert found.exit_code == 2


@pytest.mark.parametrize("name", FILES)
def test_a_message_shows_the_culprit_and_the_way_out(name: str) -> None:
    """No problem is told without a place, a caret under it, a hint, and a code that the table explains."""
    for problem in checked(name).problems:
        place, _, caret = str(problem).split("\n")
        assert place.startswith(f"{problem.file}:{problem.line}:{problem.column}: {problem.code} ")
        assert caret.lstrip().startswith("^ ")
        assert problem.hint
        assert problem.code in CODES


@pytest.mark.parametrize("name", FILES)
def test_one_mistake_gives_one_message(name: str) -> None:
    """Each file of the catalogue has one mistake, so it gets one error."""
    wrong = [problem for problem in checked(name).problems if problem.severity is Severity.ERROR]
    assert len(wrong) == 1


def test_the_catalogue_is_wide() -> None:
    """There are at least 70 bad files, and at least 35 different codes among them."""
    codes = {problem.code for name in FILES for problem in checked(name).problems}
    assert len(FILES) >= 70
    assert len(codes) >= 35
