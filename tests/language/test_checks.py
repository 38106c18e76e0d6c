"""`sereno check`: one run over rule files, playbooks and sereno.yaml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.checks import Checked, check
from bot.init import write
from bot.wiring import vocabulary
from tests.language.reading import ONE_RULE

BILINGUAL = ONE_RULE.replace("en: Spam is removed.", "en: Spam is removed.\n      es: Se retira el spam.")


@pytest.fixture
def club(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(BILINGUAL.replace("then:", "spare: [helpers]\n    then:"))
    (tmp_path / "playbooks" / "welcome.yaml").write_text("schema: playbook/1\nrecipe: welcome\n")
    (tmp_path / "sereno.yaml").write_text(
        "communities:\n  - id: club\n    languages: [en, es]\n    roles: {helpers: {discord: [1]}}\n"
        "    rules: rules/\n    playbooks: playbooks/\n"
    )
    return tmp_path


def checked(*paths: Path) -> Checked:
    return check(paths, vocabulary())


def test_a_configuration_brings_in_all_that_it_names(club: Path) -> None:
    """One path is enough for everything; each file is counted once."""
    for paths in ([club / "sereno.yaml"], [club], [club, club / "rules", club / "rules" / "a.yaml"]):
        found = checked(*paths)
        assert (found.text(), found.exit_code) == ("3 files, 1 rule: 0 errors, 0 warnings", 0)


def test_rules_are_read_with_the_names_of_their_community(club: Path) -> None:
    """The folder alone finds the sereno.yaml that names it; a folder nobody names is on its own."""
    assert checked(club / "rules").problems == ()
    (club / "rules").rename(club / "other")
    assert [problem.code for problem in checked(club / "other").problems] == ["W204"]


def test_a_mistake_anywhere_is_exit_code_2(club: Path) -> None:
    """Rules, playbooks and configuration are mended in one go."""
    (club / "rules" / "a.yaml").write_text(BILINGUAL.replace("says: spam", "says: spem"))
    (club / "playbooks" / "welcome.yaml").write_text("schema: playbook/1\nrecipe: welcom\n")
    (club / "sereno.yaml").write_text((club / "sereno.yaml").read_text() + "    calendars: {x: none.ics}\n")
    found = checked(club)
    assert {problem.code for problem in found.problems} == {"E200", "E600", "E505"}
    assert found.exit_code == 2
    assert found.text().endswith("3 errors, 0 warnings")


def test_machines_get_the_same(club: Path) -> None:
    """Every problem as data, with its place, its words and its line."""
    (club / "rules" / "a.yaml").write_text(BILINGUAL.replace("says: spam", "says: spem"))
    found = json.loads(json.dumps(checked(club / "rules").as_json()))
    assert found["ok"] is False
    assert found["problems"] == [
        {
            "code": "E200",
            "severity": "error",
            "file": str(club / "rules" / "a.yaml"),
            "line": 12,
            "column": 13,
            "message": "there is no list `spem`",
            "hint": "did you mean `spam`?",
            "source_line": "      says: spem",
        }
    ]


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A slip of the pen on the command line is not 'no problems'."""
    found = checked(tmp_path / "rulez")
    assert [problem.code for problem in found.problems] == ["E007"]
    assert found.exit_code == 2


def test_a_folder_with_nothing_to_check_is_a_doubt(tmp_path: Path) -> None:
    """Perhaps the files have another ending."""
    (tmp_path / "rules.txt").touch()
    assert [problem.code for problem in checked(tmp_path).problems] == ["W105"]


def test_a_playbook_among_the_rules_is_in_the_wrong_folder(club: Path) -> None:
    """It would never run there."""
    (club / "rules" / "welcome.yaml").write_text("schema: playbook/1\nrecipe: welcome\n")
    found = checked(club / "sereno.yaml")
    assert [problem.code for problem in found.problems] == ["E117"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_init_writes_is_beyond_reproach(tmp_path: Path, language: str) -> None:
    """The first thing an admin sees has no problem."""
    write(tmp_path / "club", language)
    assert checked(tmp_path / "club").problems == ()
