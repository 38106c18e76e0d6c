"""What Discord sends, as Sereno's events. The gateway and the REST API describe a message in the same form, so that live
delivery, retry and backfill give the same event under the same key."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from discord.utils import snowflake_time

from bot.adapters.discord_places import PLATFORM, Places
from bot.adapters.homes import Home, Homes
from bot.stores.times import millis
from moderation.model import (
    Attachment,
    Event,
    Member,
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
from moderation.ports import Clock

Raw = Mapping[str, Any]
WRITTEN: Final = frozenset({0, 19, 20, 21, 23})
"""Message types that somebody wrote: plain, reply, answers to commands, the start of a thread. The others are Discord's
own lines (joins, boosts, pins)."""
FORWARD: Final = 1
REMEMBERED: Final = 50_000
"""People whose last name is kept in memory, to tell a new name from another change."""


def moment(text: str | None) -> datetime | None:
    """A time as Discord writes it, in UTC."""
    return None if not text else datetime.fromisoformat(text).astimezone(UTC)


def text_of(raw: Raw) -> str:
    """Everything somebody wrote or brought along: their words, forwarded words, a poll's question and answers."""
    snapshots = [snapshot.get("message") or {} for snapshot in raw.get("message_snapshots") or ()]
    lines = [str(part.get("content") or "") for part in (raw, *snapshots)]
    poll = raw.get("poll") or {}
    media = [poll.get("question") or {}, *((one.get("poll_media") or {}) for one in poll.get("answers") or ())]
    lines += [str(one.get("text") or "") for one in media]
    return "\n".join(line for line in lines if line)


def attachments_of(raw: Raw) -> tuple[Attachment, ...]:
    """Files, forwarded ones included."""
    parts = (raw, *((snapshot.get("message") or {}) for snapshot in raw.get("message_snapshots") or ()))
    files = [file for part in parts for file in part.get("attachments") or ()]
    return tuple(
        Attachment(str(file.get("filename", "")), str(file.get("content_type") or ""), file.get("size"))
        for file in files
    )


class Translator:
    """Keeps people's last names and times of joining in memory, bounded; everything else is in what Discord sends."""

    def __init__(self, homes: Homes, places: Places, clock: Clock) -> None:
        self.pending: set[tuple[str, str]] = set()
        """Server and person of those who have not accepted the rules yet."""
        self._homes = homes
        self._places = places
        self._clock = clock
        self._people: OrderedDict[tuple[str, str], tuple[str, int]] = OrderedDict()
        self._kinds: Mapping[str, Callable[[Home, str, Raw], Iterable[Event]]] = {
            "MESSAGE_CREATE": self._created,
            "MESSAGE_UPDATE": self._updated,
            "MESSAGE_DELETE": self._deleted,
            "MESSAGE_DELETE_BULK": self._deleted,
            "MESSAGE_REACTION_ADD": self._reacted,
            "GUILD_MEMBER_ADD": self._joined,
            "GUILD_MEMBER_UPDATE": self._changed,
            "GUILD_MEMBER_REMOVE": self._left,
            "GUILD_BAN_ADD": self._left,
        }

    def home(self, raw: Raw) -> tuple[Home, str] | None:
        """Whose place an event happened in; None for strangers' and for direct messages."""
        place = str(raw.get("guild_id") or "")
        home = self._homes.at(place)
        return None if home is None else (home, place)

    def concerns(self, name: str, raw: Raw) -> bool:
        """Whether such an event can become one of Sereno's."""
        return name in self._kinds and self.home(raw) is not None

    def events(self, name: str, raw: Raw) -> Sequence[Event]:
        """The events; raises KeyError, TypeError or ValueError for what is malformed."""
        where = self.home(raw)
        if where is None or name not in self._kinds:
            return ()
        return tuple(self._kinds[name](*where, raw))

    def member(self, home: Home, place: str, user: Raw, raw: Raw | None) -> Member:
        """A person; without the server's part of them nothing is known but the account."""
        id_ = str(user["id"])
        raw = raw or {}
        name = str(raw.get("nick") or user.get("global_name") or user.get("username") or "")
        return Member(
            ref=home.member(id_),
            name=name,
            roles=self._places.roles(home, place, id_, map(str, raw.get("roles") or ())),
            is_bot=bool(user.get("bot")),
            account_created=snowflake_time(int(id_)),
            here_since=moment(raw.get("joined_at")),
            pending=bool(raw.get("pending")),
        )

    def message(self, home: Home, place: str, raw: Raw) -> Message:
        """A message in full."""
        ref = self._ref(home, place, raw, str(raw["id"]))
        author = self.member(home, place, raw["author"], raw.get("member"))
        if raw.get("webhook_id"):
            author = Member(author.ref, author.name, is_bot=True)
        cited = raw.get("message_reference") or {}
        forwarded = cited.get("type", 0) == FORWARD or bool(raw.get("message_snapshots"))
        replied = cited.get("message_id") if not forwarded else None
        posted = moment(raw.get("timestamp")) or snowflake_time(int(raw["id"]))
        return Message(
            ref=ref,
            author=author,
            text=text_of(raw),
            at=posted,
            reply_to=None if not replied else MessageRef(ref.channel, str(replied)),
            mentions=tuple(dict.fromkeys(str(one["id"]) for one in raw.get("mentions") or ())),
            mentions_everyone=bool(raw.get("mention_everyone")),
            attachments=attachments_of(raw),
            forwarded=forwarded,
        )

    def posted(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        """A message as it was posted."""
        if raw.get("type", 0) in WRITTEN:
            message = self.message(home, place, raw)
            key = f"{PLATFORM}:msg:{message.ref.channel.id}:{message.ref.id}:0"
            yield MessagePosted(key=key, at=message.at, message=message)

    def edited(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        """A message as somebody changed it; a preview that Discord adds is no edit."""
        at = moment(raw.get("edited_timestamp"))
        if at is not None and raw.get("type", 0) in WRITTEN:
            message = self.message(home, place, raw)
            key = f"{PLATFORM}:msg:{message.ref.channel.id}:{message.ref.id}:{millis(at)}"
            yield MessageEdited(key=key, at=at, message=message)

    def remember(self, place: str, user: Raw, raw: Raw) -> tuple[str, int] | None:
        """Note a person's name and time of joining; what was known before."""
        who = (place, str(user["id"]))
        joined = moment(raw.get("joined_at"))
        name = str(raw.get("nick") or user.get("global_name") or user.get("username") or "")
        before = self._people.pop(who, None)
        self._people[who] = (name, millis(joined) if joined else before[1] if before else 0)
        while len(self._people) > REMEMBERED:
            self._people.popitem(last=False)
        return before

    def _created(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        if raw.get("member") and not raw.get("webhook_id"):
            self.remember(place, raw["author"], raw["member"])
        yield from self.posted(home, place, raw)

    def _updated(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        yield from self.edited(home, place, raw)

    def _deleted(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        for id_ in raw.get("ids") or (raw["id"],):
            ref = self._ref(home, place, raw, str(id_))
            yield MessageRemoved(key=f"{PLATFORM}:gone:{ref.channel.id}:{ref.id}", at=self._clock.now(), message=ref)

    def _reacted(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        ref = self._ref(home, place, raw, str(raw["message_id"]))
        part = raw.get("member") or {}
        member = self.member(home, place, part.get("user") or {"id": raw["user_id"]}, part)
        emoji = ":".join(str(part) for part in (raw["emoji"].get("name"), raw["emoji"].get("id")) if part)
        key = f"{PLATFORM}:react:{ref.channel.id}:{ref.id}:{member.ref.id}:{emoji}"
        yield ReactionAdded(key=key, at=self._clock.now(), member=member, message=ref, emoji=emoji)

    def _joined(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        member = self.member(home, place, raw["user"], raw)
        self.remember(place, raw["user"], raw)
        at = member.here_since or self._clock.now()
        if member.pending:
            self.pending.add((place, member.ref.id))
        yield MemberJoined(key=f"{PLATFORM}:join:{place}:{member.ref.id}:{millis(at)}", at=at, member=member)

    def _changed(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        member, now = self.member(home, place, raw["user"], raw), self._clock.now()
        before = self.remember(place, raw["user"], raw)
        who = (place, member.ref.id)
        if who in self.pending and raw.get("pending") is False:
            self.pending.discard(who)
            since = millis(member.here_since) if member.here_since else 0
            key = f"{PLATFORM}:admitted:{place}:{member.ref.id}:{since}"
            yield MemberAdmitted(key=key, at=now, member=member)
        if before is None or before[0] != member.name:
            yield self._renamed(member, place, before[0] if before else None, now)

    def _renamed(self, member: Member, place: str, before: str | None, now: datetime) -> Event:
        """Discord does not say what changed. Of somebody not heard of since the start, each name is judged once."""
        name = hashlib.sha256(member.name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        when = "0" if before is None else str(millis(now))
        key = f"{PLATFORM}:name:{place}:{member.ref.id}:{name}:{when}"
        return MemberRenamed(key=key, at=now, member=member, before=before or "")

    def _left(self, home: Home, place: str, raw: Raw) -> Iterator[Event]:
        """Gone by themselves, kicked or banned: one event, by the time of joining where it is known."""
        member, now = self.member(home, place, raw["user"], None), self._clock.now()
        known = self._people.get((place, member.ref.id))
        self.pending.discard((place, member.ref.id))
        stay = known[1] if known else f"{now:%Y%m%d%H}"
        yield MemberLeft(key=f"{PLATFORM}:leave:{place}:{member.ref.id}:{stay}", at=now, member=member)

    def _ref(self, home: Home, place: str, raw: Raw, id_: str) -> MessageRef:
        return MessageRef(self._places.channel(home, place, str(raw["channel_id"])), id_)
