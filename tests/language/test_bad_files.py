"""Every way to write a file badly, with the exact words an admin gets.

The files are in tests/language/bad/, each beside its golden text. `UPDATE_GOLDEN=1 pytest tests/language/test_bad_files.py`
writes the texts anew; read the difference before you commit it. Files named `club-…` are read with club.yaml.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.checks import Checked, check
from bot.wiring import vocabulary
from rules.codes import CODES
from rules.problems import Severity
from tests.language.reading import ONE_RULE

BAD = Path(__file__).parent / "bad"
WRITTEN = sorted(path.name for path in BAD.glob("*.yaml") if path.name != "club.yaml")


def too_large(folder: Path) -> str:
    return ONE_RULE + "# a long story\n" * 20_000


def too_many_nodes(folder: Path) -> str:
    return ONE_RULE + "    spare: [" + "a," * 60_000 + "b]\n"


def list_file_is_a_link(folder: Path) -> str:
    outside = folder.parent / "passwords.txt"
    outside.write_text("hunter2\n", encoding="utf-8")
    (folder / "spam.txt").symlink_to(outside)
    return ONE_RULE.replace("spam: |\n    free money", "spam: {file: spam.txt}")


MADE: dict[str, Callable[[Path], str]] = {
    "too-large.yaml": too_large,
    "too-many-nodes.yaml": too_many_nodes,
    "list-file-is-a-link.yaml": list_file_is_a_link,
}
"""Files that are better made than kept: too large for a repository, or nothing without a link."""
FILES = [*WRITTEN, *MADE]


def checked(name: str) -> Checked:
    config = Path("club.yaml") if name.startswith("club-") else None
    return check([Path(name)], vocabulary(), config=config)


@pytest.fixture(autouse=True)
def _beside_the_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Messages name files as they were given, so every file is given by its bare name."""
    name = request.node.callspec.params["name"] if hasattr(request.node, "callspec") else ""
    monkeypatch.chdir(BAD)
    if name in MADE:
        folder = tmp_path / "rules"
        folder.mkdir()
        (folder / name).write_text(MADE[name](folder), encoding="utf-8")
        monkeypatch.chdir(folder)


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
    codes = {problem.code for name in WRITTEN for problem in checked(name).problems}
    assert len(WRITTEN) >= 70
    assert len(codes) >= 35


def test_no_golden_text_is_left_over() -> None:
    """Every text belongs to a file; `broken.txt` is a list file that one of them names."""
    texts = {path.stem for path in BAD.glob("*.txt")} - {"broken"}
    assert texts == {name.removesuffix(".yaml") for name in FILES}
