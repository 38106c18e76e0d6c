"""Messages on the Discord emulator come into being, change and go: for the bot, webhooks, interactions and people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_drafts import Draft
from tests.emulators.discord_errors import Denied, check
from tests.emulators.discord_permissions import P, in_channel
from tests.emulators.discord_state import EPHEMERAL, SNAPSHOT, Channel, Guild, Json, Message, State, User

NONCES_KEPT: Final = timedelta(minutes=5)
"""Discord says "the past few minutes"."""
_USERS: Final = re.compile(r"<@!?(\d+)>")
_ROLES: Final = re.compile(r"<@&(\d+)>")


def publish(
    state: State,
    channel: Channel,
    author: User,
    what: Draft,
    *,
    webhook: int | None = None,
    interaction: Json | None = None,
    only_for: int | None = None,
    kind: int = 0,
) -> Message:
    """A message appears, with its mentions found and its event sent; a nonce that was enforced gives the first again."""
    key = (channel.id, author.id, str(what.nonce))
    if what.nonce is not None and what.enforce_nonce and webhook is None:
        at, first = state.nonces.get(key, (None, None))
        if at is not None and first is not None and state.now() - at < NONCES_KEPT:
            return first
    message = Message(state.snowflake(), channel.id, author, what.content, state.stamp())
    message.webhook, message.interaction, message.only_for = webhook, interaction, only_for
    message.embeds, message.components = what.embeds, what.components
    message.attachments, message.flags, message.poll = what.attachments, what.flags, _poll(state, what.poll)
    message.nonce, message.kind = what.nonce, kind
    if what.reference is not None:
        _refer(state, channel, message, what)
    _mention(state, channel, message, what.allowed)
    if what.nonce is not None:
        state.nonces[key] = (state.now(), message)
    if only_for is not None:
        message.flags |= EPHEMERAL
        channel.hidden[message.id] = message
        return message
    channel.messages[message.id] = message
    channel.last_said[author.id] = state.now()
    channel.archived = False
    state.emit("MESSAGE_CREATE", shapes.said(state, message), channel.guild, channel)
    return message


def _poll(state: State, poll: Json | None) -> Json | None:
    if poll is None:
        return None
    answers = [{"answer_id": at, **each} for at, each in enumerate(poll["answers"], start=1)]
    hours = int(poll.get("duration") or 24)
    return {
        "question": poll["question"],
        "answers": answers,
        "expiry": shapes.iso(state.now() + timedelta(hours=hours)),
        "allow_multiselect": bool(poll.get("allow_multiselect")),
        "layout_type": 1,
        "results": {"is_finalized": False, "answer_counts": []},
    }


def _refer(state: State, channel: Channel, message: Message, what: Draft) -> None:
    """A reply (type 0) or a forward (type 1), with the original's words as a snapshot."""
    reference = what.reference or {}
    kind = int(reference.get("type") or 0)
    target = state.message(int(reference["message_id"]))
    if target is None or (kind == 0 and target.channel != channel.id):
        must = reference.get("fail_if_not_exists", True)
        check(not must, "message_reference", "Unknown message")
        return
    if channel.guild is not None and not in_channel(state, channel, message.author.id) & P.READ_MESSAGE_HISTORY:
        raise Denied(160002)
    there = state.channels[target.channel]
    message.reference = {
        "type": kind,
        "message_id": str(target.id),
        "channel_id": str(there.id),
        **({"guild_id": str(there.guild)} if there.guild else {}),
    }
    if kind == 1:
        shape = shapes.message(state, target, deep=False)
        kept = (
            "content", "timestamp", "edited_timestamp", "mentions", "mention_roles", "attachments", "embeds", "flags",
            "type", "components",
        )  # fmt: skip
        message.snapshots = [{"message": {name: shape[name] for name in kept}}]
        message.flags |= SNAPSHOT
    else:
        message.kind = 19
        replied = (what.allowed or {"replied_user": True}).get("replied_user", False)
        if replied and target.author.id != message.author.id:
            message.mentions.append(target.author)
            message.pinged.add(str(target.author.id))


def _mention(state: State, channel: Channel, message: Message, allowed: Json | None) -> None:
    """Who is mentioned, and who is really notified: what allowed_mentions leaves, and the author's rights permit."""
    ids = list(dict.fromkeys(int(found) for found in _USERS.findall(message.content)))
    named = [state.users[found] for found in ids if found in state.users]
    if _parses(allowed, "users"):
        notified = named
    else:
        wanted = {str(each) for each in (allowed or {}).get("users") or []}
        notified = [who for who in named if str(who.id) in wanted]
    already = {who.id for who in message.mentions}
    message.mentions += [who for who in notified if who.id not in already]
    message.pinged |= {str(who.id) for who in notified}
    if channel.guild is None:
        return
    guild = state.guilds[channel.guild]
    roles = [int(found) for found in _ROLES.findall(message.content) if int(found) in guild.roles]
    wanted = {str(each) for each in (allowed or {}).get("roles") or []}
    message.mention_roles = [each for each in roles if _parses(allowed, "roles") or str(each) in wanted]
    loud = message.webhook is not None or in_channel(state, channel, message.author.id) & P.MENTION_EVERYONE
    if loud:
        message.pinged |= {f"role:{each}" for each in message.mention_roles}
    if loud and _parses(allowed, "everyone") and re.search(r"@(everyone|here)\b", message.content):
        message.everyone = True
        message.pinged.add("everyone")


def _parses(allowed: Json | None, what: str) -> bool:
    return allowed is None or what in (allowed.get("parse") or [])


def change(state: State, message: Message, what: Draft) -> Message:
    """A message says something else; only what the request gives changes, and nobody is notified anew."""
    channel = state.channels[message.channel]
    if "content" in what.given:
        message.content = what.content
    if "embeds" in what.given:
        message.embeds = what.embeds
    if "components" in what.given:
        message.components = what.components
    if "flags" in what.given:
        message.flags = message.flags & ~(1 << 2) | what.flags & (1 << 2)
    if "attachments" in what.given:
        message.attachments = []
    message.attachments += what.attachments
    message.edited = state.stamp()
    message.mentions = [
        state.users[int(each)] for each in dict.fromkeys(_USERS.findall(message.content)) if int(each) in state.users
    ]
    if message.only_for is None:
        state.emit("MESSAGE_UPDATE", shapes.said(state, message), channel.guild, channel)
    return message


def remove(state: State, message: Message) -> None:
    """A message is gone for everybody."""
    channel = state.channels[message.channel]
    channel.hidden.pop(message.id, None)
    if channel.messages.pop(message.id, None) is None:
        return
    place = {"guild_id": str(channel.guild)} if channel.guild else {}
    gone = {"id": str(message.id), "channel_id": str(channel.id), **place}
    state.emit("MESSAGE_DELETE", gone, channel.guild, channel)


def remove_many(state: State, guild: Guild, channel: Channel, ids: Sequence[int]) -> None:
    """Messages are gone in one event."""
    found = [each for each in ids if channel.messages.pop(each, None) is not None]
    if found:
        gone = {"ids": [str(each) for each in found], "channel_id": str(channel.id), "guild_id": str(guild.id)}
        state.emit("MESSAGE_DELETE_BULK", gone, guild.id, channel)


def react(state: State, message: Message, who: User, emoji: str, *, add: bool = True) -> None:
    """A reaction comes or goes; what is so already changes nothing."""
    channel = state.channels[message.channel]
    people = message.reactions.setdefault(emoji, [])
    if (who.id in people) is add:
        return
    (people.append if add else people.remove)(who.id)
    shape: Json = {
        "user_id": str(who.id),
        "channel_id": str(channel.id),
        "message_id": str(message.id),
        "emoji": shapes.emoji(emoji),
        "burst": False,
        "type": 0,
    }
    if channel.guild is not None:
        shape["guild_id"] = str(channel.guild)
        member = state.guilds[channel.guild].members.get(who.id)
        if add and member is not None:
            shape["member"] = shapes.member(member)
    if add:
        shape["message_author_id"] = str(message.author.id)
    state.emit("MESSAGE_REACTION_ADD" if add else "MESSAGE_REACTION_REMOVE", shape, channel.guild, channel)
