"""Changing what people may do in a room: power levels and join rules, read fresh, written once, remembered to be undone."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.adapters.ground import Ground
from bot.adapters.matrix_power import MODERATOR, POWERS, RULES, Powers, locked, number, unlocked
from bot.adapters.matrix_rooms import Room
from bot.adapters.matrix_wire import Json, Wire
from bot.adapters.turns import Urgency

_LOCK: Final = "matrix:lock:"
_DOOR: Final = "matrix:door:"
_INVITE: Final = "invite"


class Levels:
    """One writer at a time per room, for Matrix has no way to say `only if nobody else has changed it`."""

    def __init__(self, wire: Wire, ground: Ground) -> None:
        self._wire = wire
        self._cursors = ground.cursors
        self._writing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def fresh(self, room: Room) -> Powers:
        """A room's levels as they are now."""
        room.levels(await self._wire.state(room.id, POWERS) or {})
        return room.powers

    async def change(self, room: Room, change: Callable[[Powers], Mapping[str, Any]]) -> None:
        """Write other levels, unless they are so already."""
        async with self._writing[room.id]:
            before = await self.fresh(room)
            after = dict(change(before))
            if after != before.content:
                await self._set(room, POWERS, after)
                room.levels(after)

    async def lock(self, room: Room) -> None:
        """Only moderators write."""
        name = _LOCK + room.id
        if await self._cursors.get(name) is None:
            before = await self.fresh(room)
            kept = {what: before.content.get(what) for what in ("events", "events_default")}
            await self._cursors.put(name, json.dumps(kept))
        await self.change(room, lambda powers: locked(powers.content))

    async def unlock(self, room: Room) -> None:
        """As it was before; nothing where the bot locked nothing."""
        kept = await self._cursors.get(_LOCK + room.id)
        if kept is not None:
            before = json.loads(kept)
            await self.change(room, lambda powers: unlocked(powers.content, before))
            await self._cursors.drop(_LOCK + room.id)

    async def close_door(self, room: Room) -> None:
        """Nobody comes in but whom moderators invite."""
        name = _DOOR + room.id
        rule = await self._wire.state(room.id, RULES) or {}
        powers = await self.fresh(room)
        if await self._cursors.get(name) is None:
            kept = {"rule": rule, "invite": powers.content.get("invite")}
            await self._cursors.put(name, json.dumps(kept))
        if rule.get("join_rule") != _INVITE:
            await self._set(room, RULES, {"join_rule": _INVITE})
        await self.change(room, _only_moderators_invite)

    async def open_door(self, room: Room) -> None:
        """As it was before, unless somebody has set it otherwise meanwhile."""
        value = await self._cursors.get(_DOOR + room.id)
        if value is None:
            return
        kept = json.loads(value)
        rule = await self._wire.state(room.id, RULES) or {}
        if rule.get("join_rule") == _INVITE and kept["rule"] and kept["rule"] != rule:
            await self._set(room, RULES, kept["rule"])
        await self.change(room, lambda powers: _invites_as(powers, kept["invite"]))
        await self._cursors.drop(_DOOR + room.id)

    async def _set(self, room: Room, kind: str, content: Json) -> None:
        await self._wire.do(Urgency.ENFORCE, "room_put_state", room.id, kind, content)


def _only_moderators_invite(powers: Powers) -> Mapping[str, Any]:
    if powers.needed("invite") >= MODERATOR:
        return powers.content
    return {**powers.content, "invite": MODERATOR}


def _invites_as(powers: Powers, before: object) -> Mapping[str, Any]:
    if powers.needed("invite") != MODERATOR or number(before) >= MODERATOR:
        return powers.content
    return {**powers.content, "invite": number(before)}
