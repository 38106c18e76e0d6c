"""What is wrong with a file an admin wrote: where it stands, what it means, and how to mend it.

`rules/codes.py` holds the table of all codes. The texts are golden files in tests/language/bad/.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rules.model import Place

_WIDEST: Final = 160
"""Columns of a source line that are shown; a longer line is cut around its culprit."""


class Severity(StrEnum):
    """Whether a file with this problem may come into force."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, one message. Line and column count from 1; columns are characters, not bytes."""

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    source_line: str = ""

    def __str__(self) -> str:
        """The place, the message, the source line, and a caret under the culprit with the hint."""
        head = f"{self.file}:{self.line}:{self.column}: {self.code} {_tame(self.message)}"
        shown, caret = _cut(self.source_line, self.column)
        return f"{head}\n  {shown}\n  {caret} {_tame(self.hint)}".rstrip()

    def as_json(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "hint": self.hint,
            "source_line": self.source_line,
        }


def severity_of(code: str) -> Severity:
    """`E102` is an error, `W102` a warning."""
    return Severity.WARNING if code.startswith("W") else Severity.ERROR


def problem_at(place: Place, code: str, message: str, hint: str = "", source_line: str = "") -> Problem:
    """A problem at a place that is already known; the loader adds the source line where it is missing."""
    return Problem(code, severity_of(code), place.file, place.line, place.column, message, hint, source_line)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that keep a file from coming into force."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def render(problems: Sequence[Problem]) -> str:
    """All problems as an admin reads them in a terminal, in the order of the files."""
    return "\n".join(str(problem) for problem in problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and place, each problem once."""
    return sorted(dict.fromkeys(problems), key=lambda one: (one.file, one.line, one.column, one.code))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word somebody most likely meant; None when nothing is near enough to be helpful."""
    by_folded = {name.casefold().replace("_", "-"): name for name in sorted(known, reverse=True)}
    found = difflib.get_close_matches(word.casefold().replace("_", "-"), by_folded, n=1, cutoff=0.66)
    return by_folded[found[0]] if found else None


def suggest(word: str, known: Iterable[str], otherwise: str = "known") -> str:
    """A hint: the nearest known word, or all of them."""
    names = sorted(known)
    near = nearest(word, names)
    if near is not None:
        return f"did you mean `{near}`?"
    if not names:
        return ""
    listed = ", ".join(f"`{name}`" for name in names[:20]) + (", …" if len(names) > 20 else "")
    return f"{otherwise}: {listed}"


def width(text: str) -> int:
    """Terminal columns of a text: wide characters take two, combining and invisible ones none."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _tame(text: str) -> str:
    """What a file says must not steer the terminal that shows it: controls and direction marks become visible."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(character) else character for character in text)


def _steers(character: str) -> bool:
    return character != "\t" and (unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or _turns(character))


def _turns(character: str) -> bool:
    return unicodedata.bidirectional(character) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _cut(line: str, column: int) -> tuple[str, str]:
    """The part of a source line that fits, and the padded caret that stands under its culprit."""
    shown = _tame(line)
    at = min(max(column - 1, 0), len(shown))
    start = max(0, at - _WIDEST // 2) if len(shown) > _WIDEST else 0
    before = ("…" if start else "") + shown[start:at]
    after = shown[at : start + _WIDEST]
    end = "…" if start + _WIDEST < len(shown) else ""
    padding = "".join("\t" if character == "\t" else " " * _columns(character) for character in before)
    return f"{before}{after}{end}".rstrip(), f"{padding}^"
