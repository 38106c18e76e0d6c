"""The servers as discord.py keeps them up to date: what channels are called, what roles allow, who owns the place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import discord

from bot.adapters.discord_client import Client
from bot.adapters.discord_rights import bot_may, people_may, staff_by, together
from bot.adapters.homes import Home, Homes
from moderation.errors import Gone
from moderation.model import Capability, ChannelRef, Role
from moderation.platforms import CAN
from moderation.ports import Clock

PLATFORM = "discord"


class Places:
    """Reads discord.py's own memory of servers; knows nothing before the first READY."""

    def __init__(self, client: Callable[[], Client | None], homes: Homes, clock: Clock) -> None:
        self._client = client
        self._homes = homes
        self._clock = clock

    def guild(self, place: str) -> discord.Guild | None:
        """A server, once Discord has described it."""
        client = self._client()
        guild = client.get_guild(int(place)) if client is not None and place.isdigit() else None
        return None if guild is None or guild.unavailable else guild

    def known(self) -> Iterator[tuple[Home, discord.Guild]]:
        """The servers that somebody here lives in and that can be reached."""
        for home in self._homes:
            for place in sorted(home.places):
                guild = self.guild(place)
                if guild is not None:
                    yield home, guild

    def of(self, community: str) -> tuple[str, ...]:
        """The ids of a community's servers; Gone when it has none here."""
        home = self._homes.of(community)
        if home is None or not home.places:
            raise Gone(f"{community} has no Discord server")
        return tuple(sorted(home.places))

    def channel(self, home: Home, place: str, id_: str) -> ChannelRef:
        """A channel by our name for it; a thread without one goes by the name of the channel it hangs on."""
        guild = self.guild(place)
        found: Any = guild.get_channel_or_thread(int(id_)) if guild is not None else None
        ref = home.channel(id_, getattr(found, "name", ""))
        parent = getattr(found, "parent_id", None) if isinstance(found, discord.Thread) else None
        if parent is None or id_ in home.channels.values():
            return ref
        above: Any = guild.get_channel(parent) if guild is not None else None
        return ChannelRef(ref.platform, ref.community, id_, home.channel(str(parent), getattr(above, "name", "")).name)

    def permissions(
        self, place: str, user: str, roles: Iterable[str], silenced: datetime | None
    ) -> discord.Permissions:
        """What somebody may do in a server; who is timed out may nothing but read."""
        guild = self.guild(place)
        if guild is None:
            return discord.Permissions.none()
        if str(guild.owner_id) == user:
            return discord.Permissions.all()
        found = (guild.get_role(int(role)) for role in roles)
        total = together(guild.default_role.permissions.value, (role.permissions.value for role in found if role))
        if total.administrator:
            return discord.Permissions.all()
        if silenced is not None and silenced > self._clock.now():
            return discord.Permissions.none()
        return total

    def roles(self, home: Home, place: str, user: str, theirs: Iterable[str]) -> frozenset[str]:
        """Our names for somebody's roles, and for what the server's own rights make of them."""
        theirs = tuple(theirs)
        guild = self.guild(place)
        if guild is not None and str(guild.owner_id) == user:
            return home.roles_of((*theirs, user)) | {str(Role.OWNER)}
        return home.roles_of((*theirs, user)) | staff_by(self.permissions(place, user, theirs, None))

    def may(self, place: str, user: str, roles: Iterable[str], silenced: datetime | None) -> frozenset[Capability]:
        """What somebody may do in a server by Discord's own rights."""
        return people_may(self.permissions(place, user, roles, silenced))

    def mine(self, place: str) -> discord.Permissions | None:
        """The bot's own permissions in a server; None when it is not known there."""
        guild = self.guild(place)
        me = guild.me if guild is not None else None
        return None if me is None else me.guild_permissions

    def can(self, community: str) -> frozenset[Capability]:
        """What the bot can do in every server of a community; Discord's whole set until it is known there."""
        home = self._homes.of(community)
        if home is None:
            return frozenset()
        mine = [permissions for place in home.places if (permissions := self.mine(place)) is not None]
        if not mine:
            return CAN[PLATFORM]
        return frozenset.intersection(*(bot_may(permissions) for permissions in mine)) & CAN[PLATFORM]
