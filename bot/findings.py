"""What the doctor says about one thing, and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How grave a finding is; only WRONG makes the doctor unhappy."""

    WELL = "well"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `mend` says what to do, and is empty when there is nothing to be done."""

    about: str
    state: State
    says: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        """The same for machines."""
        return {"about": self.about, "state": self.state.value, "says": self.says, "mend": self.mend}


def well(about: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(about, State.WELL, says)


def note(about: str, says: str, mend: str = "") -> Finding:
    """Worth knowing."""
    return Finding(about, State.NOTE, says, mend)


def wrong(about: str, says: str, mend: str) -> Finding:
    """Something a person must mend."""
    return Finding(about, State.WRONG, says, mend)
