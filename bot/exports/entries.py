"""The compact form of what an export shows, one small record a line, before it becomes an event.

A million messages have to fit in memory to be put in order, so a record shares its channel and its author with its
neighbours and keeps rare facts (`Extra`) apart. Events are built from records one at a time, while they are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from mimetypes import MimeTypes
from typing import Final

from moderation.model import Attachment, ChannelRef, Member, MemberRef


class Kind(IntEnum):
    """What a record stands for."""

    POSTED = 0
    EDITED = 1
    REMOVED = 2
    JOINED = 3
    LEFT = 4


@dataclass(frozen=True, slots=True)
class Extra:
    """What most messages do not have."""

    reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    everyone: bool = False
    attachments: tuple[Attachment, ...] = ()


PLAIN: Final = Extra()


def extra(
    reply_to: str | None, mentions: tuple[str, ...], everyone: bool, attachments: tuple[Attachment, ...]
) -> Extra:
    """The rare facts of a message; messages without any share one object."""
    if reply_to or mentions or everyone or attachments:
        return Extra(reply_to, mentions, everyone, attachments)
    return PLAIN


@dataclass(slots=True)
class Entry:
    """One thing an export shows. `posted` is the time of the message itself where `at` is the time of an edit."""

    at: datetime
    kind: Kind
    channel: ChannelRef
    author: Member | None
    id: str
    text: str = ""
    extra: Extra = PLAIN
    posted: datetime | None = None


@dataclass(slots=True)
class Run:
    """The records of one channel from one file, in the order of the file."""

    path: str
    format: str
    channel: ChannelRef
    entries: list[Entry] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """How many messages the file shows."""
        return sum(1 for entry in self.entries if entry.kind is Kind.POSTED)


def both(entry: Entry, edited: datetime | None) -> Iterable[Entry]:
    """A message and, where the export says that it was changed, the change.

    Exports keep only the last text of a message, so both carry it: what the first text was is not known.
    """
    if edited is None or edited <= entry.at:
        return (entry,)
    change = Entry(edited, Kind.EDITED, entry.channel, entry.author, entry.id, entry.text, entry.extra, posted=entry.at)
    return (entry, change)


@dataclass(slots=True)
class People:
    """Authors, shared by all messages of one reading so that each exists once."""

    _known: dict[tuple[str, str, str, str], Member] = field(default_factory=dict)
    _types: MimeTypes = field(default_factory=MimeTypes)

    def find(self, platform: str, community: str, person: str, name: str) -> Member | None:
        """The author, if met before under this name."""
        return self._known.get((platform, community, person, name))

    def meet(
        self,
        platform: str,
        community: str,
        person: str,
        name: str,
        *,
        roles: frozenset[str] = frozenset(),
        is_bot: bool = False,
        created: datetime | None = None,
    ) -> Member:
        """The author, remembered from now on."""
        ref = MemberRef(platform, community, person)
        member = Member(ref, name=name, roles=roles, is_bot=is_bot, account_created=created)
        self._known[platform, community, person, name] = member
        return member

    def attachment(self, name: str, size: int | None = None, media: str = "") -> Attachment:
        """A file as an export names it; the media type is told from the name where the export does not say."""
        return Attachment(name, media or self._types.guess_type(name)[0] or "", size)
