"""`sereno backtest` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import main
from tests.backtest.helpers import NO_ZONK, export, rule, rules


def test_the_command_says_what_rules_would_have_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text by default, JSON for scripts, a page to look at."""
    where, house = export(tmp_path / "export", "eve: zonkhead"), rules(tmp_path / "rules", NO_ZONK)
    assert main(["backtest", str(where), "--rules", str(house)]) == 0
    assert ">>zonkhead<<" in capsys.readouterr().out
    page = tmp_path / "report.html"
    assert main(["backtest", str(where), "--rules", str(house), "--json", "--html", str(page)]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["schema"] == "backtest/1"
    assert page.read_text().lstrip().startswith("<!doctype html>")
    assert not list(tmp_path.glob("*.part"))


def test_rules_with_errors_print_their_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `sereno check` does: the place, the caret, the hint; exit code 2."""
    where = export(tmp_path / "export", "eve: zonkhead")
    house = rules(tmp_path / "rules", NO_ZONK)
    broken = rules(tmp_path / "broken", "rules:\n" + rule("bad", "{says: badd}", "[delete]"))
    for arguments in (["--rules", str(broken)], ["--rules", str(house), "--against", str(broken)]):
        assert main(["backtest", str(where), *arguments]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"{broken}/10-house.yaml:")
        assert "did you mean `bad`?" in told.err


@pytest.mark.parametrize("missing", ["export", "rules", "page", "empty"])
def test_a_mistake_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str) -> None:
    """What is missing is named, before any work is done."""
    where, house, page = export(tmp_path / "export", "eve: zonkhead"), rules(tmp_path / "rules", NO_ZONK), tmp_path
    if missing == "empty":
        where = tmp_path / "hollow"
        where.mkdir()
    asked = {"export": where, "rules": house, "page": page / "report.html"}
    if missing in asked:
        asked[missing] = tmp_path / "nowhere" / "at-all"
    arguments = [str(asked["export"]), "--rules", str(asked["rules"]), "--html", str(asked["page"])]
    assert main(["backtest", *arguments]) == 2
    told = capsys.readouterr()
    assert len(told.err.strip().splitlines()) == 1
    assert ("hollow" if missing == "empty" else "nowhere") in told.err


def test_nobody_is_called_sanctioned_by_rules_that_only_watch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People whom only a rule in shadow would touch are counted apart from those who would have felt something."""
    where = export(tmp_path / "export", "eve: zonkhead\nbo: hi\nbo: blorfface")
    watching = "rules:\n" + rule("watch", "{says: bad}", "[delete, warn, {timeout: 1h}]", mode="shadow")
    quiet = rules(tmp_path / "quiet", watching)
    assert main(["backtest", str(where), "--rules", str(quiet)]) == 0
    assert "Nobody would have been sanctioned; if every rule were enforced, 2:" in capsys.readouterr().out
    loud = rules(tmp_path / "loud", watching.replace("shadow", "enforce"))
    assert main(["backtest", str(where), "--rules", str(loud)]) == 0
    assert "2 people would have been sanctioned:" in capsys.readouterr().out


def test_a_folder_with_settings_is_answered_with_the_folder_of_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--rules club` is what people try first; the answer names what they mean."""
    where, club = export(tmp_path / "export", "eve: zonkhead"), tmp_path / "club"
    assert main(["init", str(club)]) == 0
    capsys.readouterr()
    assert main(["backtest", str(where), "--rules", str(club)]) == 2
    told = capsys.readouterr().err.strip()
    assert len(told.splitlines()) == 1
    assert told.endswith(str(club / "rules"))
