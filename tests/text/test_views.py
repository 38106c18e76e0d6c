"""The views of a text: what a reader sees, and what a reader takes it for."""

from __future__ import annotations

import pytest

from moderation.text.views import Views


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("hello there", "hello there"),
        ("**bold** _and_ ~~so~~ ||on||", "bold and so on"),
        ("*slack* _style_ ~too~", "slack style too"),
        ("a * b * c and snake_case_name", "a * b * c and snake_case_name"),
        (r"\*not bold\*", "*not bold*"),
        ("`co*d*e` and ```x\ny```", "co*d*e and x\ny"),
        ("[text](https://a.example)", "text"),
        ("<https://a.example|text> <https://b.example>", "text https://b.example"),
        ("<@123> <@U1|ana> <#C1|general> <!here>", "@ @ana #general @here"),
        ("<:wave:123> <t:1:R>", ":wave: "),
        ("<b>x</b><br>&lt;y&gt; &amp; <i>z</i>", "x\n<y> & z"),
        ("> quoted\n# head", "quoted\nhead"),
        ("a\u200bb\u00adc\ufeff\x00", "abc"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("ＡＢ ﬁ ①", "AB fi 1"),
        ("e\u0301", "é"),
        ("\ud800x", "\ufffdx"),
        ("a\u3164b", "a b"),
        ("{0.x} {{7*7}}", "{0.x} {{7*7}}"),
        ("unfinished ` code and [link](", "unfinished ` code and [link]("),
        ("", ""),
    ],
)
def test_the_clean_view_is_what_a_client_shows(raw: str, clean: str) -> None:
    """Markup and what nobody sees are gone; everything else stays."""
    assert Views(raw).clean.text == clean


def test_the_folded_view_keeps_accents() -> None:
    """Case and long runs are folded, digits and accents are not."""
    assert Views("AÑO Noooooo 10000 STRASSE ß").folded.text == "año noo 10000 strasse ss"


def test_the_skeleton_is_what_a_reader_takes_it_for() -> None:
    """Look-alikes, digits, accents and spaced letters come down to plain words."""
    assert Views("b l 4 r g").skeleton.text == "blarg"
    assert Views("Z0NKHEAD!").skeleton.text == "zonkhead "
    assert Views("bӏàrg año").skeleton.text == "blarg ano"


def test_a_span_of_a_view_leads_back_to_what_was_written() -> None:
    """Offsets go back through every change, markup included."""
    raw = "say **bl\u200bÀR**g!"
    view = Views(raw).skeleton
    start = view.text.index("blarg")
    first, last = view.span(start, start + 5)
    assert raw[first:last] == "bl\u200bÀR**g"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Earn  5OO a day, ask me!!", "Earn 500 a day, ask me!"),
        ("EARN 500 A DAY", "earn **500** a day 🔥"),
        ("free nitro", "frее n1tro"),
        ("sooooo good", "soooooooo good..."),
    ],
)
def test_texts_that_say_the_same_have_one_fingerprint(one: str, other: str) -> None:
    """Case, spaces, signs, look-alikes and O for 0 make no difference."""
    assert Views(one).fingerprint == Views(other).fingerprint != ""


def test_texts_that_say_different_things_have_two_fingerprints() -> None:
    """A number more or another word is another text."""
    prints = {Views(text).fingerprint for text in ("room 12", "room 13", "room", "ok", "okay", "👍", "🔥")}
    assert len(prints) == 7


def test_a_text_that_says_nothing_has_no_fingerprint() -> None:
    """Punctuation and spaces alone are no text to copy."""
    for text in ("", "  ", "!!!", "...", "\u200b", "- - -", "@$!"):
        assert Views(text).fingerprint == ""
