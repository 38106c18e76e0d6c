"""How the Discord emulator writes what it remembers as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.emulators.discord_permissions import in_channel, of_member
from tests.emulators.discord_state import DM, THREADS, Channel, Guild, Json, Member, Message, Role, State, User, Webhook


def iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="microseconds") if at is not None else None


def user(one: User) -> Json:
    return {
        "id": str(one.id),
        "username": one.name,
        "discriminator": one.discriminator,
        "global_name": one.shown_as,
        "avatar": None,
        "bot": one.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
    }


def member(one: Member, *, with_user: bool = True) -> Json:
    shape: Json = {
        "nick": one.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(role) for role in one.roles],
        "joined_at": iso(one.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": one.pending,
        "communication_disabled_until": iso(one.silenced_until),
    }
    return {**shape, "user": user(one.user)} if with_user else shape


def role(one: Role) -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": one.position,
        "permissions": str(int(one.permissions)),
        "managed": one.managed,
        "mentionable": False,
        "flags": 0,
    }


def channel(state: State, one: Channel) -> Json:
    last = next(reversed(one.messages), None)
    shape: Json = {"id": str(one.id), "type": one.kind, "flags": 0, "last_message_id": str(last) if last else None}
    if one.kind == DM:
        return {**shape, "recipients": [user(state.users[one.recipient or 0])]}
    shape |= {
        "guild_id": str(one.guild),
        "name": one.name,
        "rate_limit_per_user": one.slow_mode,
        "parent_id": str(one.parent) if one.parent else None,
    }
    if one.kind in THREADS:
        return {**shape, **_thread(one)}
    return {
        **shape,
        "position": one.position,
        "topic": one.topic,
        "nsfw": False,
        "permission_overwrites": [
            {"id": str(rule.id), "type": rule.kind, "allow": str(int(rule.allow)), "deny": str(int(rule.deny))}
            for rule in one.overwrites.values()
        ],
    }


def _thread(one: Channel) -> Json:
    return {
        "owner_id": str(one.owner),
        "message_count": len(one.messages),
        "total_message_sent": len(one.messages),
        "member_count": 1,
        "thread_metadata": {
            "archived": one.archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2024-01-01T00:00:00.000000+00:00",
            "locked": one.locked,
            "create_timestamp": "2024-01-01T00:00:00.000000+00:00",
        },
    }


def emoji(text: str) -> Json:
    name, _, id_ = text.partition(":")
    return {"id": id_ or None, "name": name}


def message(state: State, one: Message, *, deep: bool = True, content: bool = True) -> Json:
    """As REST gives it; without `content` as a bot gets it that may not read what people write."""
    shape: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel),
        "author": user(one.author),
        "content": one.content if content else "",
        "timestamp": iso(one.at),
        "edited_timestamp": iso(one.edited),
        "tts": False,
        "mention_everyone": one.everyone,
        "mentions": [user(who) for who in one.mentions],
        "mention_roles": [str(which) for which in one.mention_roles],
        "attachments": one.attachments if content else [],
        "embeds": one.embeds if content else [],
        "components": one.components if content else [],
        "pinned": one.pinned,
        "type": one.kind,
        "flags": one.flags,
    }
    optional: Json = {
        "nonce": one.nonce,
        "webhook_id": str(one.webhook) if one.webhook else None,
        "message_reference": one.reference,
        "message_snapshots": one.snapshots if content else None,
        "poll": one.poll if content else None,
        "interaction_metadata": one.interaction,
        "application_id": str(state.application.id) if one.webhook or one.interaction else None,
        "reactions": _reactions(state, one),
    }
    shape |= {name: value for name, value in optional.items() if value}
    if deep and one.kind == 19 and one.reference is not None:
        target = state.message(int(one.reference["message_id"]))
        shape["referenced_message"] = message(state, target, deep=False, content=content) if target else None
    return shape


def _reactions(state: State, one: Message) -> list[Json]:
    return [
        {
            "count": len(who),
            "count_details": {"burst": 0, "normal": len(who)},
            "me": state.bot.id in who,
            "me_burst": False,
            "emoji": emoji(text),
            "burst_colors": [],
        }
        for text, who in one.reactions.items()
        if who
    ]


def said(state: State, one: Message) -> Json:
    """A message as the gateway tells it: with the server and the author's membership."""
    shape = message(state, one)
    guild_id = state.channels[one.channel].guild
    if guild_id is None:
        return shape
    shape["guild_id"] = str(guild_id)
    author = state.guilds[guild_id].members.get(one.author.id)
    if author is not None and one.webhook is None:
        shape["member"] = member(author, with_user=False)
    return shape


def guild(state: State, one: Guild) -> Json:
    """As REST gives it."""
    incidents = None
    if one.invites_disabled_until or one.dms_disabled_until:
        incidents = incidents_data(one)
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(one.owner),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role(each) for each in one.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": sorted(one.features),
        "mfa_level": 0,
        "nsfw_level": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "max_members": 500000,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": one.locale,
        "premium_progress_bar_enabled": False,
        "approximate_member_count": len(one.members),
        "approximate_presence_count": 1,
        "incidents_data": incidents,
    }


def incidents_data(one: Guild) -> Json:
    return {
        "invites_disabled_until": iso(one.invites_disabled_until),
        "dms_disabled_until": iso(one.dms_disabled_until),
        "dm_spam_detected_at": None,
        "raid_detected_at": None,
    }


def guild_created(state: State, one: Guild) -> Json:
    """As GUILD_CREATE has it: members only the bot itself, as without the presence intent."""
    seen = [each for each in one.channels.values() if in_channel(state, each, state.bot.id)]
    me = one.members[state.bot.id]
    return {
        **guild(state, one),
        "joined_at": iso(me.joined_at),
        "large": len(one.members) >= 250,
        "unavailable": False,
        "member_count": len(one.members),
        "voice_states": [],
        "members": [member(me)],
        "channels": [channel(state, each) for each in seen if each.kind not in THREADS],
        "threads": [channel(state, each) for each in seen if each.kind in THREADS and not each.archived],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def my_guild(state: State, one: Guild) -> Json:
    """As `users/@me/guilds` lists it."""
    bits = of_member(one, state.bot.id)
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "banner": None,
        "owner": one.owner == state.bot.id,
        "permissions": str(int(bits)),
        "features": sorted(one.features),
        "approximate_member_count": len(one.members),
        "approximate_presence_count": 1,
    }


def webhook(state: State, one: Webhook) -> Json:
    return {
        "id": str(one.id),
        "type": 1,
        "guild_id": str(one.guild),
        "channel_id": str(one.channel),
        "user": user(state.users[one.creator]),
        "name": one.name,
        "avatar": None,
        "token": one.token,
        "application_id": str(one.application) if one.application else None,
    }


def application(state: State) -> dict[str, Any]:
    app = state.application
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": app.public,
        "bot_require_code_grant": False,
        "owner": user(app.owner),
        "bot": user(state.bot),
        "team": None,
        "verify_key": "0" * 64,
        "flags": app.flags,
        "approximate_guild_count": app.guild_count,
        "approximate_user_install_count": 0,
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "redirect_uris": [],
        "tags": [],
        "rpc_origins": [],
    }
