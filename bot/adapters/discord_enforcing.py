"""What the bot does to messages, people and channels on Discord. All of it is natural: doing it twice is doing it once."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import discord

from bot.adapters.discord_people import People
from bot.adapters.discord_places import Places
from bot.adapters.discord_rest import Rest
from bot.adapters.discord_rights import name_of
from bot.adapters.ground import Ground
from bot.adapters.turns import Urgency
from moderation.errors import Forbidden, Gone, StoreError, Unavailable, Unsupported
from moderation.model import ChannelRef, MemberRef, MessageRef

LONGEST_TIMEOUT: Final = timedelta(days=28)
SLOWEST: Final = 21_600
"""Seconds; Discord's own limit of slow mode."""
CLOSED: Final = discord.Permissions(send_messages=True, send_messages_in_threads=True, create_public_threads=True).value
"""What nobody may do in a locked channel."""
BANS: Final = "discord:ban:"
PAUSED: Final = "INVITES_DISABLED"
COMMUNITY: Final = "COMMUNITY"
"""The feature of servers that have the switch `PAUSED`; Discord refuses it to others."""
LONGEST_PAUSE: Final = timedelta(hours=24)
"""How long an incident action may stop invites, by Discord's documentation."""
_MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
_MEMBER: Final = "/guilds/{guild_id}/members/{user_id}"
_BAN: Final = "/guilds/{guild_id}/bans/{user_id}"
_ROLE: Final = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"
_INCIDENT: Final = "/guilds/{guild_id}/incident-actions"
_CHANNEL: Final = "/channels/{channel_id}"
_OVERWRITE: Final = "/channels/{channel_id}/permissions/{target_id}"
_THREADS: Final = frozenset({10, 11, 12})


class Enforcer:
    """The half of the `Chat` port that changes what people have, can and see."""

    def __init__(self, ground: Ground, rest: Rest, places: Places, people: People) -> None:
        self._ground = ground
        self._rest = rest
        self._places = places
        self._people = people
        self.banned = asyncio.Event()
        """Set when somebody was banned for a time."""

    async def delete(self, message: MessageRef) -> None:
        """Remove a message for everybody."""
        ids = {"channel_id": message.channel.id, "message_id": message.id}
        await self._call("DELETE", _MESSAGE, "manage_messages", ids)

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Silence until a moment, 28 days away at most; one that has passed silences nobody."""
        now = self._ground.clock.now()
        end = None if until is None or until <= now else min(until, now + LONGEST_TIMEOUT - timedelta(minutes=1))
        body = {"communication_disabled_until": end.isoformat() if end else None}

        async def one(place: str) -> None:
            await self._call("PATCH", _MEMBER, "moderate_members", {"guild_id": place, "user_id": member.id}, json=body)

        await self._on(member, one, "moderate_members")

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Remove a person, who may come back."""

        async def one(place: str) -> None:
            await self._call(
                "DELETE", _MEMBER, "kick_members", {"guild_id": place, "user_id": member.id}, reason=reason
            )

        await self._on(member, one, "kick_members")

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Keep a person out. Discord's bans have no end of their own: it is noted first, and `discord_ending` lifts."""
        await self._note_ban(member, until)

        async def one(place: str) -> None:
            ids = {"guild_id": place, "user_id": member.id}
            await self._call("PUT", _BAN, "ban_members", ids, json={"delete_message_seconds": 0}, reason=reason)

        await self._on(member, one, "ban_members")

    async def unban(self, member: MemberRef) -> None:
        """Let a person come back; nobody banned is nobody to unban."""

        async def one(place: str) -> None:
            await self._call("DELETE", _BAN, "ban_members", {"guild_id": place, "user_id": member.id})

        with contextlib.suppress(Gone):
            await self._on(member, one, "ban_members")
        await self._forget(_ban_of(member))

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Give a role by our name for it."""
        await self._role("PUT", member, role)

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Take a role by our name for it."""
        await self._role("DELETE", member, role)

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """At most one message per person in so many seconds."""
        body = {"rate_limit_per_user": max(0, min(seconds, SLOWEST))}
        await self._call("PATCH", _CHANNEL, "manage_channels", {"channel_id": channel.id}, json=body)

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Nobody writes but those whose own role or name is allowed to in this channel.

        What @everyone was allowed and denied before is kept, so that opening gives exactly that back.
        """
        raw = await self._call("GET", _CHANNEL, "view_channel", {"channel_id": channel.id})
        if raw.get("type") in _THREADS:
            thread: dict[str, Any] = {"locked": locked, "archived": False}
            await self._call("PATCH", _CHANNEL, "manage_threads", {"channel_id": channel.id}, json=thread)
            return
        place = str(raw["guild_id"])
        name, now = f"discord:lock:{channel.id}", _overwrite(raw, place)
        before = await self._remembered(name)
        if locked:
            if before is None:
                await self._remember(name, now)
            wanted = (now[0] & ~CLOSED, now[1] | CLOSED)
        else:
            was = before or (now[0] & ~CLOSED, now[1] & ~CLOSED)
            wanted = (now[0] & ~CLOSED | was[0] & CLOSED, now[1] & ~CLOSED | was[1] & CLOSED)
        if wanted != now:
            body = {"id": place, "type": 0, "allow": str(wanted[0]), "deny": str(wanted[1])}
            await self._call(
                "PUT", _OVERWRITE, "manage_roles", {"channel_id": channel.id, "target_id": place}, json=body
            )
        if not locked and before is not None:
            await self._forget(name)

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Nobody new comes in while invites are paused.

        Servers without Discord's community features have no such switch; theirs is a pause of a day at most.
        """
        for place in self._places.of(community):
            raw = await self._call("GET", "/guilds/{guild_id}", "view_channel", {"guild_id": place})
            features = set(raw.get("features") or ())
            wanted = features | {PAUSED} if paused else features - {PAUSED}
            if COMMUNITY not in features:
                until = (self._ground.clock.now() + LONGEST_PAUSE).isoformat() if paused else None
                pause = {"invites_disabled_until": until}
                await self._call("PUT", _INCIDENT, "manage_guild", {"guild_id": place}, json=pause)
            elif wanted != features:
                body = {"features": sorted(wanted)}
                await self._call("PATCH", "/guilds/{guild_id}", "manage_guild", {"guild_id": place}, json=body)

    async def _role(self, method: str, member: MemberRef, role: str) -> None:
        home = self._ground.homes.of(member.community)
        id_ = home.role_id(role) if home is not None else None
        if id_ is None:
            raise Unsupported(f"no Discord role is configured under the name {role}")

        async def one(place: str) -> None:
            await self._call(method, _ROLE, "manage_roles", {"guild_id": place, "user_id": member.id, "role_id": id_})

        await self._on(member, one, "manage_roles")

    async def _on(self, member: MemberRef, call: Callable[[str], Awaitable[None]], flag: str) -> None:
        """Do it in each of the community's servers; Gone when there was nothing to do in any."""
        gone: Gone | None = None
        done = 0
        for place in self._places.of(member.community):
            try:
                await call(place)
                done += 1
            except Gone as error:
                gone = error
            except Forbidden as error:
                raise self._why(place, flag, error) from error
            finally:
                self._people.forget(place, member.id)
        if gone is not None and not done:
            raise gone

    def _why(self, place: str, flag: str, error: Forbidden) -> Forbidden | Unsupported:
        """With the right, Discord still protects who stands higher. That is about one person and no reason to rest."""
        mine = self._places.mine(place)
        if mine is None or not (mine.administrator or getattr(mine, flag)):
            return error
        return Unsupported(
            "this person's highest role stands above Sereno's, or they own the server; "
            "Discord lets nobody act upwards (Server Settings → Roles: drag Sereno's role higher)"
        )

    async def _call(self, method: str, path: str, flag: str, ids: Mapping[str, str], **what: Any) -> Any:
        return await self._rest.call(Urgency.ENFORCE, method, path, ids, lacks=name_of(flag), **what)

    async def _note_ban(self, member: MemberRef, until: datetime | None) -> None:
        name = _ban_of(member)
        if until is None:
            await self._forget(name)
            return
        noted = {"until": until.isoformat(), "community": member.community, "member": member.id}
        await self._remember(name, noted)
        self.banned.set()

    async def _remembered(self, name: str) -> tuple[int, int] | None:
        value = await self._ground.cursors.get(name)
        if not value:
            return None
        allow, deny = json.loads(value)
        return int(allow), int(deny)

    async def _remember(self, name: str, what: object) -> None:
        try:
            await self._ground.cursors.put(name, json.dumps(what))
        except StoreError as error:
            raise Unavailable(f"nothing is done that could not be noted first: {error}") from error

    async def _forget(self, name: str) -> None:
        try:
            await self._ground.cursors.drop(name)
        except StoreError as error:
            raise Unavailable(f"it could not be noted that this is over: {error}") from error


def _ban_of(member: MemberRef) -> str:
    """The name under which the end of a ban is kept."""
    return f"{BANS}{member.community}:{member.id}"


def _overwrite(raw: Mapping[str, Any], place: str) -> tuple[int, int]:
    """What @everyone is allowed and denied in a channel."""
    for one in raw.get("permission_overwrites") or ():
        if str(one["id"]) == place:
            return int(one["allow"]), int(one["deny"])
    return 0, 0
