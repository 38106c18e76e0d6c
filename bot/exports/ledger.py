"""What was read, what was left out and why: nothing disappears from an export without being counted and named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from moderation.errors import UserError

BAD_ROW: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, OSError, UserError)
"""What goes wrong when a row does not have the shape its format promises; OSError is a time no calendar has."""

NAMED_ROWS: Final = 5
"""So many bad rows of one file are named one by one; the rest are counted, so that a ruined file stays readable."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a row as `file:line`, that could not be used."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know about files that were read, such as an assumption that had to be made."""

    text: str
    files: int
    example: str


@dataclass(slots=True)
class Tally:
    """How much was read of one format."""

    files: int = 0
    messages: int = 0


@dataclass(slots=True)
class Ledger:
    """Collects, while an export is read, everything a person will be told about the reading.

    `rows` counts bad rows inside good files, `notices` the platform's own lines (pins, calls, topics), which are not
    messages, and `repeated` messages that two files both contain.
    """

    skipped: list[Skipped] = field(default_factory=list)
    formats: dict[str, Tally] = field(default_factory=dict)
    rows: int = 0
    notices: int = 0
    repeated: int = 0
    _notes: dict[str, tuple[int, str]] = field(default_factory=dict)

    def skip(self, path: str, reason: str) -> None:
        """Leave a whole file out. Names and contents may be an attacker's, so only what is safe to print is kept."""
        self.skipped.append(Skipped(printable(path), printable(reason)[:200]))

    def note(self, path: str, text: str) -> None:
        """Remember an assumption made for a file; the same words for many files become one note."""
        files, example = self._notes.get(text, (0, printable(path)))
        self._notes[text] = (files + 1, example)

    @property
    def notes(self) -> list[Note]:
        """All notes, those about most files first."""
        notes = [Note(text, files, example) for text, (files, example) in self._notes.items()]
        return sorted(notes, key=lambda note: (-note.files, note.text))

    def count(self, name: str, messages: int) -> None:
        """A file of this format was read."""
        tally = self.formats.setdefault(name, Tally())
        tally.files += 1
        tally.messages += messages


def printable(text: str) -> str:
    """A text fit for a terminal: control characters, which could move the cursor or hide words, are replaced."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def why(error: Exception) -> str:
    """What was wrong with a row, in a few words."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return f"cannot be understood: {error}"


@dataclass(slots=True)
class Page:
    """One file while it is being read: keeps its bad rows together and its notes apart from those of other files."""

    path: str
    ledger: Ledger
    bad: int = 0
    _noted: set[str] = field(default_factory=set)

    def bad_row(self, place: int | str, reason: str) -> None:
        """Leave one row out; `place` is its line or its number."""
        self.bad += 1
        self.ledger.rows += 1
        if self.bad <= NAMED_ROWS:
            self.ledger.skip(f"{self.path}:{place}", reason)

    def notice(self) -> None:
        """A line the platform wrote itself, which no rule can judge."""
        self.ledger.notices += 1

    def note(self, text: str) -> None:
        """Say something about this file, once."""
        if text not in self._noted:
            self._noted.add(text)
            self.ledger.note(self.path, text)

    def close(self) -> None:
        """The file is read: say how many more bad rows there were than those named."""
        if self.bad > NAMED_ROWS:
            self.ledger.skip(self.path, f"{self.bad - NAMED_ROWS} more bad rows")
