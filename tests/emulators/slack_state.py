"""What a Slack workspace keeps: people, channels, messages, groups, tokens with their scopes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
BOT_SCOPES = (
    "channels:history channels:join channels:manage channels:read chat:write commands groups:history groups:read "
    "groups:write im:history im:write reactions:read team:read usergroups:read users:read".split()
)
USER_SCOPES = ["chat:write"]


@dataclass(slots=True)
class Person:
    id: str
    name: str
    real_name: str = ""
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False
    locale: str = "en-US"
    team: str = ""
    updated: float = 0.0


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    is_private: bool = False
    is_general: bool = False
    is_im: bool = False
    is_archived: bool = False
    members: list[str] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)
    """By ts, in order."""


@dataclass(slots=True)
class Ephemeral:
    channel: str
    user: str
    text: str
    by: str
    """`chat.postEphemeral` or `response_url`."""


@dataclass(slots=True)
class Token:
    kind: str
    """bot, user or app."""
    user: str
    scopes: set[str]
    error: str = ""
    """With which Slack turns it down, such as `token_revoked`."""


@dataclass(slots=True)
class Workspace:
    """One team. Times are the computer's own, ids count up."""

    team: str = "T0001"
    name: str = "Club"
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Id → handle, people."""
    tokens: dict[str, Token] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    triggers: set[str] = field(default_factory=set)
    response_urls: dict[str, Json] = field(default_factory=dict)
    """Path → channel, user, uses left, message ts."""
    page: int = 1000
    """Most rows in one page."""
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _last: float = 0.0

    def number(self) -> int:
        return next(self._count)

    def ts(self) -> str:
        """A time nobody else has."""
        self._last = max(time.time(), self._last + 0.000_01)
        return f"{self._last:.6f}"

    def person(self, name: str) -> Person:
        """By short name or id."""
        found = self.people.get(name) or next((one for one in self.people.values() if one.name == name), None)
        if found is None:
            raise KeyError(f"nobody is called {name}")
        return found

    def add_person(self, name: str, **facts: Any) -> Person:
        person = Person(f"U{self.number():05d}", name, team=self.team, updated=time.time())
        for fact, value in facts.items():
            setattr(person, fact, value)
        self.people[person.id] = person
        return person

    def add_channel(self, name: str, members: Iterable[str] = (), **facts: Any) -> Channel:
        channel = Channel(f"C{self.number():05d}", name, members=list(members), **facts)
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str, bot: str) -> Channel:
        """The conversation between a person and the bot."""
        for channel in self.channels.values():
            if channel.is_im and set(channel.members) == {user, bot}:
                return channel
        channel = Channel(f"D{self.number():05d}", "", is_im=True, members=[user, bot])
        self.channels[channel.id] = channel
        return channel

    def named(self, name: str) -> Channel:
        return next(one for one in self.channels.values() if name in (one.id, one.name))

    def user_json(self, person: Person, *, locale: bool = False) -> Json:
        body: Json = {
            "id": person.id,
            "team_id": person.team,
            "name": person.name.lower(),
            "deleted": person.deleted,
            "is_bot": person.is_bot,
            "is_admin": person.is_admin,
            "is_owner": person.is_owner,
            "is_primary_owner": False,
            "updated": int(person.updated),
            "profile": {"display_name": person.name, "real_name": person.real_name or person.name},
        }
        return {**body, "locale": person.locale} if locale else body

    def channel_json(self, channel: Channel, seen_by: str) -> Json:
        return {
            "id": channel.id,
            "name": channel.name,
            "is_channel": not channel.is_private and not channel.is_im,
            "is_private": channel.is_private,
            "is_im": channel.is_im,
            "is_general": channel.is_general,
            "is_archived": channel.is_archived,
            "is_member": seen_by in channel.members,
            "num_members": len(channel.members),
        }

    def replies(self, channel: Channel, parent: str) -> list[Json]:
        return [row for row in channel.messages.values() if row.get("thread_ts") == parent and row["ts"] != parent]

    def visible(self, name: str) -> list[Json]:
        """What any member reads in a channel, threads included."""
        return [row for row in self.named(name).messages.values() if row.get("subtype") != "tombstone"]


def shown(text: str) -> str:
    """As a client shows a text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
