"""Text → nodes: exact places, bombs refused, the same answer from both parsers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.problems import Problem
from rules.yaml_nodes import MappingNode, ScalarNode, SequenceNode, plain
from tests.language.reading import ONE_RULE, read_text


def only(text: str | bytes) -> Problem:
    _, problems = read_text(text)
    assert len(problems) == 1
    return problems[0]


def test_every_key_and_value_knows_its_place() -> None:
    """Lines and columns count from 1, in characters."""
    root, _ = read_text("añ: {b: [1, 'dos']}\nc: |\n    uno\n\n      dos\n")
    assert isinstance(root, MappingNode)
    inner = root.get("añ")
    assert isinstance(inner, MappingNode)
    items = inner.get("b")
    assert isinstance(items, SequenceNode)
    assert (root.key("añ").line, root.key("añ").column) == (1, 1)
    assert (inner.line, inner.column) == (1, 5)
    assert [(item.line, item.column) for item in items.items] == [(1, 10), (1, 13)]


def test_every_line_of_a_block_knows_its_place() -> None:
    """A line of `|` is found again where it stands in the file, however it is indented; blank lines do not count."""
    root, _ = read_text("c: |\n    uno\n\n      dos\n")
    assert isinstance(root, MappingNode)
    block = root.get("c")
    assert isinstance(block, ScalarNode)
    assert [(text, place.line, place.column) for text, place in block.lines()] == [("uno", 2, 5), ("  dos", 4, 7)]
    assert block.at(2, 4) == (4, 9)


def test_a_deep_nest_is_refused_before_it_is_built() -> None:
    """The depth counts while reading, so a bomb of brackets costs nothing."""
    assert only("[" * 100_000).code == "E020"


def test_a_file_of_many_nodes_is_refused() -> None:
    """More than 50,000 keys and values are no rule file."""
    assert only("a: [" + "0," * 60_000 + "0]").code == "E021"


def test_a_file_of_many_bytes_is_refused() -> None:
    """More than 256 KiB are not even decoded; exactly 256 KiB are."""
    assert only(b"a: b\n" + b"#" * (256 * 1024)).code == "E001"
    root, problems = read_text(b"a: b\n" + b"#" * (256 * 1024 - 5))
    assert root is not None
    assert not problems


def test_the_alias_bomb_does_not_explode() -> None:
    """Nine levels of aliases are one refusal, at the first of them."""
    levels = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 9)]
    problem = only("\n".join(levels))
    assert (problem.code, problem.line, problem.column) == ("E018", 1, 5)


@pytest.mark.parametrize(
    "text",
    [ONE_RULE, "a: [x, {b: 1}]\n", "a: 'it''s'\nb: \"\\u00e9\"\nc: >\n  one\n  two\n", "- 1\n- true\n- ~\n"],
)
def test_both_parsers_read_the_same(text: str) -> None:
    """Where libyaml is missing, PyYAML's own parser gives the same values at the same places."""
    (fast, _), (slow, _) = read_text(text), read_text(text, pure=True)
    assert fast is not None
    assert slow is not None
    assert plain(fast) == plain(slow)
    assert fast == slow


@pytest.mark.parametrize(
    "text",
    [
        "a: *x\n",
        "a: b: c\n",
        "a: [1\n",
        "a:\n\tb: 1\n",
        "a: 'x\n",
        "a: 1\na: 2\n",
        "a: 1\n---\nb: 2\n",
        "a:\n  b: 1\n c: 2\n",
    ],
)
def test_both_parsers_refuse_alike(text: str) -> None:
    """The code and the line of a mistake do not depend on which parser found it."""
    (_, fast), (_, slow) = read_text(text), read_text(text, pure=True)
    assert [(one.code, one.line) for one in fast] == [(one.code, one.line) for one in slow]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    """Nothing an admin can save makes the parser fail in any other way."""
    root, problems = read_text(text.encode("utf-8", "surrogatepass"))
    assert root is not None or problems
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.hint


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nor does any file that is no text at all."""
    root, problems = read_text(data)
    assert root is not None or problems
