"""The facts everybody speaks about: who, where, what was said, what happened.

Everything here is frozen and free of I/O. Times are aware datetimes in UTC; ids are the platform's own, as strings,
so that a row read after a restart is enough to act on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The roles Sereno itself gives a meaning to; a community may have any others, as plain names."""

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    TRUSTED = "trusted"


STAFF: Final = frozenset({Role.OWNER, Role.ADMIN, Role.MODERATOR})


class Capability(StrEnum):
    """What a platform must be able to do before an enforcement action can be applied there."""

    DELETE = "delete"
    HOLD = "hold"
    TIMEOUT = "timeout"
    KICK = "kick"
    BAN = "ban"
    ROLES = "roles"
    SLOWMODE = "slowmode"
    LOCK = "lock"
    PAUSE_INVITES = "pause_invites"
    REPLY = "reply"
    DM = "dm"


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel, enough to act on it later. `name` is what rules call it and never part of its identity."""

    platform: str
    community: str
    id: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class MemberRef:
    """A person on one platform in one community."""

    platform: str
    community: str
    id: str


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message in its channel."""

    channel: ChannelRef
    id: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the platform describes them at the moment of an event; None means the platform does not say.

    `pending` is somebody who has come as far as the platform's own door (rules to accept, a request to join) and
    cannot write yet.
    """

    ref: MemberRef
    name: str = ""
    roles: frozenset[str] = frozenset()
    is_bot: bool = False
    account_created: datetime | None = None
    here_since: datetime | None = None
    messages: int | None = None
    pending: bool = False

    @property
    def is_staff(self) -> bool:
        """Owners, admins and moderators are never targets of automation."""
        return not STAFF.isdisjoint(self.roles)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file somebody posted; its content is never copied, only described."""

    name: str
    type: str = ""
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a person wrote, normalised; `text` is exactly what they wrote, markup included.

    A poll's question and its options are lines of `text`. `forwarded` marks words brought from elsewhere. `mentions` are the ids of distinct people. `quoting` is None unless the source itself states it; then the text
    is compared with earlier messages of other people.
    """

    ref: MessageRef
    author: Member
    text: str
    at: datetime
    reply_to: MessageRef | None = None
    mentions: tuple[str, ...] = ()
    mentions_everyone: bool = False
    attachments: tuple[Attachment, ...] = ()
    quoting: bool | None = None
    forwarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What all events share. `key` is natural (`discord:msg:<id>:<edit>`): live, retry and backfill collide on it."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Happening):
    """Somebody wrote a message."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Happening):
    """Somebody changed a message; `message.at` stays the time of posting, `at` is the time of the edit."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRemoved(Happening):
    """A message is gone, whoever removed it."""

    message: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Happening):
    """Somebody entered the community."""

    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdmitted(Happening):
    """Somebody who was pending has passed the platform's own door and can write now."""

    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Happening):
    """Somebody left the community or was removed from it."""

    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRenamed(Happening):
    """Somebody changed the name others see; `member.name` is the new one."""

    member: Member
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionAdded(Happening):
    """Somebody reacted to a message."""

    member: Member
    message: MessageRef
    emoji: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiled(Happening):
    """A member asked moderators to look at a message or a person."""

    member: Member
    about: MemberRef | None = None
    message: MessageRef | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandCalled(Happening):
    """Somebody called a command of the bot.

    `arguments` are by parameter where the platform has fields for them, else `{"": words}` as they were typed, with
    people written `<@id>`. `message` is the one it was called on (a menu, a reply) and `about` that message's author.
    """

    member: Member
    channel: ChannelRef
    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    message: MessageRef | None = None
    about: MemberRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed(Happening):
    """Somebody pressed a button; `token` is opaque and carries no authority. `message` is what the button hangs on."""

    member: Member
    channel: ChannelRef
    token: str
    message: MessageRef | None = None


Event = (
    MessagePosted
    | MessageEdited
    | MessageRemoved
    | MemberJoined
    | MemberAdmitted
    | MemberLeft
    | MemberRenamed
    | ReactionAdded
    | ReportFiled
    | CommandCalled
    | ButtonPressed
)

KINDS: Final[Mapping[str, type[Happening]]] = {
    "message": MessagePosted,
    "edit": MessageEdited,
    "join": MemberJoined,
    "leave": MemberLeft,
    "rename": MemberRenamed,
    "reaction": ReactionAdded,
    "report": ReportFiled,
}
"""The names admins and the command line use for the events that rules can judge."""

KIND_OF: Final[Mapping[type[Happening], str]] = {event: kind for kind, event in KINDS.items()}


def author_of(event: Event) -> Member | None:
    """The person who caused the event; None where the platform does not say who."""
    if isinstance(event, (MessagePosted, MessageEdited)):
        return event.message.author
    if isinstance(event, MessageRemoved):
        return None
    return event.member


def message_of(event: Event) -> Message | None:
    """The message an event is about, where the event carries its text."""
    return event.message if isinstance(event, (MessagePosted, MessageEdited)) else None


@dataclass(frozen=True, slots=True)
class Signal:
    """A detector's opinion: how sure it is (0..1) that the label fits, and what it saw."""

    label: str
    score: float
    detector: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Signals:
    """All opinions on one event. `silent` lists the labels nobody could judge: unknown, which is not zero.

    Of these, `unread` are no failure: all detectors work, and none can judge this text, as in a language they never
    learnt. Rules wait then as they do where no model is installed.
    """

    given: tuple[Signal, ...] = ()
    silent: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    def score(self, label: str) -> float:
        """The highest score any detector gave the label; 0 when none spoke."""
        return max((signal.score for signal in self.given if signal.label == label), default=0.0)


class Outcome(StrEnum):
    """How the attempt to apply an enforcement action ended."""

    APPLIED = "applied"
    SIMULATED = "simulated"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one intent, in words a moderator understands."""

    outcome: Outcome
    note: str = ""
