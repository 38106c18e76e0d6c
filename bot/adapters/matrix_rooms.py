"""The rooms Sereno looks after: whose they are, who is in them, who may do what there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from bot.adapters.homes import Home, Homes
from bot.adapters.matrix_power import POWERS, Powers
from moderation.model import Capability, ChannelRef, Member, MemberRef

CREATE: Final = "m.room.create"
MEMBER: Final = "m.room.member"
MODERATORS: Final = "moderators"
BOT: Final = "bot"
"""Whoever a community calls so in its roles is another bot."""
_ABOVE: Final = 12
"""From this version of rooms on, creators stand above all levels."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in a room: the name shown there, and since when, where that is known."""

    name: str = ""
    since: datetime | None = None


@dataclass(slots=True)
class Room:
    """One room of a community."""

    id: str
    home: Home
    name: str = ""
    powers: Powers = field(default_factory=Powers)
    present: dict[str, Present] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    """Those who knock."""
    encrypted: bool = False

    @property
    def ref(self) -> ChannelRef:
        """How the rest of Sereno calls the room."""
        return self.home.channel(self.id, self.name)

    @property
    def for_staff(self) -> bool:
        """The moderators' own room, where ordinary members need no moderating."""
        return self.home.channels.get(MODERATORS) == self.id and len(self.home.places) > 1

    def created(self, content: Mapping[str, Any], sender: str) -> None:
        """Take in how the room came to be."""
        try:
            above = int(str(content.get("room_version") or "1")) >= _ABOVE
        except ValueError:
            above = False
        also = content.get("additional_creators")
        creators = {sender, *(also if isinstance(also, list) else ())} if above else set()
        self.powers = replace(self.powers, creators=frozenset(str(one) for one in creators if one))

    def levels(self, content: Mapping[str, Any]) -> None:
        """Take in who may do what from now on."""
        self.powers = replace(self.powers, content=content)


class Rooms:
    """All of them. `aliases` are addresses like `#general:example.org` and the rooms they lead to."""

    def __init__(self, homes: Homes) -> None:
        self.me = ""
        self._configured = tuple(homes)
        self.homes = self._configured
        self.aliases: dict[str, str] = {}
        self.by_id: dict[str, Room] = {}

    @property
    def wanted(self) -> frozenset[str]:
        """The ids and aliases the configuration names."""
        return frozenset(place for home in self._configured for place in {*home.places, *home.channels.values()})

    def settle(self, aliases: Mapping[str, str]) -> None:
        """Know the rooms by their ids; what an alias leads to no longer is one of ours when it leads elsewhere."""
        self.aliases = dict(aliases)
        self.homes = tuple(self._resolved(home) for home in self._configured)
        named = {place: home for home in self.homes for place in {*home.places, *home.channels.values()}}
        known = self.by_id
        self.by_id = {}
        for place, home in named.items():
            if place.startswith("!"):
                room = known.get(place) or Room(place, home)
                room.home = home
                self.by_id[place] = room

    def _resolved(self, home: Home) -> Home:
        places = frozenset(self.id_of(place) for place in home.places)
        return replace(home, places=places, channels={ours: self.id_of(room) for ours, room in home.channels.items()})

    def id_of(self, place: str) -> str:
        """A room's id, by the id or an alias."""
        return self.aliases.get(place, place)

    def of(self, community: str) -> Iterator[Room]:
        """A community's rooms that the bot is in, in a fixed order."""
        return (room for id_, room in sorted(self.by_id.items()) if self._ours(room, community))

    def _ours(self, room: Room, community: str) -> bool:
        return room.home.community == community and self.me in room.present

    def first(self, community: str, person: str, but: str = "") -> str | None:
        """The first of a community's rooms that somebody is in, leaving out one; None when in none."""
        return next((room.id for room in self.of(community) if person in room.present and room.id != but), None)

    def member(self, home: Home, person: str, at: Room | None = None, *, pending: bool = False) -> Member:
        """Somebody as their rooms describe them, by the name they have in one; the highest standing counts, so that
        staff is protected."""
        rooms = [room for room in self.by_id.values() if room.home.community == home.community]
        shown = [room.present[person] for room in ([at] if at else []) + rooms if person in room.present]
        since = min((one.since for one in shown if one.since is not None), default=None)
        roles = frozenset[str]().union(*(room.powers.roles(person) for room in rooms), home.roles_of([person]))
        name = next((one.name for one in shown if one.name), person)
        is_bot = person == self.me or BOT in roles
        return Member(home.member(person), name, roles - {BOT}, is_bot, here_since=since, pending=pending)

    def can(self, community: str) -> frozenset[Capability]:
        """What the bot may do in at least one room that members are in."""
        rooms = [room for room in self.of(community) if not room.for_staff] or list(self.of(community))
        return frozenset[Capability]().union(*(room.powers.can(self.me) for room in rooms))

    def rights(self, member: MemberRef) -> frozenset[Capability]:
        """What somebody may do in every room that members are in: less in one room is less altogether."""
        rooms = [room for room in self.of(member.community) if not room.for_staff] or list(self.of(member.community))
        if not rooms or self.first(member.community, member.id) is None:
            return frozenset()
        return frozenset.intersection(*(room.powers.rights(member.id) for room in rooms))


STATE: Final = (CREATE, POWERS, "m.room.name", "m.room.encryption")
"""What Sereno wants to know of a room."""
