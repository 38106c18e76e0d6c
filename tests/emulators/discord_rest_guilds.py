"""Routes of the Discord emulator about servers, channels, and the application itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tests.emulators import discord_membership as people
from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_errors import Denied, check, invalid
from tests.emulators.discord_permissions import P, needs, needs_in, of_member
from tests.emulators.discord_routes import Answer, Ask, Route
from tests.emulators.discord_state import THREADS, Channel, Json, Overwrite

SLOWEST: Final = 21600
LONGEST_PAUSE: Final = timedelta(hours=24)


def application(ask: Ask) -> Answer:
    return shapes.application(ask.state)


def my_guilds(ask: Ask) -> Answer:
    mine = [each for each in ask.state.guilds.values() if ask.state.bot.id in each.members]
    after, limit = ask.number("after", 0, 0, 1 << 63), ask.number("limit", 200, 1, 200)
    found = sorted((each for each in mine if each.id > after), key=lambda each: each.id)
    return [shapes.my_guild(ask.state, each) for each in found[:limit]]


def leave(ask: Ask) -> Answer:
    guild = ask.guild
    people.exit_from(ask.state, guild, ask.state.bot)
    return None


def guild(ask: Ask) -> Answer:
    return shapes.guild(ask.state, ask.guild)


def patch_guild(ask: Ask) -> Answer:
    where, body = ask.guild, ask.body
    needs(ask.state, where, P.MANAGE_GUILD)
    if "features" in body:
        wanted = set(body["features"])
        changes = wanted ^ where.features
        if changes - {"INVITES_DISABLED", "COMMUNITY", "RAID_ALERTS_DISABLED"}:
            raise invalid("features", "Features cannot be changed")
        if "INVITES_DISABLED" in wanted - where.features and "COMMUNITY" not in where.features:
            # Not in the documentation, but the answer of Discord's staff: only community servers can have it
            # (discord-api-docs issue 6613). Others pause invites by incident actions, for at most 24 hours.
            raise Denied(50001)
        if "COMMUNITY" in changes:
            needs(ask.state, where, P.ADMINISTRATOR)
        where.features = wanted
    where.name = body.get("name") or where.name
    people.audit(ask.state, where, people.GUILD_UPDATE, where.id, by=ask.state.bot, reason=ask.reason)
    people.guild_changed(ask.state, where)
    return shapes.guild(ask.state, where)


def incidents(ask: Ask) -> Answer:
    where, body = ask.guild, ask.body
    needs(ask.state, where, P.MANAGE_GUILD)
    for name in ("invites_disabled_until", "dms_disabled_until"):
        if name in body:
            setattr(where, name, _until(ask, name, body[name]))
    people.guild_changed(ask.state, where)
    return shapes.incidents_data(where)


def _until(ask: Ask, name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    check(at <= ask.state.now() + LONGEST_PAUSE, name, "Must be at most 24 hours in the future.")
    return at


def audit_logs(ask: Ask) -> Answer:
    where = ask.guild
    needs(ask.state, where, P.VIEW_AUDIT_LOG)
    before, limit = ask.number("before", 1 << 63, 0, 1 << 63), ask.number("limit", 50, 1, 100)
    after = ask.number("after", 0, 0, 1 << 63)
    kind, by = ask.query.get("action_type"), ask.query.get("user_id")
    found = [each for each in where.audit if after < int(each["id"]) < before]
    found = [each for each in found if kind in (None, "0", str(each["action_type"])) and by in (None, each["user_id"])]
    found = found[::-1][:limit] if "after" in ask.query else found[:limit]
    ids = {int(each[name]) for each in found for name in ("user_id", "target_id")} & ask.state.users.keys()
    return {
        "audit_log_entries": found,
        "users": [shapes.user(ask.state.users[each]) for each in ids],
        "threads": [],
        "webhooks": [],
        "integrations": [],
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
    }


def roles(ask: Ask) -> Answer:
    return [shapes.role(each) for each in ask.guild.roles.values()]


def role(ask: Ask) -> Answer:
    found = ask.guild.roles.get(ask.id("role"))
    if found is None:
        raise Denied(10011)
    return shapes.role(found)


def channels(ask: Ask) -> Answer:
    """All channels, as a bot gets them, those it cannot see among them."""
    return [shapes.channel(ask.state, each) for each in ask.guild.channels.values() if each.kind not in THREADS]


def channel(ask: Ask) -> Answer:
    return shapes.channel(ask.state, ask.channel)


def patch_channel(ask: Ask) -> Answer:
    where, body = ask.channel, ask.body
    if where.guild is None:
        raise Denied(50003)
    thread = where.kind in THREADS
    needs_in(ask.state, where, P.MANAGE_THREADS if thread else P.MANAGE_CHANNELS)
    slow = body.get("rate_limit_per_user")
    check(slow is None or 0 <= slow <= SLOWEST, "rate_limit_per_user", f"int value should be 0 to {SLOWEST}")
    name = body.get("name")
    check(name is None or 1 <= len(name) <= 100, "name", "Must be between 1 and 100 in length.")
    where.slow_mode = where.slow_mode if slow is None else slow
    where.name, where.topic = name or where.name, body.get("topic", where.topic)
    if thread:
        where.archived, where.locked = body.get("archived", where.archived), body.get("locked", where.locked)
    if "permission_overwrites" in body:
        rules = [_overwrite(ask, where, each, int(each["id"])) for each in body["permission_overwrites"] or []]
        where.overwrites = {each.id: each for each in rules}
    guild_ = ask.guild_of(where)
    people.audit(ask.state, guild_, people.CHANNEL_UPDATE, where.id, by=ask.state.bot, reason=ask.reason)
    people.channel_changed(ask.state, where)
    return shapes.channel(ask.state, where)


def _overwrite(ask: Ask, where: Channel, rule: Json, target: int) -> Overwrite:
    """50013 when it gives or takes what the bot does not have itself in the server."""
    guild_ = ask.state.guilds[where.guild or 0]
    needs_in(ask.state, where, P.MANAGE_ROLES)
    allow, deny = int(rule.get("allow") or 0), int(rule.get("deny") or 0)
    before = where.overwrites.get(target, Overwrite(target, int(rule["type"])))
    changes = (allow ^ before.allow) | (deny ^ before.deny)
    if changes & ~of_member(guild_, ask.state.bot.id):
        raise Denied(50013)
    kind = int(rule["type"])
    if kind == 0 and target not in guild_.roles:
        raise Denied(10011)
    if kind == 1 and target not in ask.state.users:
        raise Denied(10013)
    return Overwrite(target, kind, allow, deny)


def set_overwrite(ask: Ask) -> Answer:
    where, target = ask.channel, ask.id("target")
    if where.guild is None:
        raise Denied(50003)
    where.overwrites[target] = _overwrite(ask, where, ask.body, target)
    _overwritten(ask, where, people.OVERWRITE_SET)
    return None


def drop_overwrite(ask: Ask) -> Answer:
    where, target = ask.channel, ask.id("target")
    if where.guild is None:
        raise Denied(50003)
    needs_in(ask.state, where, P.MANAGE_ROLES)
    if where.overwrites.pop(target, None) is None:
        raise Denied(10009)
    _overwritten(ask, where, people.OVERWRITE_GONE)
    return None


def _overwritten(ask: Ask, where: Channel, action: int) -> None:
    guild_ = ask.state.guilds[where.guild or 0]
    people.audit(ask.state, guild_, action, where.id, by=ask.state.bot, reason=ask.reason)
    people.channel_changed(ask.state, where)


ROUTES: Final = (
    Route("GET", "/applications/@me", application),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/users/@me/guilds", my_guilds),
    Route("DELETE", "/users/@me/guilds/{guild}", leave),
    Route("GET", "/guilds/{guild}", guild),
    Route("PATCH", "/guilds/{guild}", patch_guild),
    Route("PUT", "/guilds/{guild}/incident-actions", incidents),
    Route("GET", "/guilds/{guild}/audit-logs", audit_logs),
    Route("GET", "/guilds/{guild}/roles", roles),
    Route("GET", "/guilds/{guild}/roles/{role}", role),
    Route("GET", "/guilds/{guild}/channels", channels),
    Route("GET", "/channels/{channel}", channel),
    Route("PATCH", "/channels/{channel}", patch_channel),
    Route("PUT", "/channels/{channel}/permissions/{target}", set_overwrite),
    Route("DELETE", "/channels/{channel}/permissions/{target}", drop_overwrite),
)
