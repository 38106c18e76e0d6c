"""Routes of the Discord emulator about people: members, roles, bans, direct messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tests.emulators import discord_membership as people
from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_errors import Denied, check, invalid
from tests.emulators.discord_permissions import ALL, P, height, needs, needs_above, of_member
from tests.emulators.discord_routes import Answer, Ask, Route
from tests.emulators.discord_state import Guild, Json, Member

LONGEST_TIMEOUT: Final = timedelta(days=28)
GUILD_MEMBERS: Final = (1 << 14) | (1 << 15)
"""Flags of an application that was given the intent to see who is a member, in full or limited."""


def get(ask: Ask) -> Answer:
    return shapes.member(ask.member)


def listed(ask: Ask) -> Answer:
    if not ask.state.application.flags & GUILD_MEMBERS:
        raise Denied(50001)
    after, limit = ask.number("after", 0, 0, 1 << 63), ask.number("limit", 1, 1, 1000)
    found = sorted(each for each in ask.guild.members if each > after)[:limit]
    return [shapes.member(ask.guild.members[each]) for each in found]


def search(ask: Ask) -> Answer:
    start, limit = ask.query.get("query", "").lower(), ask.number("limit", 1, 1, 1000)
    found = [
        each
        for each in ask.guild.members.values()
        if each.user.name.lower().startswith(start) or (each.nick or "").lower().startswith(start)
    ]
    return [shapes.member(each) for each in found[:limit]]


def patch(ask: Ask) -> Answer:
    guild, member, body = ask.guild, ask.member, ask.body
    if "communication_disabled_until" in body:
        _silence(ask, guild, member, body["communication_disabled_until"])
    if "nick" in body:
        mine = member.user.id == ask.state.bot.id
        needs(ask.state, guild, P.CHANGE_NICKNAME if mine else P.MANAGE_NICKNAMES)
        needs_above(ask.state, guild, member.user.id)
        check(len(body["nick"] or "") <= 32, "nick", "Must be 32 or fewer in length.")
        member.nick = body["nick"] or None
    if "roles" in body:
        wanted = [int(each) for each in body["roles"]]
        for role_id in {*wanted} ^ {*member.roles}:
            _may_give(ask, guild, role_id)
        member.roles = wanted
    people.audit(ask.state, guild, people.MEMBER_UPDATE, member.user.id, by=ask.state.bot, reason=ask.reason)
    people.changed(ask.state, guild, member)
    return shapes.member(member)


def _silence(ask: Ask, guild: Guild, member: Member, until: str | None) -> None:
    needs(ask.state, guild, P.MODERATE_MEMBERS)
    needs_above(ask.state, guild, member.user.id)
    if of_member(guild, member.user.id) == ALL:
        raise Denied(50013)
    if until is None:
        member.silenced_until = None
        return
    try:
        at = datetime.fromisoformat(until)
    except ValueError as error:
        raise invalid("communication_disabled_until", "Could not parse. Should be ISO8601.") from error
    if at > ask.state.now() + LONGEST_TIMEOUT:
        raise invalid("communication_disabled_until", "Cannot timeout for longer than 28 days")
    member.silenced_until = at


def _may_give(ask: Ask, guild: Guild, role_id: int) -> None:
    needs(ask.state, guild, P.MANAGE_ROLES)
    role = guild.roles.get(role_id)
    if role is None:
        raise Denied(10011)
    if role.position >= height(guild, ask.state.bot.id):
        raise Denied(50013)
    if role.managed or role.id == guild.id:
        raise Denied(50028)


def give_role(ask: Ask) -> Answer:
    return _role(ask, has=True)


def take_role(ask: Ask) -> Answer:
    return _role(ask, has=False)


def _role(ask: Ask, *, has: bool) -> Answer:
    guild, member, role_id = ask.guild, ask.member, ask.id("role")
    _may_give(ask, guild, role_id)
    if (role_id in member.roles) is not has:
        (member.roles.append if has else member.roles.remove)(role_id)
        people.audit(ask.state, guild, people.MEMBER_ROLES, member.user.id, by=ask.state.bot, reason=ask.reason)
        people.changed(ask.state, guild, member)
    return None


def kick(ask: Ask) -> Answer:
    guild, member = ask.guild, ask.member
    needs(ask.state, guild, P.KICK_MEMBERS)
    needs_above(ask.state, guild, member.user.id)
    people.audit(ask.state, guild, people.KICK, member.user.id, by=ask.state.bot, reason=ask.reason)
    people.exit_from(ask.state, guild, member.user)
    return None


def ban(ask: Ask) -> Answer:
    guild, user = ask.guild, ask.user
    needs(ask.state, guild, P.BAN_MEMBERS)
    needs_above(ask.state, guild, user.id)
    # The documentation has it in the body; Discord takes it in the query too, where discord.py puts it.
    wipe = int(ask.body.get("delete_message_seconds") or ask.query.get("delete_message_seconds") or 0)
    check(0 <= wipe <= 604800, "delete_message_seconds", "int value should be 0 to 604800")
    people.ban(ask.state, guild, user, by=ask.state.bot, reason=ask.reason, wipe=wipe)
    return None


def unban(ask: Ask) -> Answer:
    guild, user = ask.guild, ask.user
    needs(ask.state, guild, P.BAN_MEMBERS)
    if user.id not in guild.bans:
        raise Denied(10026)
    people.unban(ask.state, guild, user, by=ask.state.bot, reason=ask.reason)
    return None


def _ban(ask: Ask, user_id: int) -> Json:
    return {"reason": ask.guild.bans[user_id], "user": shapes.user(ask.state.users[user_id])}


def banned(ask: Ask) -> Answer:
    needs(ask.state, ask.guild, P.BAN_MEMBERS)
    if ask.user.id not in ask.guild.bans:
        raise Denied(10026)
    return _ban(ask, ask.user.id)


def bans(ask: Ask) -> Answer:
    needs(ask.state, ask.guild, P.BAN_MEMBERS)
    limit, after = ask.number("limit", 1000, 1, 1000), ask.number("after", 0, 0, 1 << 63)
    before = ask.number("before", 1 << 63, 0, 1 << 63)
    found = sorted(each for each in ask.guild.bans if after < each < before)
    return [_ban(ask, each) for each in (found[:limit] if "after" in ask.query else found[-limit:])]


def user(ask: Ask) -> Answer:
    return shapes.user(ask.user)


def direct(ask: Ask) -> Answer:
    person = ask.state.users.get(int(ask.body.get("recipient_id") or 0))
    if person is None:
        raise Denied(10013)
    if person.bot:
        raise Denied(50007)
    return shapes.channel(ask.state, ask.state.direct(person))


_MEMBER: Final = "/guilds/{guild}/members/{user}"
ROUTES: Final = (
    Route("GET", "/users/{user}", user),
    Route("POST", "/users/@me/channels", direct),
    Route("GET", "/guilds/{guild}/members", listed),
    Route("GET", "/guilds/{guild}/members/search", search),
    Route("GET", _MEMBER, get),
    Route("PATCH", _MEMBER, patch),
    Route("DELETE", _MEMBER, kick),
    Route("PUT", f"{_MEMBER}/roles/{{role}}", give_role),
    Route("DELETE", f"{_MEMBER}/roles/{{role}}", take_role),
    Route("GET", "/guilds/{guild}/bans", bans),
    Route("GET", "/guilds/{guild}/bans/{user}", banned),
    Route("PUT", "/guilds/{guild}/bans/{user}", ban),
    Route("DELETE", "/guilds/{guild}/bans/{user}", unban),
)
