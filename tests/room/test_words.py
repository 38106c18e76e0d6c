from __future__ import annotations

import re
from typing import Any

import pytest

from bot.console.pages import HERE, LANGUAGES, words
from moderation.case import CaseState, Origin
from moderation.model import Outcome

NAME = re.compile(r"\{(\w+)\}")


def flat(value: Any, at: str = "") -> dict[str, str]:
    if isinstance(value, str):
        return {at: value}
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return {place: text for key, item in inner for place, text in flat(item, f"{at}/{key}").items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    """The same keys with the same things to fill in, and nothing left empty."""
    ours, english = flat(words(language)), flat(words("en"))
    assert {key for key in ours if "/say/" not in key} == {key for key in english if "/say/" not in key}
    for key, text in ours.items():
        assert text.strip(), key
        assert set(NAME.findall(text)) == set(NAME.findall(english.get(key, text))), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_outcome_has_a_word(language: str) -> None:
    """The page never shows a name from the inside."""
    texts = words(language)
    wanted = [f"state_{state}" for state in CaseState] + [f"outcome_{one}" for one in Outcome]
    wanted += [f"origin_{origin}" for origin in Origin if origin is not Origin.RULES]
    wanted += [f"action_{name}" for name in action_names()]
    assert not [key for key in wanted if key not in texts]


def action_names() -> list[str]:
    from bot.wiring import ACTIONS

    return [action.name for action in ACTIONS]


def test_every_word_the_scripts_ask_for_exists() -> None:
    """A key that is misspelt in a script or template would be shown as it is."""
    known = words("en")
    scripts = "".join(path.read_text("utf-8") for path in (HERE / "static").glob("*.js"))
    pages = "".join(path.read_text("utf-8") for path in (HERE / "templates").glob("*.html"))
    asked = set(re.findall(r"say\(\"(\w+)\"", scripts)) | set(re.findall(r"\{\{ t\.(\w+)", pages))
    assert asked and not asked - known.keys()
