"""How a text looks, which language it is in, and what in it is quoted."""

from __future__ import annotations

import pytest

from moderation.text.language import can_tell_languages, language
from moderation.text.quotes import quoted_segments, same_words
from moderation.text.shape import capitals, emoji, length, longest_run, scripts
from moderation.text.views import Views


def test_length_counts_what_a_reader_counts() -> None:
    """A family, a flag and a letter with marks are one character each; markup is none."""
    assert length(Views("hello")) == 5
    assert length(Views("👨‍👩‍👧👍🏽🇪🇸1️⃣")) == 4
    assert length(Views("z̶a̶l\u200bgo")) == 5
    assert length(Views("**bold**")) == 4
    assert length(Views("")) == 0


def test_capitals_are_a_share_of_the_letters() -> None:
    """A few letters are no shouting; digits and signs have no case."""
    assert capitals(Views("HELLO")) == 1
    assert capitals(Views("HELLO world 123!")) == 0.5
    assert capitals(Views("OK!")) == 0
    assert capitals(Views("你好你好你好")) == 0


def test_the_longest_run_ignores_case_and_spaces() -> None:
    """`aAaA` is a run of four; ten spaces are none."""
    assert longest_run(Views("aAaA!!")) == 4
    assert longest_run(Views("a          b")) == 1
    assert longest_run(Views("😂😂😂")) == 3
    assert longest_run(Views("")) == 0


def test_emoji_are_counted_once_each() -> None:
    """Skin tones, flags, families and the platform's own emoji are one each; times and code are none."""
    assert emoji(Views("👨‍👩‍👧 👍🏽 🇪🇸 1️⃣ ❤️ <:wave:123> :smile:")) == 7
    assert emoji(Views("12:30:45 std::vector::x © 100 #1 → ok")) == 0


def test_scripts_are_those_that_carry_the_text() -> None:
    """One borrowed letter is no second script."""
    assert scripts(Views("hello")) == ("latin",)
    assert scripts(Views("привет всем, ok")) == ("cyrillic",)
    assert scripts(Views("你好 hello")) == ("latin", "han")
    assert scripts(Views("123 👍")) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("does anybody know how to install this on a laptop", "en"),
        ("¿alguien sabe cómo se instala esto en un portátil?", "es"),
        ("alguém sabe como instalar isto no computador?", "pt"),
        ("quelqu'un sait comment installer cela sur un ordinateur ?", "fr"),
        ("кто-нибудь знает, как это установить на ноутбук?", "ru"),
    ],
)
def test_a_sentence_tells_its_language(text: str, expected: str) -> None:
    """A whole sentence is enough."""
    assert can_tell_languages()
    told = language(text)
    assert told is not None
    assert told[0] == expected
    assert told[1] > 0.7


@pytest.mark.parametrize(
    "text", ["", "ok", "jajaja", "lol xd", "https://a.example/hello/there/you", "`sudo apt install`", "1234 5678"]
)
def test_a_short_text_tells_nothing(text: str) -> None:
    """Where the language cannot be told the answer is unknown, never a guess."""
    assert language(text) is None


@pytest.mark.parametrize(
    ("raw", "quoted"),
    [
        ('he called me a "blarg" today', ["blarg"]),
        ("> blarg here\nand then", ["blarg here"]),
        (">>> all\nthe rest", ["all\nthe rest"]),
        ("«hola tú» y “adiós”", ["hola tú", "adiós"]),
        ("`code` and ```\nfence```", ["code", "\nfence"]),
        ("it's 5\" wide", []),
        ("‘don’t do it’", ["don’t do it"]),
        ("nothing here", []),
    ],
)
def test_stretches_set_off_as_quotations(raw: str, quoted: list[str]) -> None:
    """Quote lines, quotation marks and code are stretches that may be somebody's words."""
    assert [raw[start:end] for start, end in quoted_segments(raw)] == quoted


def test_a_quotation_is_proved_by_the_words_said_before() -> None:
    """The words must have been said, whole and in order; case and punctuation do not matter."""
    assert same_words("you BLARG!", "well, you **blarg**. so")
    assert not same_words("larg", "you blarg")
    assert not same_words("blarg you", "you blarg")
    assert not same_words("...", "...")
    assert not same_words("el ano", "el año")
