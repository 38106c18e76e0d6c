"""What the platform in memory knows: who is there, what was said, what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from moderation.model import Capability, Member, Message, MessageRef
from moderation.ports import Card


@dataclass(slots=True)
class TwinMessage:
    """A message as the platform keeps it."""

    message: Message
    state: str = "shown"
    edits: int = 0


@dataclass(slots=True)
class TwinMember:
    """A person as the platform keeps them."""

    member: Member
    here: bool = True
    timeout_until: datetime | None = None
    banned: bool = False
    banned_until: datetime | None = None
    rights: frozenset[Capability] | None = None
    """What the platform lets them do; None is everything for staff and nothing for others."""


@dataclass(slots=True)
class TwinState:
    """Everything the platform knows; `log` are the calls that had an effect, in order."""

    messages: dict[tuple[str, str], TwinMessage] = field(default_factory=dict)
    members: dict[str, TwinMember] = field(default_factory=dict)
    told: list[tuple[str, str, str]] = field(default_factory=list)
    """Member, key, text."""
    cards: list[tuple[str, Card]] = field(default_factory=list)
    keys: dict[str, MessageRef] = field(default_factory=dict)
    slow: dict[str, int] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    invites_paused: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    asked: int = 0
    """How often somebody called a command or pressed a button."""
