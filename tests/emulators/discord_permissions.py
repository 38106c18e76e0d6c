"""Who may do what on the Discord emulator: roles, hierarchy, overwrites, timeouts, by Discord's documented algorithm."""

from __future__ import annotations

from enum import IntFlag
from typing import Final

from tests.emulators.discord_errors import Denied
from tests.emulators.discord_state import DM, THREADS, Channel, Guild, Member, State


class Permission(IntFlag):
    """The permissions that matter here, with Discord's bits."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


P = Permission
ALL: Final = (1 << 53) - 1
MEMBERS_MAY: Final = (
    P.CREATE_INSTANT_INVITE | P.ADD_REACTIONS | P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY | P.CHANGE_NICKNAME | P.USE_APPLICATION_COMMANDS | P.CREATE_PUBLIC_THREADS
    | P.SEND_MESSAGES_IN_THREADS | P.SEND_POLLS
)  # fmt: skip
"""What @everyone has in a new server, as far as it matters here."""
MODERATORS_MAY: Final = (
    MEMBERS_MAY | P.KICK_MEMBERS | P.BAN_MEMBERS | P.MANAGE_MESSAGES | P.MODERATE_MEMBERS | P.MANAGE_CHANNELS
    | P.MANAGE_ROLES | P.MANAGE_THREADS | P.VIEW_AUDIT_LOG | P.BYPASS_SLOWMODE
)  # fmt: skip
BOT_NEEDS: Final = (
    P.VIEW_CHANNEL | P.SEND_MESSAGES | P.SEND_MESSAGES_IN_THREADS | P.READ_MESSAGE_HISTORY | P.EMBED_LINKS
    | P.MANAGE_MESSAGES | P.MANAGE_THREADS | P.MODERATE_MEMBERS | P.KICK_MEMBERS | P.BAN_MEMBERS | P.MANAGE_ROLES
    | P.MANAGE_CHANNELS | P.MANAGE_GUILD | P.MANAGE_WEBHOOKS | P.VIEW_AUDIT_LOG | P.ADD_REACTIONS
)  # fmt: skip
"""What a bot needs that moderates as Sereno does; never administrator."""
_SILENCED: Final = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY


def of_member(guild: Guild, user_id: int) -> int:
    """What somebody may do in the server before channels say otherwise; 0 for strangers."""
    member = guild.members.get(user_id)
    if member is None:
        return 0
    if user_id == guild.owner:
        return ALL
    bits = guild.roles[guild.id].permissions
    for role_id in member.roles:
        bits |= guild.roles[role_id].permissions
    return ALL if bits & P.ADMINISTRATOR else bits


def silenced(state: State, member: Member) -> bool:
    """Whether a timeout is running."""
    return member.silenced_until is not None and member.silenced_until > state.now()


def in_channel(state: State, channel: Channel, user_id: int) -> int:
    """What somebody may do in a channel, overwrites and timeouts counted; a thread has its parent's permissions."""
    if channel.kind == DM:
        return int(_SILENCED | P.SEND_MESSAGES | P.EMBED_LINKS | P.ATTACH_FILES | P.ADD_REACTIONS)
    guild = state.guilds[channel.guild or 0]
    bits = of_member(guild, user_id)
    member = guild.members.get(user_id)
    if member is None or bits == ALL:
        return bits
    overwrites = (guild.channels[channel.parent or 0] if channel.kind in THREADS else channel).overwrites
    if guild.id in overwrites:
        bits = bits & ~overwrites[guild.id].deny | overwrites[guild.id].allow
    roles = [overwrites[role] for role in member.roles if role in overwrites]
    for role in roles:
        bits &= ~role.deny
    for role in roles:
        bits |= role.allow
    if user_id in overwrites:
        bits = bits & ~overwrites[user_id].deny | overwrites[user_id].allow
    if silenced(state, member) or member.pending:
        bits &= _SILENCED
    if not bits & P.VIEW_CHANNEL:
        return 0
    return bits


def needs_in(state: State, channel: Channel, *bits: Permission) -> None:
    """50001 when the bot cannot see the channel, 50013 when it lacks one of the permissions there."""
    has = in_channel(state, channel, state.bot.id)
    if not has & P.VIEW_CHANNEL:
        raise Denied(50001)
    if any(not has & bit for bit in bits):
        raise Denied(50013)


def needs(state: State, guild: Guild, *bits: Permission) -> None:
    """50013 when the bot lacks one of the permissions in the server."""
    has = of_member(guild, state.bot.id)
    if any(not has & bit for bit in bits):
        raise Denied(50013)


def height(guild: Guild, user_id: int) -> int:
    """The position of somebody's highest role; the owner stands above all."""
    if user_id == guild.owner:
        return 1 << 30
    member = guild.members.get(user_id)
    return max((guild.roles[role].position for role in member.roles), default=0) if member else -1


def needs_above(state: State, guild: Guild, user_id: int) -> None:
    """50013 unless the bot's highest role stands above that person's; the owner is out of reach."""
    if user_id != state.bot.id and height(guild, user_id) >= height(guild, state.bot.id):
        raise Denied(50013)


def may_write(state: State, channel: Channel, user_id: int) -> bool:
    """Whether somebody could write there now, slow mode aside."""
    right = P.SEND_MESSAGES_IN_THREADS if channel.kind in THREADS else P.SEND_MESSAGES
    has = in_channel(state, channel, user_id)
    if channel.kind in THREADS and channel.locked and not has & P.MANAGE_THREADS:
        return False
    return bool(has & right)
