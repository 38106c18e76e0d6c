"""What the owner of a server does on the Discord emulator: the bot's rights, its membership, channels and roles."""

from __future__ import annotations

from tests.emulators import discord_membership as membership
from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_permissions import P
from tests.emulators.discord_state import Channel, Guild, Member, Overwrite, State
from tests.emulators.discord_town import add_channel


class Owner:
    """Changes that a bot must live with; each is told to it."""

    def __init__(self, state: State, guild: Guild) -> None:
        self._state = state
        self._guild = guild
        self._bot_roles = list(guild.members[state.bot.id].roles)

    def set_bot_permissions(self, permissions: int) -> None:
        """From now on the bot's own role has these permissions."""
        self.set_permissions(self._state.bot.name, permissions)

    def set_permissions(self, role_name: str, permissions: int) -> None:
        """From now on a role (`@everyone` too) has these permissions."""
        role = self._guild.role_named(role_name)
        role.permissions = permissions
        told = {"guild_id": str(self._guild.id), "role": shapes.role(role)}
        self._state.emit("GUILD_ROLE_UPDATE", told, self._guild.id, None)

    def hide_from_bot(self, channel: str) -> None:
        """The bot does not see this channel any more."""
        where = self._guild.channel_named(channel)
        where.overwrites[self._state.bot.id] = Overwrite(self._state.bot.id, 1, deny=P.VIEW_CHANNEL)
        membership.channel_changed(self._state, where)

    def remove_bot(self) -> None:
        """The bot is thrown out; it is told by GUILD_DELETE."""
        del self._guild.members[self._state.bot.id]
        self._state.emit("GUILD_DELETE", {"id": str(self._guild.id)}, self._guild.id, None)

    def invite_bot(self) -> None:
        """The bot comes in (again), with the role it had. `unavailable` is told only of servers it was in before."""
        self._guild.members[self._state.bot.id] = Member(self._state.bot, self._state.stamp(), list(self._bot_roles))
        told = shapes.guild_created(self._state, self._guild)
        del told["unavailable"]
        self._state.emit("GUILD_CREATE", told, self._guild.id, None)

    def outage(self) -> None:
        """The server is not available for a while."""
        gone = {"id": str(self._guild.id), "unavailable": True}
        self._state.emit("GUILD_DELETE", gone, self._guild.id, None)

    def outage_over(self) -> None:
        self._state.emit("GUILD_CREATE", shapes.guild_created(self._state, self._guild), self._guild.id, None)

    def add_channel(self, name: str) -> Channel:
        made = add_channel(self._state, self._guild, name)
        self._state.emit("CHANNEL_CREATE", shapes.channel(self._state, made), self._guild.id, made)
        return made

    def delete_channel(self, name: str) -> None:
        gone = self._guild.channel_named(name)
        self._state.emit("CHANNEL_DELETE", shapes.channel(self._state, gone), self._guild.id, gone)
        del self._guild.channels[gone.id], self._state.channels[gone.id]

    def delete_role(self, name: str) -> None:
        gone = self._guild.role_named(name)
        for member in self._guild.members.values():
            if gone.id in member.roles:
                member.roles.remove(gone.id)
        for channel in self._guild.channels.values():
            channel.overwrites.pop(gone.id, None)
        del self._guild.roles[gone.id]
        told = {"guild_id": str(self._guild.id), "role_id": str(gone.id)}
        self._state.emit("GUILD_ROLE_DELETE", told, self._guild.id, None)
