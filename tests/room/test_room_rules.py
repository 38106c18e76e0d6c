from __future__ import annotations

import pytest

from bot.cli import main
from bot.console.pages import LANGUAGES, words
from bot.console.rules_file import ROOM_RULES


def test_the_rooms_own_rules_are_green(capsys: pytest.CaptureFixture[str]) -> None:
    """Their examples hold, and every condition would be missed."""
    assert main(["check", str(ROOM_RULES)]) == 0
    assert main(["test", str(ROOM_RULES)]) == 0
    assert "0 red; 0 conditions" in capsys.readouterr().out


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_suggestions_use_harmless_words(language: str) -> None:
    """Whoever tries the room need not read a real slur or a real scam."""
    said = " ".join(text for one in words(language)["suggestions"] for text in one["say"]).lower()
    assert "zonkhead" in said and "free-lamps.example" in said
