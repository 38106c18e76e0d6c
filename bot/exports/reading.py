"""What a person gets from an export: events in order, and an account of what was read and what was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from bot.exports.entries import Entry, Kind
from bot.exports.ledger import Ledger, Note, Skipped, Tally
from moderation.model import (
    Event,
    Member,
    MemberJoined,
    MemberLeft,
    MemberRef,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    MessageRemoved,
)

COMPLETE: Final = frozenset({"slack", "telegram"})
"""Exports of these platforms hold everything since a person came, so their messages can be counted; Discord's hold
single channels."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """The history in an export. Going through it gives the events, earliest first, as often as you like.

    `skipped` names what could not be used, `notes` what had to be assumed, `formats` counts files and messages of each
    format; `rows`, `notices` and `repeated` count bad rows, the platform's own lines, and messages shown twice.
    """

    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...]
    formats: Mapping[str, Tally]
    rows: int
    notices: int
    repeated: int
    entries: list[Entry] = field(repr=False)

    @classmethod
    def of(cls, entries: list[Entry], ledger: Ledger) -> Reading:
        """The reading that these ordered records and this account make."""
        skipped = tuple(sorted(ledger.skipped, key=lambda skipped: skipped.path))
        account = (skipped, tuple(ledger.notes), dict(sorted(ledger.formats.items())))
        return cls(*account, ledger.rows, ledger.notices, ledger.repeated, entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Event]:
        history = History()
        for entry in self.entries:
            yield event(entry, history)

    @property
    def files(self) -> int:
        """How many files were read."""
        return sum(tally.files for tally in self.formats.values())

    @property
    def messages(self) -> int:
        """How many messages the files show, those shown twice counted twice."""
        return sum(tally.messages for tally in self.formats.values())

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From when to when the events reach; None when there are none."""
        return (self.entries[0].at, self.entries[-1].at) if self.entries else None


class History:
    """What the export itself has shown about people so far: when they came, and how much they wrote since.

    Nothing is assumed about those whose coming it does not show: their facts stay unknown.
    """

    def __init__(self) -> None:
        self._here: dict[MemberRef, Member] = {}

    def enters(self, member: Member, at: datetime) -> Member:
        """A person comes."""
        counted = 0 if member.ref.platform in COMPLETE else None
        here = self._here[member.ref] = replace(member, here_since=at, messages=counted)
        return here

    def leaves(self, member: Member) -> Member:
        """A person goes; should they come back, they are new again."""
        return self._here.pop(member.ref, member)

    def now(self, member: Member) -> Member:
        """The person as known at this moment."""
        return self._here.get(member.ref, member) if self._here else member

    def writes(self, member: Member) -> Member:
        """The person as known when they write, this message not counted."""
        here = self.now(member)
        if here.messages is not None:
            self._here[member.ref] = replace(here, messages=here.messages + 1)
        return here


def event(entry: Entry, history: History) -> Event:
    """The event a record stands for."""
    channel, author, at = entry.channel, entry.author, entry.at
    head = channel.platform
    where = f"{channel.id}:{entry.id}" if head != "discord" else entry.id
    ref = MessageRef(channel, entry.id)
    if author is None:
        return MessageRemoved(key=f"{head}:gone:{where}", at=at, message=ref)
    if entry.kind is Kind.POSTED:
        said = message(entry, ref, history.writes(author), at)
        return MessagePosted(key=f"{head}:msg:{where}:0", at=at, message=said)
    if entry.kind is Kind.EDITED:
        said = message(entry, ref, history.now(author), entry.posted or at)
        return MessageEdited(key=f"{head}:msg:{where}:{milliseconds(at)}", at=at, message=said)
    person = f"{channel.community}:{author.ref.id}:{milliseconds(at)}"
    if entry.kind is Kind.JOINED:
        return MemberJoined(key=f"{head}:join:{person}", at=at, member=history.enters(author, at))
    return MemberLeft(key=f"{head}:leave:{person}", at=at, member=history.leaves(author))


def message(entry: Entry, ref: MessageRef, author: Member, at: datetime) -> Message:
    """The message a record holds."""
    more = entry.extra
    reply_to = MessageRef(ref.channel, more.reply_to) if more.reply_to else None
    return Message(ref, author, entry.text, at, reply_to, more.mentions, more.everyone, more.attachments)


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, the part of a key that tells two edits of a message apart."""
    return round((at - EPOCH).total_seconds() * 1000)
