"""What the YAML parser complains about, in words for people who have never heard of YAML."""

from __future__ import annotations

import re
from typing import Final

from yaml.error import MarkedYAMLError, YAMLError

from rules.loading.source import Source
from rules.problems import Problem

_WORDS: Final = (
    # (part of the parser's message, code, message, hint)
    ("undefined alias", "E018", "an alias (`*name`) stands here", 'start the text with a quote: "*…"'),
    (
        "did not find expected alphabetic or numeric",
        "E018",
        "`*` or `&` starts an alias here",
        "put the text in quotes",
    ),
    ("tag", "E019", "`!` starts a tag here, and tags are not used", "put the text in quotes"),
    ("tab", "E010", "a tab stands where spaces belong", "indent with spaces only; two per level"),
    (
        "mapping values are not allowed",
        "E012",
        "`: ` stands inside a text",
        "quote the whole text, or check the indentation",
    ),
    ("unexpected ':'", "E012", "inside brackets, `:` needs a space after it", "write `key: value`, or quote the text"),
    ("could not find expected ':'", "E014", "a colon is missing after this key", "write `key: value`"),
    ("found unexpected end of stream", "E013", "this quotation never ends", "close it with the same quote"),
    ("while scanning a quoted", "E013", "this quotation never ends", "close it with the same quote"),
    (
        "unknown escape",
        "E029",
        "`\\` and this letter mean nothing in double quotes",
        "write `\\\\`, or use single quotes",
    ),
    ("hexadecimal", "E029", "`\\x` and `\\u` need hexadecimal digits", "write `\\\\`, or use single quotes"),
    ("flow", "E015", "a bracket is not closed, or a comma is missing", "write `[a, b]` or `{key: value}`"),
    ("expected ',' or", "E015", "a bracket is not closed, or a comma is missing", "write `[a, b]` or `{key: value}`"),
    ("node content", "E011", "a text cannot start with this character", "put the text in quotes, or remove it"),
    ("cannot start any token", "E011", "a text cannot start with this character", "put the text in quotes"),
    (
        "sequence entries are not allowed",
        "E016",
        "`-` cannot stand here",
        "start the list on the next line, indented by two",
    ),
    ("expected key", "E016", "this line does not fit the lines above", "indent it exactly as the keys it belongs to"),
    ("expected '-'", "E016", "this line does not fit the list above", "start it with `- ` or indent it further"),
    ("<block end>", "E016", "this line does not fit the lines above", "indent it exactly as the lines it belongs to"),
    ("document start", "E016", "this line does not belong to anything above", "check the indentation"),
    ("document indicator", "E022", "a second document starts here", "one file holds one document; remove this line"),
    (
        "comment or line break",
        "E011",
        "nothing may follow `|` on its line",
        "start the text on the next line, indented",
    ),
    ("indentation indicator", "E011", "`|0` is no block", "write a bare `|`"),
    (
        "leading space is more",
        "E016",
        "the first line of this block is indented less than blanks above",
        "remove the blanks",
    ),
    ("directive", "E027", "lines that start with `%` are not used", "remove the line, or put the text in quotes"),
    ("version", "E027", "lines that start with `%` are not used", "remove the line"),
)

_KEY: Final = re.compile(r"\s*(?:- )*[\w-]+")


def syntax_problem(source: Source, error: YAMLError) -> Problem:
    """The parser's complaint as a problem with place and hint."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return source.problem("E011", 1, 1, "this is not YAML", "compare it with the examples in the documentation")
    mark = error.problem_mark
    line, column = mark.line + 1, mark.column + 1
    said = f"{error.context or ''} {error.problem or ''}"
    code, message, hint = _words(said)
    if error.context_mark is not None and code in {"E013", "E014", "E015"}:
        # The parser notices at the end of the file what went wrong where the quotation, key or bracket began.
        line, column = error.context_mark.line + 1, error.context_mark.column + 1
    if _tab_indents(source, line):
        code, message, hint = _words("tab")
        column = source.lines[line - 1].index("\t") + 1
    elif code == "E012" and _KEY.fullmatch(source.lines[line - 1][: column - 1]):
        return _misplaced_key(source, line)
    return source.problem(code, *_inside(source, line, column), message, hint)


def _misplaced_key(source: Source, line: int) -> Problem:
    """A key where no key can stand: the line above forgot its colon, or this one is indented too far."""
    above = next((number for number in range(line - 1, 0, -1) if source.lines[number - 1].strip()), line)
    text = source.lines[above - 1].rstrip()
    if above < line and _KEY.fullmatch(text):
        return source.problem("E014", above, len(text) + 1, "a colon is missing after this key", "write `key: value`")
    column = len(source.lines[line - 1]) - len(source.lines[line - 1].lstrip()) + 1
    deep = "this line is indented further than the line above allows"
    return source.problem("E016", line, column, deep, "indent it exactly as the keys it belongs to")


def _words(said: str) -> tuple[str, str, str]:
    for part, code, message, hint in _WORDS:
        if part in said:
            return code, message, hint
    return "E011", "this is not YAML", "check the indentation and the quotes of this line and the one above"


def _tab_indents(source: Source, line: int) -> bool:
    text = source.lines[line - 1] if line <= len(source.lines) else ""
    return "\t" in text[: len(text) - len(text.lstrip())]


def _inside(source: Source, line: int, column: int) -> tuple[int, int]:
    """A place with something to see: the parser's may lie behind the last line."""
    while line > 1 and (line > len(source.lines) or not source.lines[line - 1].strip()):
        line -= 1
        column = len(source.lines[line - 1]) + 1
    return line, column
