"""The server the Discord emulator starts with: two channels, two roles, an owner, and the bot with what it needs."""

from __future__ import annotations

from itertools import count
from typing import Final

from tests.emulators.discord_permissions import BOT_NEEDS, MEMBERS_MAY, MODERATORS_MAY, P
from tests.emulators.discord_state import Channel, Guild, Member, Overwrite, Role, State, User

_FIRST_ID: Final = 1_100_000_000_000_000_000
"""Ids of the server, its roles and channels begin here (April 2023): the same every time, so that a configuration
written once fits whenever the emulator is started."""


def found_guild(state: State, name: str, *, bot_permissions: int = BOT_NEEDS) -> Guild:
    """A community server with `general`, `moderators` (hidden from members), the roles `trusted`, `moderator`, and the bot's own above them."""
    ids = count(_FIRST_ID)
    owner = User(next(ids), "owner")
    state.users[owner.id] = owner
    guild = Guild(next(ids), name, owner.id, features={"COMMUNITY"})
    state.guilds[guild.id] = guild
    everyone = Role(guild.id, "@everyone", MEMBERS_MAY, 0)
    trusted = Role(next(ids), "trusted", MEMBERS_MAY, 1)
    moderator = Role(next(ids), "moderator", MODERATORS_MAY, 2)
    bots = Role(next(ids), state.bot.name, bot_permissions, 3, managed=True)
    guild.roles = {role.id: role for role in (everyone, trusted, moderator, bots)}
    general = add_channel(state, guild, "general", next(ids))
    hidden = add_channel(state, guild, "moderators", next(ids))
    hidden.overwrites = {
        guild.id: Overwrite(guild.id, 0, deny=P.VIEW_CHANNEL),
        moderator.id: Overwrite(moderator.id, 0, allow=P.VIEW_CHANNEL),
        bots.id: Overwrite(bots.id, 0, allow=P.VIEW_CHANNEL),
    }
    general.topic = "Where everybody talks"
    guild.members[owner.id] = Member(owner, state.stamp())
    guild.members[state.bot.id] = Member(state.bot, state.stamp(), roles=[bots.id])
    return guild


def add_channel(state: State, guild: Guild, name: str, channel_id: int | None = None) -> Channel:
    """One more text channel that everybody sees."""
    made = Channel(channel_id or state.snowflake(), name, guild=guild.id, position=len(guild.channels))
    guild.channels[made.id] = state.channels[made.id] = made
    return made
