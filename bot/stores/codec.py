"""Events as bytes and back, complete: what is read after a restart equals what was accepted.

A wire form of its own, not the admins' JSON of `sereno judge`: short, positional where it is hot, and able to carry
anything a platform may send, lone surrogates included.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from moderation.model import (
    Attachment,
    ButtonPressed,
    ChannelRef,
    CommandCalled,
    Event,
    Member,
    MemberAdmitted,
    MemberJoined,
    MemberLeft,
    MemberRef,
    MemberRenamed,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    MessageRemoved,
    ReactionAdded,
    ReportFiled,
)

NAMES: Final[Mapping[type[Event], str]] = {
    MessagePosted: "message",
    MessageEdited: "edit",
    MessageRemoved: "removal",
    MemberJoined: "join",
    MemberAdmitted: "admission",
    MemberLeft: "leave",
    MemberRenamed: "rename",
    ReactionAdded: "reaction",
    ReportFiled: "report",
    CommandCalled: "command",
    ButtonPressed: "button",
}
"""What the `kind` column says; the first part agrees with `moderation.model.KINDS`."""


def to_bytes(value: object) -> bytes:
    """JSON; text that UTF-8 cannot carry (lone surrogates) is escaped."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, default=_iso, separators=(",", ":")).encode("ascii")


def from_bytes(data: bytes) -> Any:
    """What `to_bytes` was given, datetimes as ISO text."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a payload")


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _channel(ref: ChannelRef) -> list[str]:
    return [ref.platform, ref.community, ref.id, ref.name]


def _member_ref(ref: MemberRef) -> list[str]:
    return [ref.platform, ref.community, ref.id]


def _message_ref(ref: MessageRef) -> list[str]:
    return [*_channel(ref.channel), ref.id]


def _maybe_message(ref: MessageRef | None) -> list[str] | None:
    return None if ref is None else _message_ref(ref)


def _read_maybe_message(row: list[str] | None) -> MessageRef | None:
    return None if row is None else read_message_ref(row)


def read_message_ref(row: list[str]) -> MessageRef:
    """A message reference from its positional form."""
    return MessageRef(ChannelRef(*row[:4]), row[4])


def write_message_ref(ref: MessageRef) -> list[str]:
    """A message reference as platform, community, channel, channel name, id."""
    return _message_ref(ref)


def _member(member: Member) -> list[object]:
    row: list[object] = [*_member_ref(member.ref), member.name, sorted(member.roles), member.is_bot]
    row += [member.account_created, member.here_since, member.messages]
    return [*row, True] if member.pending else row


def _read_member(row: list[Any]) -> Member:
    ref = MemberRef(row[0], row[1], row[2])
    return Member(ref, row[3], frozenset(row[4]), row[5], _time(row[6]), _time(row[7]), row[8], len(row) > 9)


def _message(message: Message) -> dict[str, object]:
    row: dict[str, object] = {
        "r": _message_ref(message.ref),
        "a": _member(message.author),
        "t": message.text,
        "at": message.at,
    }
    if message.reply_to is not None:
        row["to"] = _message_ref(message.reply_to)
    if message.mentions:
        row["m"] = message.mentions
    if message.mentions_everyone:
        row["all"] = True
    if message.attachments:
        row["f"] = [[file.name, file.type, file.size, file.sha256] for file in message.attachments]
    if message.quoting is not None:
        row["q"] = message.quoting
    if message.forwarded:
        row["fw"] = True
    return row


def _read_message(row: dict[str, Any]) -> Message:
    return Message(
        read_message_ref(row["r"]),
        _read_member(row["a"]),
        row["t"],
        datetime.fromisoformat(row["at"]),
        read_message_ref(row["to"]) if "to" in row else None,
        tuple(row.get("m", ())),
        row.get("all", False),
        tuple(Attachment(*file) for file in row.get("f", ())),
        row.get("q"),
        row.get("fw", False),
    )


def write(event: Event) -> bytes:
    """The event without its key, which is a column of its own."""
    if isinstance(event, (MessagePosted, MessageEdited)):
        return to_bytes({"at": event.at, "message": _message(event.message)})
    return to_bytes({"at": event.at, **_other(event)})


def _other(event: Event) -> dict[str, object]:
    match event:
        case MessageRemoved():
            return {"message": _message_ref(event.message)}
        case MemberJoined() | MemberAdmitted() | MemberLeft():
            return {"member": _member(event.member)}
        case MemberRenamed():
            return {"member": _member(event.member), "before": event.before}
        case ReactionAdded():
            return {"member": _member(event.member), "message": _message_ref(event.message), "emoji": event.emoji}
        case ReportFiled():
            return {
                "member": _member(event.member),
                "about": _member_ref(event.about) if event.about else None,
                "message": _message_ref(event.message) if event.message else None,
                "text": event.text,
            }
        case CommandCalled():
            call = {"name": event.name, "arguments": dict(event.arguments)}
            on = {"message": _maybe_message(event.message), "about": _member_ref(event.about) if event.about else None}
            return {"member": _member(event.member), "channel": _channel(event.channel), **call, **on}
        case ButtonPressed():
            pressed = {"token": event.token, "message": _maybe_message(event.message)}
            return {"member": _member(event.member), "channel": _channel(event.channel), **pressed}
    raise TypeError(f"{type(event).__name__} is not an event the journal knows")


_READ: Final[Mapping[str, Callable[[str, datetime, dict[str, Any]], Event]]] = {
    "message": lambda key, at, row: MessagePosted(key=key, at=at, message=_read_message(row["message"])),
    "edit": lambda key, at, row: MessageEdited(key=key, at=at, message=_read_message(row["message"])),
    "removal": lambda key, at, row: MessageRemoved(key=key, at=at, message=read_message_ref(row["message"])),
    "join": lambda key, at, row: MemberJoined(key=key, at=at, member=_read_member(row["member"])),
    "admission": lambda key, at, row: MemberAdmitted(key=key, at=at, member=_read_member(row["member"])),
    "leave": lambda key, at, row: MemberLeft(key=key, at=at, member=_read_member(row["member"])),
    "rename": lambda key, at, row: MemberRenamed(
        key=key, at=at, member=_read_member(row["member"]), before=row["before"]
    ),
    "reaction": lambda key, at, row: ReactionAdded(
        key=key,
        at=at,
        member=_read_member(row["member"]),
        message=read_message_ref(row["message"]),
        emoji=row["emoji"],
    ),
    "report": lambda key, at, row: ReportFiled(
        key=key,
        at=at,
        member=_read_member(row["member"]),
        about=MemberRef(*row["about"]) if row["about"] else None,
        message=read_message_ref(row["message"]) if row["message"] else None,
        text=row["text"],
    ),
    "command": lambda key, at, row: CommandCalled(
        key=key,
        at=at,
        member=_read_member(row["member"]),
        channel=ChannelRef(*row["channel"]),
        name=row["name"],
        arguments=row["arguments"],
        message=_read_maybe_message(row.get("message")),
        about=MemberRef(*row["about"]) if row.get("about") else None,
    ),
    "button": lambda key, at, row: ButtonPressed(
        key=key,
        at=at,
        member=_read_member(row["member"]),
        channel=ChannelRef(*row["channel"]),
        token=row["token"],
        message=_read_maybe_message(row.get("message")),
    ),
}


def read(kind: str, key: str, data: bytes) -> Event:
    """The event that `write` turned into bytes."""
    row = from_bytes(data)
    return _READ[kind](key, datetime.fromisoformat(row["at"]), row)
