"""`sereno init` gives an admin something that works, and never takes anything away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.programs import sereno


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_init_writes_is_green(language: str, tmp_path: Path) -> None:
    """The first thing an admin sees after `init` is that everything passes, warnings included."""
    club = tmp_path / "club"
    assert sereno("init", club, "--language", language).returncode == 0
    checked = sereno("check", club)
    assert checked.returncode == 0, checked.stdout
    assert "0 errors, 0 warnings" in checked.stdout
    tested = sereno("test", club)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_init_speaks_spanish(tmp_path: Path) -> None:
    """The comments are in the language asked for."""
    sereno("init", tmp_path, "--language", "es")
    assert "Tu primera regla" in (tmp_path / "rules/10-first-rule.yaml").read_text(encoding="utf-8")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """An admin who runs it twice keeps what they wrote, and is told what stood in the way."""
    (tmp_path / "sereno.yaml").write_text("schema: sereno/1\n")
    ended = sereno("init", tmp_path)
    assert ended.returncode == 2
    assert "sereno.yaml" in ended.stderr
    assert (tmp_path / "sereno.yaml").read_text() == "schema: sereno/1\n"
    assert not (tmp_path / "rules").exists()
