"""RE2 patterns of admins: refused with a reason and a place when they could be slow, matched with Unicode's idea of a
word boundary when they are not.

RE2 never backtracks, so what remains dear is a pattern of which very many places are busy at once. The limits below are
measured: a pattern within them costs at most 5 ms on any text of 4,000 characters (tests hold it to that).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import re2
from pydantic_core import PydanticCustomError

from rules.pattern_scan import bounds, branches, crowd, foreign

LONGEST: Final = 1000
"""Characters of one pattern."""
MOST: Final = 2000
"""Patterns of one condition."""
LARGEST: Final = 4000
"""Instructions of RE2's program; Unicode classes such as `\\p{L}` take about 1,200 each."""
BUSIEST: Final = 32
"""Places of the pattern that one character can keep busy at once."""
SPANS: Final = 8
"""Matches of one pattern that are looked for in one text; more say nothing new."""
_PROBES: Final = ("", "a", " a ", "a b", "0", "ñ", ".")
_OTHER: Final = r"[^\p{L}\p{M}\p{N}_]"

Span = tuple[int, int]


def options(memory: int = 8 << 20) -> re2.Options:
    """How every pattern is compiled: quiet, whole matches only."""
    chosen = re2.Options()
    chosen.log_errors = False
    chosen.never_capture = True
    chosen.max_mem = memory
    return chosen


def encodable(text: str) -> str:
    """The text with lone surrogates replaced one for one: RE2 reads UTF-8, and offsets stay true."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def check_patterns(value: object) -> tuple[str, ...]:
    """The patterns of a block, one a line; PydanticCustomError `bad_pattern` says line, column and what to do."""
    if isinstance(value, (tuple, list)):
        lines = [str(line) for line in value]
    elif isinstance(value, str):
        lines = value.splitlines()
    else:
        raise PydanticCustomError("bad_pattern", "patterns stand in a block, one a line", {"hint": "matches: |"})
    patterns = [(number, line.strip()) for number, line in enumerate(lines) if line.strip()]
    if not patterns:
        raise PydanticCustomError("bad_pattern", "there is no pattern here", {"hint": "one pattern a line"})
    if len(patterns) > MOST:
        raise PydanticCustomError("bad_pattern", "more than {most} patterns", {"most": MOST, "hint": "split the rule"})
    for number, pattern in patterns:
        indent = len(lines[number]) - len(lines[number].lstrip())
        _check(pattern, number, indent)
    return tuple(pattern for _, pattern in patterns)


def _check(pattern: str, line: int, indent: int) -> None:
    def refuse(reason: str, hint: str, column: int = 0) -> PydanticCustomError:
        where = {"reason": reason, "line": line, "column": indent + column, "hint": hint}
        return PydanticCustomError("bad_pattern", "the pattern cannot be used: {reason}", where)

    if len(pattern) > LONGEST:
        reason = f"it has {len(pattern)} characters, at most {LONGEST} are allowed"
        raise refuse(reason, "use a word list", LONGEST)
    alien = foreign(pattern)
    if alien is not None:
        raise refuse(f"RE2 has no {alien.what}", "say it with two conditions", alien.column)
    try:
        compiled = re2.compile(encodable(pattern), options())
    except re2.error as broken:
        raise refuse(*_in_words(broken, pattern)) from broken
    if any(match.start() == match.end() for probe in _PROBES for match in compiled.finditer(probe)):
        raise refuse("it matches the empty string", "ask for at least one character, `+` instead of `*`")
    if compiled.programsize > LARGEST:
        raise refuse("its program is too large", "fewer counted repetitions of large classes")
    if crowd(pattern) > BUSIEST:
        reason = "a long text would keep too much of it busy at once"
        raise refuse(reason, "fewer counted repetitions, `.{0,20}` is plenty")


def _in_words(broken: re2.error, pattern: str) -> tuple[str, str, int]:
    told = broken.args[0] if broken.args else ""
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    reason, _, culprit = text.partition(": ")
    column = max(pattern.find(culprit), 0) if culprit else 0
    if "too large" in text:
        return "its program is too large", "fewer counted repetitions of large classes", 0
    said = f"{reason} `{culprit}`" if culprit else reason
    return said, "a sign that stands for itself needs a `\\` before it", column


class Matcher:
    """One pattern, ready to say where it matches. `bare` is the same without its outer word boundaries, for filters.

    RE2's `\\b` knows ASCII letters only. A text of ASCII is matched as written; in any other text the boundaries at the
    ends of a pattern's alternatives are Unicode's.
    """

    __slots__ = ("_ascii", "_padded", "bare")

    def __init__(self, pattern: str) -> None:
        parts = [bounds(branch) for branch in branches(encodable(pattern))]
        self.bare = "|".join(f"(?:{part})" for part, _, _ in parts)
        self._ascii = _compiled(encodable(pattern))
        self._padded = [(_compiled(_pad(*part)), part[1], part[2]) for part in parts]

    def spans(self, text: str) -> Sequence[Span]:
        """Where it matches, at most SPANS places, in characters of the text."""
        found: list[Span] = []
        if text.isascii():
            for match in self._ascii.finditer(text):
                found.append(match.span())
                if len(found) == SPANS:
                    break
            return found
        text = encodable(text)
        for compiled, left, right in self._padded:
            found += _within(compiled, text, left, right)
        return sorted(found)[:SPANS]


def _within(compiled: Any, text: str, left: bool, right: bool) -> list[Span]:
    found: list[Span] = []
    place = 0
    while len(found) < SPANS:
        match = compiled.search(text, place)
        if match is None:
            break
        start, end = match.span()
        place = max(end, place + 1)
        if left and not _is_word(text[start]):
            start += 1
        if right and end > start and not _is_word(text[end - 1]):
            end -= 1
            place = max(end, start + 1)
        found.append((start, end))
    return found


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _pad(bare: str, left: bool, right: bool) -> str:
    return f"{f'(?:^|{_OTHER})' if left else ''}(?:{bare}){f'(?:$|{_OTHER})' if right else ''}"


def _compiled(pattern: str) -> Any:
    """Compiled with as much memory as its size deserves: enough for its states, too little to build millions."""
    size = re2.compile(pattern, options()).programsize
    return re2.compile(pattern, options(max(128 << 10, 300 * size)))
