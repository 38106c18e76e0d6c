"""A file as it was written: its name for messages, its text, its lines; secrets are never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rules.loading.secrets import Secret, masked, secrets
from rules.model import Place
from rules.problems import Problem, severity_of

_BREAK: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Source:
    """One file, decoded. `name` is how messages call it; `folder` is where the files it names lie."""

    name: str
    text: str
    folder: Path | None = None
    lines: tuple[str, ...] = field(default=(), repr=False)

    def line(self, number: int) -> str:
        """A line as it may be shown; empty past the end."""
        return masked(self.lines[number - 1]) if 0 < number <= len(self.lines) else ""

    def place(self, line: int, column: int) -> Place:
        """A place in this file."""
        return Place(self.name, line, column)

    def problem(self, code: str, line: int, column: int, message: str, hint: str = "") -> Problem:
        """A problem at a place of this file, with its source line."""
        shown = self.line(line)
        column = max(1, column)
        return Problem(code, severity_of(code), self.name, line, column, masked(message), masked(hint), shown)

    def secrets(self) -> Iterator[tuple[Secret, int, int]]:
        """Every secret in the file, with its line and column."""
        for secret in secrets(self.text):
            before = _BREAK.split(self.text[: secret.start])
            yield secret, len(before), len(before[-1]) + 1


def source(name: str, text: str, folder: Path | None = None) -> Source:
    """A source with its lines as the YAML parser counts them."""
    return Source(name, text, folder, tuple(_BREAK.split(text)))
