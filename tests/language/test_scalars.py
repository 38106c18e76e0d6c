"""What plain words in YAML mean: the core schema of YAML 1.2 and nothing of YAML 1.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.loading.scalars import NotANumber, TooLong, resolve


@pytest.mark.parametrize(
    "text",
    [
        "on",
        "off",
        "yes",
        "no",
        "y",
        "N",
        "ON",
        "12:30",
        "2026-12-31",
        "1_000",
        "0b11",
        "0777o",
        "=",
        "<<",
        "nul",
        "tRUE",
        "-",
        "+",
        ".",
        "1h",
        "97%",
    ],
)
def test_a_word_stays_a_word(text: str) -> None:
    """What YAML 1.1 turned into something else is exactly what was written."""
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("012", 12),
        ("-7", -7),
        ("+7", 7),
        ("0o14", 12),
        ("0xC", 12),
        ("0xff", 255),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("-1.5E-2", -0.015),
        ("1234567890123456789", 1234567890123456789),
    ],
)
def test_a_number_is_a_number(text: str, value: float) -> None:
    """Leading zeros are decimal; octal and hexadecimal need their prefix."""
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("null", None), ("~", None), ("", None)])
def test_truth_and_nothing_have_few_spellings(text: str, value: bool | None) -> None:
    """Only the spellings of the core schema mean true, false and nothing."""
    assert resolve(text) is value


@pytest.mark.parametrize("text", [".nan", ".NaN", ".inf", "-.INF", "+.inf", "1e999"])
def test_what_is_not_finite_is_refused(text: str) -> None:
    """A threshold that is infinite or not a number would compare in surprising ways."""
    with pytest.raises(NotANumber):
        resolve(text)


def test_an_endless_number_is_refused_before_it_is_computed() -> None:
    """A number of a thousand digits costs time and means nothing."""
    with pytest.raises(TooLong):
        resolve("9" * 5000)


@given(st.text(max_size=30))
def test_any_text_has_a_meaning_or_a_named_refusal(text: str) -> None:
    """Nothing an admin can type makes the resolver fail in any other way."""
    try:
        value = resolve(text)
    except (NotANumber, TooLong):
        return
    assert value is None or isinstance(value, (str, int, float))
