"""Rooms with one person: the bot's direct messages, one room per person, found again over restarts."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from bot.adapters.ground import Ground
from bot.adapters.matrix_rooms import MEMBER, Room, Rooms
from bot.adapters.matrix_wire import Wire
from bot.adapters.turns import Urgency
from moderation.errors import Forbidden, Gone
from moderation.model import MemberRef

MARK: Final = "org.sereno.private"
"""State by which a room whose making was interrupted is found again; Matrix makes rooms without a transaction."""
_PREFIX: Final = "matrix:dm:"
_HERE: Final = frozenset({"join", "invite"})


class Private:
    """The rooms, by person; and the persons, by room."""

    def __init__(self, wire: Wire, rooms: Rooms, ground: Ground) -> None:
        self._wire = wire
        self._rooms = rooms
        self._cursors = ground.cursors
        self._making = asyncio.Lock()
        self._by_room: dict[str, MemberRef] = {}

    async def load(self) -> None:
        """Know again whose rooms these are."""
        for name, value in (await self._cursors.all(_PREFIX)).items():
            known = json.loads(value)
            if known["room"]:
                self._by_room[known["room"]] = MemberRef("matrix", known["community"], name.removeprefix(_PREFIX))

    def whose(self, room: str) -> Room | None:
        """A private room as a place to call commands in: of the community the person was told something by last."""
        member = self._by_room.get(room)
        home = next((home for home in self._rooms.homes if member and home.community == member.community), None)
        return Room(room, home) if home is not None else None

    async def room(self, member: MemberRef) -> str:
        """The room with somebody, who is invited again when they left it."""
        async with self._making:
            known = await self._known(member)
            found = known if known and await self._usable(known, member.id) else ""
            found = found or await self._direct(member.id) or await self._made(member, interrupted=known == "")
            if found != known or self._by_room.get(found) != member:
                await self._keep(member, found)
            return found

    async def _known(self, member: MemberRef) -> str | None:
        """The room; empty when its making was interrupted, None when nobody made one."""
        value = await self._cursors.get(_PREFIX + member.id)
        return None if value is None else str(json.loads(value)["room"])

    async def _usable(self, room: str, person: str) -> bool:
        try:
            state = await self._wire.state(room, MEMBER, person)
            if (state or {}).get("membership") not in _HERE:
                await self._wire.do(Urgency.TELL, "room_invite", room, person)
        except (Forbidden, Gone):
            return False
        return True

    async def _direct(self, person: str) -> str | None:
        """A direct room from before this database."""
        for room in (await self._list()).get(person) or ():
            try:
                state = await self._wire.state(room, MEMBER, person)
            except (Forbidden, Gone):
                continue
            if (state or {}).get("membership") in _HERE:
                return str(room)
        return None

    async def _made(self, member: MemberRef, *, interrupted: bool) -> str:
        if interrupted:
            found = await self._orphan(member.id)
            if found is not None:
                return found
        await self._keep(member, "")
        mark = {"type": MARK, "state_key": "", "content": {"for": member.id}}
        facts: dict[str, Any] = {"is_direct": True, "invite": [member.id], "initial_state": [mark]}
        made = await self._wire.do(Urgency.TELL, "room_create", **facts)
        room = str(made.room_id)
        direct = await self._list()
        direct[member.id] = [*(direct.get(member.id) or ()), room]
        await self._wire.put(Urgency.TELL, direct, "user", self._rooms.me, "account_data", "m.direct")
        return room

    async def _orphan(self, person: str) -> str | None:
        for room in (await self._wire.get("joined_rooms")).get("joined_rooms", ()):
            mark = await self._wire.state(room, MARK)
            if mark is not None and mark.get("for") == person:
                return str(room)
        return None

    async def _list(self) -> dict[str, Any]:
        try:
            return await self._wire.get("user", self._rooms.me, "account_data", "m.direct")
        except Gone:
            return {}

    async def _keep(self, member: MemberRef, room: str) -> None:
        if room:
            self._by_room[room] = member
        await self._cursors.put(_PREFIX + member.id, json.dumps({"room": room, "community": member.community}))
