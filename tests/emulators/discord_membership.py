"""People come, change and go on the Discord emulator: for the bot, for moderators, by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_messages import remove_many
from tests.emulators.discord_state import EPOCH_MS, Channel, Guild, Json, Member, State, User

KICK, BAN, UNBAN, MEMBER_UPDATE, MEMBER_ROLES = 20, 22, 23, 24, 25
CHANNEL_UPDATE, OVERWRITE_SET, OVERWRITE_GONE, MESSAGE_GONE, MESSAGES_GONE = 11, 13, 15, 72, 73
GUILD_UPDATE: Final = 1
ACTIONS: Final[Mapping[int, str]] = {KICK: "kick", BAN: "ban", UNBAN: "unban", MEMBER_UPDATE: "member update"}


def audit(state: State, guild: Guild, action: int, target: int, *, by: User, reason: str | None = None) -> None:
    """Write what was done into the audit log, newest first, and tell who may see it."""
    entry: Json = {
        "id": str(state.snowflake()),
        "action_type": action,
        "user_id": str(by.id),
        "target_id": str(target),
        "changes": [],
        **({"reason": reason} if reason else {}),
    }
    guild.audit.insert(0, entry)
    state.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", {**entry, "guild_id": str(guild.id)}, guild.id, None)


def enter(state: State, guild: Guild, user: User, *, pending: bool = False) -> Member:
    """Somebody comes in; they keep nothing of an earlier stay, except that a timeout goes on."""
    member = Member(user, state.stamp(), pending=pending, silenced_until=guild.silenced.pop(user.id, None))
    guild.members[user.id] = member
    state.emit("GUILD_MEMBER_ADD", {**shapes.member(member), "guild_id": str(guild.id)}, guild.id, None)
    return member


def exit_from(state: State, guild: Guild, user: User) -> bool:
    """Somebody is not here any more, for whatever reason; False when they were not."""
    member = guild.members.pop(user.id, None)
    if member is None:
        return False
    if member.silenced_until is not None:
        guild.silenced[user.id] = member.silenced_until
    gone = {"guild_id": str(guild.id), "user": shapes.user(user)}
    state.emit("GUILD_MEMBER_REMOVE", gone, guild.id, None)
    return True


def changed(state: State, guild: Guild, member: Member) -> None:
    """Tell that a member is not as they were."""
    state.emit("GUILD_MEMBER_UPDATE", {**shapes.member(member), "guild_id": str(guild.id)}, guild.id, None)


def ban(state: State, guild: Guild, user: User, *, by: User, reason: str | None, wipe: int = 0) -> None:
    """Keep somebody out, with the messages of their last `wipe` seconds; banning twice is once."""
    for channel in guild.channels.values() if wipe else ():
        since = state.now() - timedelta(seconds=wipe)
        theirs = [each.id for each in channel.messages.values() if each.author.id == user.id and each.at >= since]
        remove_many(state, guild, channel, theirs)
    if user.id in guild.bans:
        return
    guild.bans[user.id] = reason
    audit(state, guild, BAN, user.id, by=by, reason=reason)
    state.emit("GUILD_BAN_ADD", {"guild_id": str(guild.id), "user": shapes.user(user)}, guild.id, None)
    exit_from(state, guild, user)


def unban(state: State, guild: Guild, user: User, *, by: User, reason: str | None = None) -> None:
    """Let somebody come back."""
    if user.id in guild.bans:
        del guild.bans[user.id]
        audit(state, guild, UNBAN, user.id, by=by, reason=reason)
        state.emit("GUILD_BAN_REMOVE", {"guild_id": str(guild.id), "user": shapes.user(user)}, guild.id, None)


def channel_changed(state: State, channel: Channel) -> None:
    """Tell that a channel or thread is not as it was."""
    event = "CHANNEL_UPDATE" if channel.parent is None else "THREAD_UPDATE"
    state.emit(event, shapes.channel(state, channel), channel.guild, channel)


def open_thread(state: State, guild: Guild, made: Channel) -> None:
    """A thread is there, and whoever sees its parent is told."""
    guild.channels[made.id] = state.channels[made.id] = made
    state.emit("THREAD_CREATE", {**shapes.channel(state, made), "newly_created": True}, guild.id, made)


def guild_changed(state: State, guild: Guild) -> None:
    """Tell that the server is not as it was."""
    state.emit("GUILD_UPDATE", shapes.guild(state, guild), guild.id, None)


def invites_paused(state: State, guild: Guild) -> bool:
    """Whether nobody new comes in: by an incident action that has not run out, or the server's feature."""
    until = guild.invites_disabled_until
    return "INVITES_DISABLED" in guild.features or (until is not None and until > state.now())


def created(user_id: int) -> datetime:
    """When an account, a message or anything else with an id came to be."""
    return datetime.fromtimestamp(((user_id >> 22) + EPOCH_MS) / 1000, UTC)
