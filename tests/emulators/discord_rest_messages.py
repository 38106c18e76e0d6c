"""Routes of the Discord emulator about messages and reactions."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.emulators import discord_membership as people
from tests.emulators import discord_messages as messages
from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_drafts import draft, needs_content
from tests.emulators.discord_errors import Denied, check
from tests.emulators.discord_permissions import P, in_channel, needs_in
from tests.emulators.discord_routes import Answer, Ask, Route
from tests.emulators.discord_state import DM, THREADS, Channel, Json, Message

MESSAGE_CONTENT: Final = (1 << 18) | (1 << 19)
"""Flags of an application that was given the intent to read what people write, in full or limited."""
DELETABLE: Final = frozenset({0, 6, 7, 8, 9, 10, 11, 12, 18, 19, 20, 22, 23, 24, 25})


def shown(ask: Ask, message: Message) -> Json:
    """As the bot gets it: without what people wrote unless it may read that, is named in it or wrote it."""
    state = ask.state
    readable = (
        bool(state.application.flags & MESSAGE_CONTENT)
        or message.author.id == state.bot.id
        or state.bot in message.mentions
        or state.channels[message.channel].kind == DM
    )
    return shapes.message(state, message, content=readable)


def history(ask: Ask) -> Answer:
    channel = ask.channel
    if not in_channel(ask.state, channel, ask.state.bot.id) & P.READ_MESSAGE_HISTORY:
        return []
    limit = ask.number("limit", 50, 1, 100)
    found = list(channel.messages.values())
    if "after" in ask.query:
        after = ask.number("after", 0, 0, 1 << 63)
        found = [each for each in found if each.id > after][:limit]
    elif "around" in ask.query:
        around = ask.number("around", 0, 0, 1 << 63)
        found = sorted(sorted(found, key=lambda each: abs(each.id - around))[:limit], key=lambda each: each.id)
    else:
        before = ask.number("before", 1 << 63, 0, 1 << 63)
        found = [each for each in found if each.id < before][-limit:]
    return [shown(ask, each) for each in reversed(found)]


def one(ask: Ask) -> Answer:
    needs_in(ask.state, ask.channel, P.READ_MESSAGE_HISTORY)
    return shown(ask, ask.message)


def post(ask: Ask) -> Answer:
    state, channel = ask.state, ask.channel
    if channel.kind == DM:
        _reachable(ask, channel)
    else:
        needs_in(state, channel, P.SEND_MESSAGES_IN_THREADS if channel.kind in THREADS else P.SEND_MESSAGES)
        if channel.locked:
            needs_in(state, channel, P.MANAGE_THREADS)
    what = draft(state, ask.body, ask.files)
    if what.attachments:
        needs_in(state, channel, P.ATTACH_FILES)
    if what.embeds and not in_channel(state, channel, state.bot.id) & P.EMBED_LINKS:
        what.embeds = []
    if what.reference is None or int(what.reference.get("type") or 0) == 0:
        needs_content(what)
    return shapes.message(state, messages.publish(state, channel, state.bot, what))


def _reachable(ask: Ask, channel: Channel) -> None:
    person = ask.state.users[channel.recipient or 0]
    if not ask.state.shared_guilds(person.id):
        raise Denied(50278)
    if not person.takes_dms:
        raise Denied(50007)


def edit(ask: Ask) -> Answer:
    message = ask.message
    what = draft(ask.state, ask.body, ask.files)
    if message.author.id != ask.state.bot.id:
        if set(ask.body) - {"flags"}:
            raise Denied(50005)
        needs_in(ask.state, ask.channel, P.MANAGE_MESSAGES)
    messages.change(ask.state, message, what)
    return shapes.message(ask.state, message)


def delete(ask: Ask) -> Answer:
    message, channel = ask.message, ask.channel
    if message.author.id != ask.state.bot.id:
        if channel.kind == DM:
            raise Denied(50003)
        needs_in(ask.state, channel, P.MANAGE_MESSAGES)
    if message.kind not in DELETABLE:
        raise Denied(50021)
    messages.remove(ask.state, message)
    if channel.guild is not None and message.author.id != ask.state.bot.id:
        guild, author = ask.state.guilds[channel.guild], message.author.id
        people.audit(ask.state, guild, people.MESSAGE_GONE, author, by=ask.state.bot, reason=ask.reason)
    return None


def delete_many(ask: Ask) -> Answer:
    channel = ask.channel
    if channel.guild is None:
        raise Denied(50003)
    needs_in(ask.state, channel, P.MANAGE_MESSAGES)
    ids = ask.body.get("messages") or []
    if not 2 <= len(ids) <= 100:
        raise Denied(50016)
    check(len(set(ids)) == len(ids), "messages", "The set already contains this value")
    oldest = ask.state.now() - timedelta(days=14)
    if any(people.created(int(each)) < oldest for each in ids):
        raise Denied(50034)
    guild = ask.state.guilds[channel.guild]
    messages.remove_many(ask.state, guild, channel, [int(each) for each in ids])
    people.audit(ask.state, guild, people.MESSAGES_GONE, channel.id, by=ask.state.bot, reason=ask.reason)
    return None


def react(ask: Ask) -> Answer:
    message = ask.message
    needs_in(ask.state, ask.channel, P.READ_MESSAGE_HISTORY)
    if not message.reactions.get(ask.parts["emoji"]):
        needs_in(ask.state, ask.channel, P.ADD_REACTIONS)
    messages.react(ask.state, message, ask.state.bot, ask.parts["emoji"])
    return None


def unreact(ask: Ask) -> Answer:
    message, who = ask.message, ask.user
    if who.id != ask.state.bot.id:
        needs_in(ask.state, ask.channel, P.MANAGE_MESSAGES)
    messages.react(ask.state, message, who, ask.parts["emoji"], add=False)
    return None


def reactors(ask: Ask) -> Answer:
    ids = ask.message.reactions.get(ask.parts["emoji"], [])
    return [shapes.user(ask.state.users[each]) for each in ids[: ask.number("limit", 25, 1, 100)]]


def clear_reactions(ask: Ask) -> Answer:
    message, channel = ask.message, ask.channel
    needs_in(ask.state, channel, P.MANAGE_MESSAGES)
    which = list(message.reactions) if "emoji" not in ask.parts else [ask.parts["emoji"]]
    for emoji in which:
        message.reactions.pop(emoji, None)
    shape: Json = {"channel_id": str(channel.id), "message_id": str(message.id), "guild_id": str(channel.guild)}
    event = "MESSAGE_REACTION_REMOVE_ALL"
    if "emoji" in ask.parts:
        event, shape = "MESSAGE_REACTION_REMOVE_EMOJI", {**shape, "emoji": shapes.emoji(ask.parts["emoji"])}
    ask.state.emit(event, shape, channel.guild, channel)
    return None


def typing(ask: Ask) -> Answer:
    needs_in(ask.state, ask.channel, P.SEND_MESSAGES)
    return None


_ALL: Final = "/channels/{channel}/messages"
_ONE: Final = "/channels/{channel}/messages/{message}"
ROUTES: Final = (
    Route("GET", _ALL, history),
    Route("POST", _ALL, post),
    Route("POST", f"{_ALL}/bulk-delete", delete_many),
    Route("GET", _ONE, one),
    Route("PATCH", _ONE, edit),
    Route("DELETE", _ONE, delete),
    Route("PUT", f"{_ONE}/reactions/{{emoji}}/@me", react),
    Route("DELETE", f"{_ONE}/reactions/{{emoji}}/{{user}}", unreact),
    Route("GET", f"{_ONE}/reactions/{{emoji}}", reactors),
    Route("DELETE", f"{_ONE}/reactions/{{emoji}}", clear_reactions),
    Route("DELETE", f"{_ONE}/reactions", clear_reactions),
    Route("POST", "/channels/{channel}/typing", typing),
)
