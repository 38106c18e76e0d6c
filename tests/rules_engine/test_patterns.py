"""Which patterns are refused, and that those which are not stay cheap and say where they match."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from rules.conditions.matches import Matches
from rules.finding import PatternFilter
from rules.pattern_scan import bounds, branches, crowd
from rules.patterns import BUSIEST, LARGEST, SPANS, Matcher, check_patterns
from rules.wants import Pattern
from tests.rules_engine.helpers import Chat, engine, matched, rule


@pytest.mark.parametrize(
    ("pattern", "column", "word"),
    [
        (r"foo(?=bar)", 3, "lookahead"),
        (r"foo(?!bar)", 3, "lookahead"),
        (r"(?<=a)b", 0, "lookbehind"),
        (r"x(?<!a)b", 1, "lookbehind"),
        (r"(a)\1", 3, "backreference"),
        (r"(?P<n>a)(?P=n)", 8, "backreference"),
        (r"a(?>b)", 1, "atomic"),
        (r"ab++", 2, "possessive"),
        (r"a*", 0, "empty"),
        (r"x|", 0, "empty"),
        (r"\b", 0, "empty"),
        (r"^", 0, "empty"),
        (r"(ab", 0, "missing"),
        (r"a[", 1, "missing"),
        (r"a{2000}", 1, "repetition"),
        ("a" * 1001, 1000, "1001"),
        (r"(.{0,20}x){10}q", 0, "busy"),
        (r"(a|b)*a(a|b){200}c", 0, "busy"),
        (r"\p{L}{1,50}z", 0, "program"),
        (r"(\p{L}{1,50}\s){1,10}z", 0, "program"),
    ],
)
def test_what_would_be_slow_or_is_not_re2_is_refused_with_its_place(pattern: str, column: int, word: str) -> None:
    """The reason, the line inside the block and the column."""
    with pytest.raises(PydanticCustomError) as refused:
        check_patterns(f"fine\n  {pattern}\n")
    context = refused.value.context
    assert context is not None
    assert (context["line"], context["column"]) == (1, column + 2)
    assert word in str(context["reason"])
    assert context["hint"]


def test_a_block_gives_its_lines() -> None:
    """Blank lines and indentation are no part of a pattern."""
    assert check_patterns("a+\n\n  b+c \n") == ("a+", "b+c")
    with pytest.raises(PydanticCustomError):
        check_patterns("\n \n")
    with pytest.raises(PydanticCustomError):
        check_patterns(12)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("a|b", ["a", "b"]),
        ("(a|b)|c", ["(a|b)", "c"]),
        (r"a\|b|[|]c", [r"a\|b", "[|]c"]),
        ("(?i)a|b", ["(?i)a", "(?i)b"]),
        ("a(?:b|c){2,3}|d", ["a(?:b|c){2,3}", "d"]),
    ],
)
def test_only_the_outermost_alternatives_are_taken_apart(pattern: str, parts: list[str]) -> None:
    """Brackets, classes and escapes keep theirs."""
    assert branches(pattern) == parts


@pytest.mark.parametrize(
    ("branch", "found"),
    [
        (r"\bfoo\b", ("foo", True, True)),
        (r"(?i)\bfoo", ("(?i)foo", True, False)),
        (r"foo\b", ("foo", False, True)),
        (r"\b(a|b)\b", ("(a|b)", True, True)),
        (r"\b#tag\b", (r"\b#tag", False, True)),
        (r"a\bb", (r"a\bb", False, False)),
        (r"\$5\b", (r"\$5", False, True)),
        (r"5\b\$", (r"5\b\$", False, False)),
    ],
)
def test_boundaries_at_the_ends_are_told_from_those_inside(branch: str, found: tuple[str, bool, bool]) -> None:
    """Only where a word begins or ends can Unicode's boundary stand in."""
    assert bounds(branch) == found


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        (r"\bfoo\b", "foo foo, foo", [(0, 3), (4, 7), (9, 12)]),
        (r"\bfoo\b", "é foo foo ñfoo fooñ", [(2, 5), (6, 9)]),
        (r"\bfoo\b|bar", "ñ foobar bar", [(5, 8), (9, 12)]),
        (r"ñ+", "añño", [(1, 3)]),
        (r"x", "xxxxxxxxxxxx", [(n, n + 1) for n in range(SPANS)]),
    ],
)
def test_a_match_is_told_in_characters(pattern: str, text: str, spans: list[tuple[int, int]]) -> None:
    """Not in bytes, and without the characters that only bounded it."""
    assert list(Matcher(pattern).spans(text)) == spans


WORDS = st.text(alphabet="abñé1 -.", max_size=30)


@given(st.sampled_from(["ab", "a+", "[ab]ñ", "é?b", "a.b"]), st.booleans(), st.booleans(), WORDS)
def test_matching_agrees_with_a_reference(bare: str, left: bool, right: bool, text: str) -> None:
    """Whether anything matches is what Python's `re`, whose boundaries are Unicode's, says too."""
    pattern = ("\\b" if left else "") + bare + ("\\b" if right else "")
    if re.fullmatch(r"é\?b.*", pattern) or not bare.startswith("é"):
        assert bool(Matcher(pattern).spans(text)) == bool(re.search(pattern, text))


@given(st.lists(st.sampled_from(["a+b", r"\bñu\b", "(?i)HOLA", r"\d{2,3}", "x|y"]), min_size=1, unique=True), WORDS)
def test_the_filter_loses_nothing(patterns: list[str], text: str) -> None:
    """All patterns together find what each finds alone."""
    found = PatternFilter(Pattern(pattern) for pattern in patterns).spans(text)
    alone = {pattern: list(Matcher(pattern).spans(text)) for pattern in patterns}
    assert {pattern.text: list(spans) for pattern, spans in found} == {
        pattern: spans for pattern, spans in alone.items() if spans
    }


def test_a_filter_that_runs_out_of_memory_still_finds() -> None:
    """RE2 says "nothing" then, and a sentinel tells that from the truth."""
    filter_ = PatternFilter([Pattern("(a|b)*a(a|b){40}c"), Pattern("free")])
    text = "abba" * 1000 + " free"
    assert [pattern.text for pattern, _ in filter_.spans(text)] == ["free"]


@pytest.mark.parametrize(
    ("pattern", "busy"),
    [
        ("abc", 1),
        ("aaa", 3),
        ("[ab]{10}", 10),
        ("(a.){5}", 10),
        ("(?:x{3}|y){4}", 12),
        (r"\w+\d{2}a", 4),
        (r"\Qa\E", 1),
    ],
)
def test_how_busy_a_pattern_can_be_is_counted_with_repetitions_unrolled(pattern: str, busy: int) -> None:
    """The measure behind the promise that no accepted pattern is slow."""
    assert crowd(pattern) == busy
    assert busy <= BUSIEST < LARGEST


def test_patterns_keep_to_their_view_of_the_text() -> None:
    """Whether a text is shown as it was written or not."""
    chat = Chat(engine(rule(Matches(patterns=("ab",)), name="clean"), rule(Matches(patterns=("a",), view="raw"))))
    assert matched(chat.says("eve", "xx ab")) == ["clean", "r"]
    assert matched(chat.says("eve", "xx a\u200bb")) == ["clean", "r"]
    assert matched(chat.says("eve", "xx *a* b")) == ["r"]
    assert matched(chat.says("eve", "xx b")) == []
