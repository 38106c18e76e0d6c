"""How a problem looks to the person who must mend it."""

from __future__ import annotations

import pytest

from rules.codes import CODES, code_table
from rules.loading.source import source
from rules.problems import Problem, Severity, nearest, suggest, width


def at(line: str, column: int, message: str = "wrong", hint: str = "mend it") -> list[str]:
    return str(Problem("E102", Severity.ERROR, "a.yaml", 6, column, message, hint, line)).split("\n")


def test_the_shape_is_the_documented_one() -> None:
    """File, line, column, code and message; the source line; the caret with the hint."""
    problem = Problem(
        "E102",
        Severity.ERROR,
        "10-spam.yaml",
        6,
        11,
        "`enforced` is not a mode",
        "did you mean `enforce`?",
        "    mode: enforced",
    )
    assert str(problem) == (
        "10-spam.yaml:6:11: E102 `enforced` is not a mode\n      mode: enforced\n            ^ did you mean `enforce`?"
    )


@pytest.mark.parametrize(
    ("line", "column"),
    [("a: b", 4), ("日本: x", 5), ("año: x", 6), ("e\u0301: x", 5), ("\ta: x", 5), ("👩\u200d👩: x", 6), ("short", 40)],
)
def test_the_caret_stands_under_its_culprit(line: str, column: int) -> None:
    """Wide characters take two columns, combining ones none; a tab stays a tab."""
    _, shown, caret = at(line, column)
    before = shown[2 : 2 + min(column - 1, len(line))].replace("\t", "")
    padding = caret.partition("^")[0][2:]
    assert padding.count("\t") == line[: column - 1].count("\t")
    assert len(padding.replace("\t", "")) == width(before)


def test_a_long_line_is_cut_around_its_culprit() -> None:
    """A pattern of a thousand characters does not flood the terminal."""
    _, shown, caret = at("x" * 500 + "CULPRIT" + "y" * 500, 501)
    assert len(shown) < 200
    assert shown[caret.index("^") :].startswith("CULPRIT")


def test_a_file_cannot_steer_the_terminal() -> None:
    """Escape sequences and direction marks of a file arrive as visible signs."""
    shown = "\n".join(at("a: \x1b[31mred\u202e", 4, message="\x1b[2J", hint="\u2066x"))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\u2066" not in shown


def test_a_secret_is_never_shown() -> None:
    """Neither the line nor the message repeats a token; columns stay where they were."""
    token = "xoxb-" + "1" * 12 + "-" + "a" * 20
    problem = source("a.yaml", f"key: {token} # here").problem("E404", 1, 6, f"`{token}`", f"not {token}")
    assert token not in str(problem)
    assert token not in str(problem.as_json())
    assert problem.source_line.index("# here") == len(f"key: {token} ")


def test_a_slip_of_the_pen_finds_the_nearest_word() -> None:
    """A near word is suggested, whatever its capitals and dashes; a far one is not."""
    assert nearest("Enforced", ["enforce", "review"]) == "enforce"
    assert nearest("only-in", ["only_in", "on"]) == "only_in"
    assert nearest("xyz", ["enforce", "review"]) is None
    assert suggest("xyz", ["b", "a"], "use one of") == "use one of: `a`, `b`"


def test_the_table_explains_every_code_in_one_line() -> None:
    """The reference is made from the same table; errors and warnings have their own letters."""
    table = code_table()
    for code, meaning in CODES.items():
        assert code[0] in "EW"
        assert code[1:].isdigit()
        assert f"| {code} | {meaning} |" in table
        assert "\n" not in meaning
