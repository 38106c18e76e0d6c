"""The room's present state in memory, written through to its rows: who is here, who may write, which channels."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.adapters.feed import Feed, PersonChanged, PlaceChanged
from bot.adapters.ground import Door
from bot.commands.spec import Audience, Spec
from bot.stores.journal import Journal, subject_of
from bot.stores.room import Place, Resident, RoomRows
from moderation.errors import Forbidden, Gone, RateLimited
from moderation.model import STAFF, ChannelRef, Member, MemberRef, MessageRef
from moderation.ports import Clock

PLATFORM: Final = "plaza"
MODERATORS: Final = "mod-room"
"""The channel where cards go; only staff and whoever holds the moderators' key reads it."""
DOOR: Final = "~door"
"""A channel nobody sees: while it is locked, nobody new comes in."""
BOT: Final = "sereno"

PLACES: Final = tuple(Place(name, name) for name in ("general", "help", "art", MODERATORS, DOOR))
_LONG_AGO: Final = timedelta(days=365)
_MENTION: Final = re.compile(r"(?<![\w@])@([\w-]{1,64})")


def cast(now: datetime) -> tuple[Resident, ...]:
    """The people a room starts with: a newcomer, two regulars, a moderator."""
    past = now - _LONG_AGO
    return (
        Resident("eve", "Eve", account_created=now, here_since=now),
        Resident("ana", "Ana", account_created=past, here_since=past),
        Resident("bo", "Bo", account_created=past, here_since=past),
        Resident("mod", "Mod", frozenset({"moderator"}), account_created=past, here_since=past),
    )


@dataclass(slots=True)
class Hall:
    """Loads itself on first use. Every change goes to the rows first, then to memory and the feed.

    `accept` is the journal's own until somebody stands at the door (`Plaza.connect`).
    """

    journal: Journal
    rows: RoomRows
    clock: Clock
    feed: Feed
    community: str
    accept: Door
    commands: Mapping[str, Spec] = field(default_factory=dict)
    """What is a command when its name is typed after a `/`."""
    residents: dict[str, Resident] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    spoke: dict[tuple[str, str], datetime] = field(default_factory=dict)
    arriving: dict[str, asyncio.Event] = field(default_factory=dict)
    """Messages on their way to the journal: whoever wants to remove one waits until everybody has seen it come."""
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _loaded: bool = False

    async def ready(self) -> None:
        """Have the rows at hand; furnish a room that is new."""
        if self._loaded:
            return
        async with self._loading:
            if self._loaded:
                return
            now = self.clock.now()
            fresh = not await self.journal.read(self.rows.residents)
            people = cast(now) if fresh else ()
            await self.journal.write(lambda c: self.rows.furnish(c, people, PLACES), "room")
            self.residents = {one.id: one for one in await self.journal.read(self.rows.residents)}
            self.places = {one.id: one for one in await self.journal.read(self.rows.places)}
            self.said = dict(await self.journal.read(self.rows.said))
            self._loaded = True

    def place(self, channel: str) -> Place:
        """A channel; Gone when there is none of that name."""
        place = self.places.get(channel)
        if place is None or channel == DOOR:
            raise Gone("There is no channel of that name.")
        return place

    def resident(self, member: str) -> Resident:
        """A person; Gone when nobody of that id was ever here."""
        resident = self.residents.get(member)
        if resident is None:
            raise Gone("There is nobody of that name.")
        return resident

    async def change(self, member: str, **changes: Any) -> Resident:
        """Set some facts of a person, on disk, in memory and for everybody who watches."""
        self.resident(member)
        await self.journal.write(lambda c: self.rows.change_resident(c, member, changes), "room")
        return self.changed(member, changes)

    def changed(self, member: str, changes: Mapping[str, Any]) -> Resident:
        """As `change`, for facts that are on disk already."""
        before = self.residents[member]
        after = replace(before, **changes)
        self.residents[member] = after
        if after != before:
            self.feed.publish(PersonChanged(after))
        return after

    async def change_place(self, channel: str, **changes: Any) -> None:
        """Set some facts of a channel."""
        before = self.places.get(channel)
        if before is None:
            raise Gone("There is no channel of that name.")
        await self.journal.write(lambda c: self.rows.change_place(c, channel, changes), "room")
        after = replace(before, **changes)
        self.places[channel] = after
        if after != before:
            self.feed.publish(PlaceChanged(after))

    def channel_ref(self, channel: str) -> ChannelRef:
        """How the rest of Sereno calls a channel."""
        place = self.places.get(channel)
        return ChannelRef(PLATFORM, self.community, channel, place.name if place else channel)

    def message_ref(self, channel: str, line: str) -> MessageRef:
        """How the rest of Sereno calls a message."""
        return MessageRef(self.channel_ref(channel), line)

    def for_staff(self, command: str) -> bool:
        """Whether a command is for those who keep order: it, and its answer, need the moderators' key."""
        return command in self.commands and self.commands[command].audience is not Audience.EVERYBODY

    def member_ref(self, member: str) -> MemberRef:
        """How the rest of Sereno calls a person."""
        return MemberRef(PLATFORM, self.community, member)

    def subject(self, member: str) -> str:
        """Under whose key something is sealed."""
        return subject_of(self.member_ref(member))

    def member(self, resident: Resident) -> Member:
        """A person as events carry them; a message being written counts as written."""
        return Member(
            self.member_ref(resident.id),
            resident.name,
            resident.roles,
            resident.id == BOT,
            resident.account_created,
            resident.here_since,
            self.said.get(self.subject(resident.id), 0) + 1,
        )

    def mentions(self, text: str) -> tuple[tuple[str, ...], bool]:
        """The ids of the people a text calls by `@id` or `@name`, and whether it calls everybody."""
        called = dict.fromkeys(name.casefold() for name in _MENTION.findall(text))
        if not called:
            return (), False
        by_name = {one.name.casefold(): one.id for one in self.residents.values()}
        ids = {one.casefold(): one for one in self.residents}
        found = (ids.get(name) or by_name.get(name) for name in called)
        return tuple(dict.fromkeys(one for one in found if one)), not called.keys().isdisjoint({"everyone", "here"})

    def may_write(self, resident: Resident, place: Place, now: datetime) -> None:
        """Raises, in words for the person, when they may not write here now."""
        name = resident.name or resident.id
        if banned(resident, now):
            raise Forbidden(f"{name} is kept out of this room{_until(resident.banned_until)}.")
        if resident.left_at is not None:
            raise Forbidden(f"{name} is not in the room.")
        if resident.timeout_until is not None and resident.timeout_until > now:
            raise Forbidden(f"{name} cannot write{_until(resident.timeout_until)}.")
        if not STAFF.isdisjoint(resident.roles):
            return
        if place.id == MODERATORS:
            raise Forbidden("Only moderators write here.")
        if place.locked:
            raise Forbidden("This channel is locked for the moment.")
        last = self.spoke.get((resident.id, place.id))
        wait = place.slow_mode - (now - last).total_seconds() if last is not None and place.slow_mode else 0.0
        if wait > 0:
            raise RateLimited(wait)


def banned(resident: Resident, now: datetime) -> bool:
    """Whether a person is kept out at this moment."""
    return resident.banned and (resident.banned_until is None or resident.banned_until > now)


def _until(moment: datetime | None) -> str:
    return "" if moment is None else f" until {moment:%Y-%m-%d %H:%M:%S} UTC"
