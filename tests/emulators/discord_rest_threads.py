"""Routes of the Discord emulator about threads."""

from __future__ import annotations

from typing import Final

from tests.emulators import discord_membership as people
from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_errors import Denied, check
from tests.emulators.discord_permissions import P, in_channel, needs_in
from tests.emulators.discord_routes import Answer, Ask, Route
from tests.emulators.discord_state import PRIVATE_THREAD, PUBLIC_THREAD, THREADS, Channel


def thread(ask: Ask) -> Answer:
    """A thread without a message; private unless the type says public."""
    kind = int(ask.body.get("type") or PRIVATE_THREAD)
    needs_in(ask.state, ask.channel, P.CREATE_PUBLIC_THREADS if kind == PUBLIC_THREAD else P.CREATE_PRIVATE_THREADS)
    return _threaded(ask, ask.state.snowflake(), kind)


def thread_at_message(ask: Ask) -> Answer:
    message = ask.message
    needs_in(ask.state, ask.channel, P.CREATE_PUBLIC_THREADS)
    if message.id in ask.guild_of(ask.channel).channels:
        raise Denied(160004)
    return _threaded(ask, message.id, PUBLIC_THREAD)


def _threaded(ask: Ask, thread_id: int, kind: int) -> Answer:
    name = ask.body.get("name") or ""
    check(1 <= len(name) <= 100, "name", "Must be between 1 and 100 in length.")
    where = ask.channel
    made = Channel(thread_id, name, guild=where.guild, kind=kind, parent=where.id, owner=ask.state.bot.id)
    people.open_thread(ask.state, ask.guild_of(where), made)
    return shapes.channel(ask.state, made)


def active_threads(ask: Ask) -> Answer:
    found = [each for each in ask.guild.channels.values() if each.kind in THREADS and not each.archived]
    seen = [each for each in found if in_channel(ask.state, each, ask.state.bot.id) & P.VIEW_CHANNEL]
    return {"threads": [shapes.channel(ask.state, each) for each in seen], "members": []}


def join_thread(ask: Ask) -> Answer:
    needs_in(ask.state, ask.channel, P.VIEW_CHANNEL)
    if ask.channel.archived:
        raise Denied(50083)
    return None


def archived(ask: Ask) -> Answer:
    """Threads of a channel that were put away, the latest first."""
    where, kind = ask.channel, PUBLIC_THREAD if ask.parts["kind"] == "public" else PRIVATE_THREAD
    needs_in(ask.state, where, P.READ_MESSAGE_HISTORY)
    if kind == PRIVATE_THREAD:
        needs_in(ask.state, where, P.MANAGE_THREADS)
    mine = [each for each in ask.guild_of(where).channels.values() if each.parent == where.id and each.kind == kind]
    found = [shapes.channel(ask.state, each) for each in reversed(mine) if each.archived]
    limit = ask.number("limit", 50, 1, 100)
    return {"threads": found[:limit], "members": [], "has_more": len(found) > limit}


ROUTES: Final = (
    Route("GET", "/guilds/{guild}/threads/active", active_threads),
    Route("POST", "/channels/{channel}/threads", thread),
    Route("POST", "/channels/{channel}/messages/{message}/threads", thread_at_message),
    Route("PUT", "/channels/{channel}/thread-members/@me", join_thread),
    Route("DELETE", "/channels/{channel}/thread-members/@me", join_thread),
    Route("GET", "/channels/{channel}/threads/archived/{kind}", archived),
)
