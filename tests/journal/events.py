"""Events for tests of the journal."""

from __future__ import annotations

from datetime import UTC, datetime

from moderation.model import ChannelRef, Member, MemberRef, Message, MessagePosted, MessageRef

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GENERAL = ChannelRef("room", "club", "general", "general")


def person(id_: str = "ana") -> Member:
    return Member(MemberRef("room", "club", id_), id_)


def said(id_: str, text: str, author: str = "ana", at: datetime = NOON) -> MessagePosted:
    return MessagePosted(key=f"room:{id_}", at=at, message=Message(MessageRef(GENERAL, id_), person(author), text, at))
