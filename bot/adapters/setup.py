"""What an adapter finds out about itself before it runs: who it is, what it lacks, where it could live.

Each platform has `look(environment)` in `bot/adapters/<platform>_setup.py`; the set-up page and `sereno doctor` show it.
It only reads. Raises Refused for credentials that the platform does not take, Unavailable when it cannot be reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from bot.commands.spec import Words


class Weight(StrEnum):
    """How much something missing hurts."""

    STOPS = "stops"
    """Without it nothing works."""
    LACKS = "lacks"
    """Without it some actions are refused."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a person must switch on or grant: what is wrong, and what to press where."""

    weight: Weight
    says: Words
    mend: Words


@dataclass(frozen=True, slots=True)
class Named:
    """A channel or role: the platform's id and its name there."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A server, workspace, group or room the bot is in. `missing` is what it lacks there."""

    id: str
    name: str
    channels: tuple[Named, ...] = ()
    roles: tuple[Named, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What `look` found. `invite` is the link that adds the bot with the least rights, where there is such a link;
    `summary` says in words how to bring the bot in where there is none."""

    account: str
    name: str
    places: tuple[FoundPlace, ...] = ()
    missing: tuple[Missing, ...] = ()
    invite: str = ""
    summary: Words | None = None


@runtime_checkable
class Hears(Protocol):
    """An adapter on a platform that lists no places: it remembers those it is told of, configured or not."""

    @property
    def heard(self) -> Mapping[str, str]:
        """The names of places by id, since the start."""
        ...
