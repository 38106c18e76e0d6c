"""What happens in a workspace → Sereno's events. One small function for each of Slack's event types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from bot.adapters.homes import Home
from bot.adapters.slack_people import People
from bot.adapters.slack_read import (
    author_id,
    channel_of,
    edited,
    message,
    message_key,
    moment,
    written,
)
from moderation.model import (
    ChannelRef,
    Event,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageEdited,
    MessagePosted,
    MessageRef,
    MessageRemoved,
    ReactionAdded,
)

PRIVATE: Final = frozenset({"im", "mpim", "app_home"})
"""Conversations between a few people, which are no part of the community and are left alone."""
Row = Mapping[str, Any]


class It(NamedTuple):
    """One of Slack's events: whose home it happened in, the event, and when, as Slack writes it."""

    home: Home
    row: Row
    happened: str


Reader = Callable[["Events", It], Awaitable[Sequence[Event]]]


@dataclass(slots=True)
class Events:
    """Translates; remembers nothing but people and what channels are called."""

    people: People
    names: dict[str, str] = field(default_factory=dict)
    """Channel → what Slack calls it."""

    async def read(self, home: Home, row: Row, happened: str) -> Sequence[Event]:
        """The events in one of Slack's; none for what Sereno has no use for.

        Raises KeyError, TypeError, ValueError or AttributeError when it is malformed.
        """
        reader = READERS.get(str(row["type"]))
        return await reader(self, It(home, row, happened)) if reader else ()

    async def version(self, home: Home, team: str, channel: ChannelRef, row: Row) -> MessagePosted:
        """A message of somebody, as it was first posted or as it reads now."""
        author = await self.people.met(home, author_id(row), _display(row))
        said = message(row, channel, author)
        return MessagePosted(key=message_key(team, channel.id, row, "0"), at=said.at, message=said)

    async def revision(self, home: Home, team: str, channel: ChannelRef, row: Row, edit: str) -> MessageEdited:
        """A message as an edit at this time left it."""
        author = await self.people.met(home, author_id(row), _display(row))
        said = message(row, channel, author)
        return MessageEdited(key=message_key(team, channel.id, row, edit), at=moment(edit), message=said)

    def channel(self, home: Home, id_: str) -> ChannelRef:
        """A channel by Slack's id."""
        return channel_of(home, id_, self.names)


def team_of(home: Home) -> str:
    """The one workspace that is a community's home."""
    return min(home.places)


async def _message(events: Events, it: It) -> Sequence[Event]:
    if it.row.get("channel_type") in PRIVATE or str(it.row["channel"]).startswith("D"):
        return ()
    channel, team = events.channel(it.home, str(it.row["channel"])), team_of(it.home)
    match it.row.get("subtype"):
        case "message_changed":
            return await _changed(events, it, team, channel)
        case "message_deleted":
            return (_removed(team, channel, str(it.row["deleted_ts"]), it.happened),)
    if it.row.get("hidden") or not written(it.row):
        return ()
    return (await events.version(it.home, team, channel, it.row),)


async def _changed(events: Events, it: It, team: str, channel: ChannelRef) -> Sequence[Event]:
    """An edit, if somebody edited: a preview that unfolds and a thread that grows change a message too."""
    now, before = it.row["message"], it.row.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        return (_removed(team, channel, str(now["ts"]), it.happened),)
    if not written(now):
        return ()
    edit = edited(now)
    if edit == edited(before):
        if not before or now.get("text") == before.get("text"):
            return ()
        edit = it.happened
    return (await events.revision(it.home, team, channel, now, edit),)


def _removed(team: str, channel: ChannelRef, ts: str, happened: str) -> MessageRemoved:
    moment(ts)
    return MessageRemoved(
        key=f"slack:del:{team}:{channel.id}:{ts}", at=moment(happened), message=MessageRef(channel, ts)
    )


async def _reaction(events: Events, it: It) -> Sequence[Event]:
    item = it.row["item"]
    if item.get("type") != "message" or str(item["channel"]).startswith("D"):
        return ()
    channel, ts, person, emoji = str(item["channel"]), str(item["ts"]), str(it.row["user"]), str(it.row["reaction"])
    member = await events.people.met(it.home, person)
    key = f"slack:react:{team_of(it.home)}:{channel}:{ts}:{person}:{emoji}:{it.happened}"
    ref = MessageRef(events.channel(it.home, channel), ts)
    return (ReactionAdded(key=key, at=moment(it.happened), member=member, message=ref, emoji=emoji),)


async def _joined(events: Events, it: It) -> Sequence[Event]:
    user, team = it.row["user"], team_of(it.home)
    if user.get("team_id", team) != team:
        return ()  # somebody of another workspace, seen through a shared channel
    _, facts = events.people.learn(user)
    member = await events.people.met(it.home, facts.id)
    return (MemberJoined(key=f"slack:join:{team}:{facts.id}:{it.happened}", at=moment(it.happened), member=member),)


async def _person_changed(events: Events, it: It) -> Sequence[Event]:
    """A rename, a leave, a return; nothing for the many other things a profile can change in."""
    user, team = it.row["user"], team_of(it.home)
    if user.get("team_id", team) != team:
        return ()
    before, facts = events.people.learn(user)
    member = await events.people.met(it.home, facts.id)
    stamp, at = f"{team}:{facts.id}:{it.happened}", moment(it.happened)
    if facts.gone:
        return () if before and before.gone else (MemberLeft(key=f"slack:left:{stamp}", at=at, member=member),)
    if before is None:
        return ()
    if before.gone:
        return (MemberJoined(key=f"slack:join:{stamp}", at=at, member=member),)
    if before.name == facts.name:
        return ()
    return (MemberRenamed(key=f"slack:rename:{stamp}", at=at, member=member, before=before.name),)


async def _channel_named(events: Events, it: It) -> Sequence[Event]:
    channel = it.row["channel"]
    events.names[str(channel["id"])] = str(channel["name"])
    return ()


async def _group_changed(events: Events, it: It) -> Sequence[Event]:
    events.people.forget_group(str(it.row.get("subteam_id") or (it.row.get("subteam") or {}).get("id")))
    return ()


READERS: Final[Mapping[str, Reader]] = {
    "message": _message,
    "reaction_added": _reaction,
    "team_join": _joined,
    "user_change": _person_changed,
    "channel_rename": _channel_named,
    "channel_created": _channel_named,
    "subteam_updated": _group_changed,
    "subteam_members_changed": _group_changed,
}
"""What is read. `app_mention` is not: the message itself comes as well."""


def _display(row: Row) -> str:
    """What an integration calls itself."""
    profile = row.get("bot_profile") or row.get("user_profile") or {}
    return str(row.get("username") or profile.get("display_name") or profile.get("name") or "")
