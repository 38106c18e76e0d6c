"""What is done to people: silenced by a power level, removed, kept out; and the ends of it, which Matrix does not know.

A sanction holds in all rooms of a community. Ends are on disk and kept by `ends`, so that they come about after a
restart, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from bot.adapters.ground import Ground
from bot.adapters.matrix_levels import Levels
from bot.adapters.matrix_power import Powers, with_level
from bot.adapters.matrix_rooms import MEMBER, Room, Rooms
from bot.adapters.matrix_wire import Wire
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, Forbidden, Gone, StoreError
from moderation.model import Capability, MemberRef

LOOK: Final = 10.0
"""Seconds between two looks for what is over; sanctions end within a minute of their time."""
SHORTEST: Final = 0.2
_SILENCE: Final = "matrix:silence:"
_BAN: Final = "matrix:ban:"
_GONE: Final = frozenset({None, "leave", "ban"})


class People:
    """Staff is protected by Matrix itself: who has the bot's level or a higher one cannot be touched."""

    def __init__(self, wire: Wire, rooms: Rooms, levels: Levels, ground: Ground) -> None:
        self._wire = wire
        self._rooms = rooms
        self._levels = levels
        self._cursors = ground.cursors
        self._clock = ground.clock
        self._changed = asyncio.Event()
        self._log: Any = structlog.get_logger(__name__)

    async def membership(self, room: Room, person: str) -> str | None:
        """`join`, `invite`, `knock`, `leave`, `ban`; None for who was never there."""
        state = await self._wire.state(room.id, MEMBER, person)
        return None if state is None else str(state.get("membership"))

    async def silence(self, member: MemberRef, until: datetime | None) -> None:
        """Below the level for writing until a moment; the level from before is kept."""
        if until is None or until <= self._clock.now():
            await self.speak(member)
            return
        name = _SILENCE + _who(member)
        kept = json.loads(await self._cursors.get(name) or "{}")
        rooms: dict[str, Any] = kept.get("rooms", {})
        reach = self._reach(member, Capability.TIMEOUT)
        for room in reach:
            before = await self._levels.fresh(room)
            known = rooms.get(room.id)
            if known is None or before.listed(member.id) != known["set"]:
                rooms[room.id] = {"before": before.listed(member.id), "set": before.silence()}
        value = {"member": [member.community, member.id], "until": until.timestamp(), "rooms": rooms}
        await self._cursors.put(name, json.dumps(value))
        self._changed.set()
        await self._each(reach, lambda room: self._quiet(room, member.id, rooms))

    async def speak(self, member: MemberRef) -> None:
        """The level from before, where nobody has given another one meanwhile."""
        name = _SILENCE + _who(member)
        value = await self._cursors.get(name)
        if value is None:
            return
        kept: dict[str, Any] = json.loads(value)["rooms"]
        rooms = [room for id_, room in self._rooms.by_id.items() if id_ in kept]
        await self._each(rooms, lambda room: self._levels.change(room, _back(member.id, kept[room.id])))
        await self._cursors.drop(name)

    async def kick(self, member: MemberRef, reason: str) -> None:
        """Out of every room; Gone when they are in none."""
        rooms = [
            room for room in self._rooms.of(member.community) if await self.membership(room, member.id) not in _GONE
        ]
        if not rooms:
            raise Gone("nobody of that name is here")
        await self._each(rooms, lambda room: self._out("room_kick", room, member.id, reason))

    async def ban(self, member: MemberRef, until: datetime | None, reason: str) -> None:
        """Out of every room and kept out, also of those they never were in."""
        if until is not None and until <= self._clock.now():
            return
        name = _BAN + _who(member)
        if until is not None:
            value = {"member": [member.community, member.id], "until": until.timestamp()}
            await self._cursors.put(name, json.dumps(value))
            self._changed.set()
        else:
            await self._cursors.drop(name)
        reach = self._reach(member, Capability.BAN)
        await self._each(reach, lambda room: self._out("room_ban", room, member.id, reason))

    async def unban(self, member: MemberRef) -> None:
        """May come back; nothing where they were not kept out."""
        banned = [room for room in self._rooms.of(member.community) if await self.membership(room, member.id) == "ban"]
        await self._each(banned, lambda room: self._wire.do(Urgency.ENFORCE, "room_unban", room.id, member.id))
        await self._cursors.drop(_BAN + _who(member))

    def _reach(self, member: MemberRef, needs: Capability) -> list[Room]:
        """Where the bot may, and where the person is: a room they never were in and it has no power over is no matter."""
        rooms = self._rooms.of(member.community)
        return [room for room in rooms if needs in room.powers.can(self._rooms.me) or member.id in room.present]

    async def ends(self) -> None:
        """Until cancelled: let time-outs and bans end when they are over."""
        while True:
            self._changed.clear()
            wait = LOOK
            for prefix, lift in ((_SILENCE, self.speak), (_BAN, self.unban)):
                try:
                    wait = min(wait, await self._lift(prefix, lift))
                except StoreError as error:
                    self._log.warning("the ends of sanctions cannot be read", why=str(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(SHORTEST, wait)):
                    await self._changed.wait()

    async def _lift(self, prefix: str, lift: Callable[[MemberRef], Awaitable[None]]) -> float:
        """Lift what is over; seconds until the next is."""
        soonest = LOOK
        for value in (await self._cursors.all(prefix)).values():
            kept = json.loads(value)
            left = (datetime.fromtimestamp(kept["until"], UTC) - self._clock.now()).total_seconds()
            soonest = min(soonest, left) if left > 0 else soonest
            if left > 0:
                continue
            try:
                await lift(MemberRef("matrix", *kept["member"]))
            except ChatError as error:
                self._log.warning("a sanction that is over could not be lifted yet", why=str(error))
        return soonest

    async def _quiet(self, room: Room, person: str, rooms: dict[str, Any]) -> None:
        await self._levels.change(room, lambda powers: with_level(powers.content, person, rooms[room.id]["set"]))

    async def _out(self, call: str, room: Room, person: str, reason: str) -> None:
        await self._wire.do(Urgency.ENFORCE, call, room.id, person, reason[:500])

    async def _each(self, rooms: Iterable[Room], do: Callable[[Room], Awaitable[Any]]) -> None:
        """In all rooms where the bot may; afterwards Forbidden names those where it may not."""
        denied = []
        for room in rooms:
            try:
                await do(room)
            except Forbidden as error:
                denied.append(f"{room.name or room.id}: {error}")
        if denied:
            raise Forbidden("; ".join(denied))


def _who(member: MemberRef) -> str:
    return f"{member.community}:{member.id}"


def _back(person: str, kept: dict[str, Any]) -> Callable[[Powers], Any]:
    def change(powers: Powers) -> Any:
        if powers.listed(person) != kept["set"]:
            return powers.content
        return with_level(powers.content, person, kept["before"])

    return change
