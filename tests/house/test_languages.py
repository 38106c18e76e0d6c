"""What people read is there in every language Sereno speaks, and says the same."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from moderation.i18n import LANGUAGES, catalogue, spoken
from tests.house.programs import ROOT

KEYWORDS = {"gettext": None, "say": None, "ngettext": (1, 2)}
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def messages_in_code() -> set[str | tuple[str, ...]]:
    """Every text that the code hands to a catalogue; singular and plural belong together."""
    found: set[str | tuple[str, ...]] = set()
    for package in ("bot", "moderation", "playbooks", "rules"):
        for _, _, message, _, _ in extract_from_dir(ROOT / package, [("**.py", "python")], keywords=KEYWORDS):
            found.add(message)
    return found


def source(language: str) -> Catalog:
    with (ROOT / "moderation/i18n" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """The text, or its singular and its plural."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def fields(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    """No member reads half a notice in a language that is not theirs."""
    translated = {
        message.id for message in source(language) if message.id and not message.fuzzy and all(forms(message.string))
    }
    assert messages_in_code() <= translated


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_over(language: str) -> None:
    """A text that the code no longer says does not wait in the catalogue to confuse translators."""
    assert {message.id for message in source(language) if message.id} <= messages_in_code()


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_their_places_for_values(language: str) -> None:
    """A case number or a duration cannot get lost in translation."""
    for message in source(language):
        if message.id:
            for original, translated in zip(forms(message.id), forms(message.string), strict=True):
                assert fields(translated) == fields(original), message.id


def test_the_catalogue_speaks_the_language_that_fits_best() -> None:
    """Mexican Spanish is answered in Spanish, a language nobody translated in English."""
    text = "This counts as a strike."
    assert catalogue("es-MX").gettext(text) == "Esto cuenta como una falta."
    assert catalogue("pt").gettext(text) == text
    assert [spoken(tag) for tag in ("es_AR", "EN-gb", "", "pt")] == ["es", "en", "en", "en"]


def test_the_room_says_the_same_in_every_language() -> None:
    """The page's words have the same keys and the same places for values in all languages."""
    words = {
        language: json.loads(Path(ROOT / "bot/console/words" / f"{language}.json").read_text(encoding="utf-8"))
        for language in LANGUAGES
    }
    for language in TRANSLATED:
        assert words[language].keys() == words["en"].keys()
        for key, text in words["en"].items():
            assert fields(str(words[language][key])) == fields(str(text)), key
