"""What happens in a room, as the homeserver tells it → our events. Knows rooms and people, asks nobody."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.adapters.matrix_power import MESSAGE, POWERS, REDACTION
from bot.adapters.matrix_rooms import CREATE, MEMBER, Present, Room, Rooms
from bot.adapters.matrix_text import attachment_of, poll_of, text_of
from moderation.model import (
    Event,
    Happening,
    MemberAdmitted,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    MessageRemoved,
    ReactionAdded,
)

Raw = Mapping[str, Any]
POLLS: Final = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})
_REMEMBERED: Final = 5_000
_MOST_MENTIONS: Final = 200


def moment(raw: Raw, now: datetime) -> datetime:
    """When the sender's homeserver says it happened, which is never after now."""
    try:
        return min(datetime.fromtimestamp(raw["origin_server_ts"] / 1000, UTC), now)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return now


@dataclass(frozen=True, slots=True)
class Written:
    """Whose a message is, and when it was posted."""

    author: str
    at: datetime


@dataclass(slots=True)
class Translator:
    """One for a connection. `written` remembers the last messages, so that an edit is known to be their author's."""

    rooms: Rooms
    written: OrderedDict[str, Written] = field(default_factory=OrderedDict)

    def remember(self, event: str, written: Written) -> None:
        """Whose a message is."""
        self.written[event] = written
        self.written.move_to_end(event)
        while len(self.written) > _REMEMBERED:
            self.written.popitem(last=False)

    def state(self, room: Room, raw: Raw) -> None:
        """Take in what a room says about itself."""
        kind, content = raw["type"], raw["content"]
        if not isinstance(content, Mapping):
            raise TypeError("a state's content is no object")
        if kind == POWERS:
            room.levels(content)
        elif kind == CREATE:
            room.created(content, str(raw["sender"]))
        elif kind == "m.room.name":
            room.name = str(content.get("name") or "")
        elif kind == "m.room.encryption":
            room.encrypted = bool(content.get("algorithm"))

    def events(self, room: Room, raw: Raw, now: datetime) -> list[Event]:
        """What a room's event means to us: nothing, one event, or two. Raises what malformed ones raise."""
        kind, content, at = raw["type"], raw["content"], moment(raw, now)
        if not isinstance(content, Mapping):
            raise TypeError("an event's content is no object")
        if kind == MEMBER and "state_key" in raw:
            return self._member(room, raw, at)
        if "state_key" in raw:
            self.state(room, raw)
            return []
        if kind == REDACTION:
            target = raw.get("redacts") or content.get("redacts")
            if not isinstance(target, str):
                raise TypeError("a redaction of nothing")
            return [MessageRemoved(key=f"matrix:gone:{target}", at=at, message=MessageRef(room.ref, target))]
        if raw["sender"] == self.rooms.me or not content:
            return []
        if kind == "m.reaction":
            return self._reaction(room, raw, at)
        if kind in POLLS or kind in (MESSAGE, "m.sticker"):
            return self._message(room, raw, at)
        return []

    def _message(self, room: Room, raw: Raw, at: datetime) -> list[Event]:
        content, author, id_ = raw["content"], str(raw["sender"]), str(raw["event_id"])
        relation = content.get("m.relates_to")
        relation = relation if isinstance(relation, Mapping) else {}
        new = content.get("m.new_content")
        if relation.get("rel_type") == "m.replace" and isinstance(new, Mapping):
            original = str(relation["event_id"])
            written = self.written.get(original)
            if written is not None and written.author == author:
                said = self._said(room, new, author, original, written.at, raw)
                return [
                    MessageEdited(key=f"matrix:msg:{original}:{raw['origin_server_ts']}:{id_}", at=at, message=said)
                ]
            content = {**content, **new}  # somebody else's: no edit, but words all the same
        self.remember(id_, Written(author, at))
        said = self._said(room, content, author, id_, at, raw)
        return [MessagePosted(key=f"matrix:msg:{id_}:0", at=at, message=said)]

    def _said(self, room: Room, content: Raw, author: str, id_: str, at: datetime, raw: Raw) -> Message:
        kind = str(raw["type"])
        called = content.get("m.mentions")
        called = called if isinstance(called, Mapping) else {}
        users = called.get("user_ids")
        ids = [one for one in users if isinstance(one, str)] if isinstance(users, list) else []
        poll = poll_of(content) if kind in POLLS else None
        text = poll if poll is not None else "" if kind == "m.sticker" else text_of(content)
        return Message(
            MessageRef(room.ref, id_),
            self.rooms.member(room.home, author, room),
            text,
            at,
            reply_to=self._reply(room, raw["content"]),
            mentions=tuple(dict.fromkeys(ids))[:_MOST_MENTIONS],
            mentions_everyone=called.get("room") is True,
            attachments=attachment_of(content, kind),
        )

    def _reply(self, room: Room, content: Raw) -> MessageRef | None:
        relation = content.get("m.relates_to")
        answered = relation.get("m.in_reply_to") if isinstance(relation, Mapping) else None
        event = answered.get("event_id") if isinstance(answered, Mapping) else None
        return MessageRef(room.ref, event) if isinstance(event, str) else None

    def _reaction(self, room: Room, raw: Raw, at: datetime) -> list[Event]:
        relation = raw["content"]["m.relates_to"]
        member = self.rooms.member(room.home, str(raw["sender"]), room)
        message = MessageRef(room.ref, str(relation["event_id"]))
        key = f"matrix:reaction:{raw['event_id']}"
        return [ReactionAdded(key=key, at=at, member=member, message=message, emoji=str(relation["key"])[:100])]

    def _member(self, room: Room, raw: Raw, at: datetime) -> list[Event]:
        """Membership is per room; a community is entered with its first room and left with the last."""
        content, person = raw["content"], str(raw["state_key"])
        before = (raw.get("unsigned") or {}).get("prev_content") or {}
        now, was = content.get("membership"), before.get("membership")
        if now == "join":
            return self._here(room, raw, at, was)
        if now == "knock" and was != "knock":
            room.waiting.add(person)
            key = f"matrix:knock:{room.id}:{person}:{raw['origin_server_ts']}"
            return [MemberJoined(key=key, at=at, member=self.rooms.member(room.home, person, pending=True))]
        if now != "invite":
            room.waiting.discard(person)
        if was != "join":
            room.present.pop(person, None)
            return []
        member = self.rooms.member(room.home, person, room)
        room.present.pop(person, None)
        if person == self.rooms.me or self.rooms.first(room.home.community, person):
            return []
        return [MemberLeft(key=f"matrix:leave:{room.id}:{person}:{raw['origin_server_ts']}", at=at, member=member)]

    def _here(self, room: Room, raw: Raw, at: datetime, was: object) -> list[Event]:
        person, name = str(raw["state_key"]), str(raw["content"].get("displayname") or "")
        known = room.present.get(person)
        since = (known.since if known else None) if was == "join" else at
        room.present[person] = Present(name, since)
        if person == self.rooms.me:
            return []
        stamp = f"{room.id}:{person}:{raw['origin_server_ts']}"
        elsewhere = self.rooms.first(room.home.community, person, but=room.id)
        member = self.rooms.member(room.home, person, room)
        if was == "join":
            before = str((raw.get("unsigned") or {}).get("prev_content", {}).get("displayname") or "")
            if before == name or (elsewhere is not None and elsewhere < room.id):
                return []
            return [MemberRenamed(key=f"matrix:name:{stamp}", at=at, member=member, before=before)]
        admitted = person in room.waiting
        room.waiting.discard(person)
        what: type[Happening] = MemberAdmitted if admitted else MemberJoined
        if elsewhere is not None and not admitted:
            return []
        event = what(key=f"matrix:join:{stamp}", at=at, member=member)  # type: ignore[call-arg]
        return [event]  # type: ignore[list-item]
