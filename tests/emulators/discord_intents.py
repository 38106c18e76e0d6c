"""Which events the Discord emulator tells a bot: by its intents, and by the channels it can see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.emulators.discord_permissions import P, in_channel, of_member
from tests.emulators.discord_state import DM, Channel, Json, State

GUILDS, MEMBERS, MODERATION, EXPRESSIONS, INTEGRATIONS, WEBHOOKS = (1 << bit for bit in range(6))
INVITES, VOICE, PRESENCES, MESSAGES, REACTIONS, TYPING, DMS, DM_REACTIONS, DM_TYPING = (1 << b for b in range(6, 15))
CONTENT: Final = 1 << 15
PRIVILEGED: Final[Mapping[int, int]] = {
    PRESENCES: (1 << 12) | (1 << 13),
    MEMBERS: (1 << 14) | (1 << 15),
    CONTENT: (1 << 18) | (1 << 19),
}
"""Privileged intent → the application's flags of which one must be set: in full, or limited (below 100 servers)."""

_INTENTS: Final[Mapping[str, int]] = {
    "GUILD_CREATE": GUILDS,
    "GUILD_UPDATE": GUILDS,
    "GUILD_DELETE": GUILDS,
    "GUILD_ROLE_CREATE": GUILDS,
    "GUILD_ROLE_UPDATE": GUILDS,
    "GUILD_ROLE_DELETE": GUILDS,
    "CHANNEL_CREATE": GUILDS,
    "CHANNEL_UPDATE": GUILDS,
    "CHANNEL_DELETE": GUILDS,
    "THREAD_CREATE": GUILDS,
    "THREAD_UPDATE": GUILDS,
    "THREAD_DELETE": GUILDS,
    "GUILD_MEMBER_ADD": MEMBERS,
    "GUILD_MEMBER_UPDATE": MEMBERS,
    "GUILD_MEMBER_REMOVE": MEMBERS,
    "GUILD_AUDIT_LOG_ENTRY_CREATE": MODERATION,
    "GUILD_BAN_ADD": MODERATION,
    "GUILD_BAN_REMOVE": MODERATION,
    "WEBHOOKS_UPDATE": WEBHOOKS,
}


def known_intents() -> int:
    """Every intent there is; 17, 18, 19, 22 and 23 are not."""
    bits = [*range(17), 20, 21, 24, 25]
    return sum(1 << bit for bit in bits)


def is_told(state: State, intents: int, event: str, data: Json, guild: int | None, channel: Channel | None) -> bool:
    """Whether a bot with these intents hears of it."""
    me = state.bot.id
    if guild is not None and me not in state.guilds[guild].members and event != "GUILD_DELETE":
        return False
    if channel is not None and channel.kind != DM and not in_channel(state, channel, me) & P.VIEW_CHANNEL:
        return False
    if event == "GUILD_AUDIT_LOG_ENTRY_CREATE" and guild is not None:
        return bool(intents & MODERATION and of_member(state.guilds[guild], me) & P.VIEW_AUDIT_LOG)
    if event.startswith("MESSAGE_REACTION"):
        return bool(intents & (REACTIONS if guild is not None else DM_REACTIONS))
    if event.startswith("MESSAGE_"):
        return bool(intents & (MESSAGES if guild is not None else DMS))
    if event == "GUILD_MEMBER_UPDATE" and data["user"]["id"] == str(me):
        return True
    wanted = _INTENTS.get(event)
    return wanted is None or bool(intents & wanted)


def without_content(state: State, intents: int, event: str, data: Json) -> Json:
    """What people wrote is empty for a bot without that intent, unless it is its own, named in it, or a direct one."""
    if event not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or intents & CONTENT or "guild_id" not in data:
        return data
    me = str(state.bot.id)
    if data["author"]["id"] == me or any(each["id"] == me for each in data["mentions"]):
        return data
    hidden = {"content": "", "embeds": [], "attachments": [], "components": []}
    return {**{name: value for name, value in data.items() if name not in ("poll", "message_snapshots")}, **hidden}
