"""Routes of the Discord emulator that carry their own token: interaction answers and webhooks; and those that make them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from tests.emulators import discord_messages as messages
from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_drafts import draft, needs_content
from tests.emulators.discord_errors import Denied, check, invalid
from tests.emulators.discord_interactions import (
    COMPONENT,
    MODAL,
    PONG,
    SAY,
    SUBMIT,
    SUGGEST,
    THINK,
    THINK_UPDATE,
    UPDATE,
    Interaction,
    Interactions,
    check_modal,
    metadata,
)
from tests.emulators.discord_permissions import P, needs, needs_in
from tests.emulators.discord_routes import Answer, Ask, Route
from tests.emulators.discord_state import EPHEMERAL, LOADING, Channel, Json, Message, User, Webhook

MOST_WEBHOOKS: Final = 15


class Answering:
    """Acknowledgements and follow-ups. `fresh` tells the people's side that something was answered."""

    def __init__(self, interactions: Interactions, fresh: Callable[[], None]) -> None:
        self._interactions = interactions
        self._fresh = fresh

    def callback(self, ask: Ask) -> Answer:
        one = self._interactions.to_answer(ask.id("interaction"), ask.parts["token"])
        kind, data = int(ask.body["type"]), ask.body.get("data") or {}
        self._act(ask, one, kind, data)
        one.answered, one.took = kind, (ask.state.now() - one.at).total_seconds()
        self._fresh()
        if not ask.flag("with_response"):
            return None
        shape: Json = {"interaction": {"id": str(one.id), "type": one.kind}, "resource": {"type": kind}}
        if one.original is not None:
            shape["interaction"]["response_message_id"] = str(one.original.id)
            shape["interaction"]["response_message_ephemeral"] = one.private
            shape["interaction"]["response_message_loading"] = kind == THINK
            shape["resource"]["message"] = shapes.message(ask.state, one.original)
        return shape

    def _act(self, ask: Ask, one: Interaction, kind: int, data: Json) -> None:
        one.private = bool(int(data.get("flags") or 0) & EPHEMERAL)
        if kind in (THINK_UPDATE, UPDATE):
            check(one.kind == COMPONENT or one.from_component, "type", "Only for components")
            one.original = one.on
            if kind == UPDATE and one.on is not None:
                messages.change(ask.state, one.on, draft(ask.state, data, ask.files))
        elif kind == SAY:
            one.original = self._say(ask, one, data)
        elif kind == THINK:
            one.original = self._say(ask, one, {"flags": int(data.get("flags") or 0)}, loading=True)
        elif kind == MODAL:
            check(one.kind != SUBMIT, "type", "A form cannot answer a form")
            check_modal(data)
            one.modal = data
        elif kind == SUGGEST:
            one.suggestions = data.get("choices") or []
        elif kind != PONG:
            raise invalid("type", "Value must be one of {1, 4, 5, 6, 7, 8, 9}.")

    def _say(self, ask: Ask, one: Interaction, data: Json, *, loading: bool = False) -> Message:
        what = draft(ask.state, data, ask.files)
        if not loading:
            needs_content(what)
        only_for = one.user.id if int(data.get("flags") or 0) & EPHEMERAL else None
        made = messages.publish(
            ask.state, one.channel, ask.state.bot, what, interaction=metadata(one), only_for=only_for, kind=20
        )
        if loading:
            made.flags |= LOADING
        else:
            one.answers.append(made)
        return made

    def follow_up(self, ask: Ask) -> Answer:
        """The first one after a deferral takes its place, private or not as the deferral was."""
        one = self._interactions.to_follow(ask.parts["token"])
        if one.original is not None and one.original.flags & LOADING:
            made = self._fill(ask, one, one.original)
        else:
            made = self._say(ask, one, ask.body)
        self._fresh()
        return shapes.message(ask.state, made)

    def _fill(self, ask: Ask, one: Interaction, message: Message) -> Message:
        message.flags &= ~LOADING
        messages.change(ask.state, message, draft(ask.state, ask.body, ask.files))
        one.answers.append(message)
        return message

    def _found(self, ask: Ask) -> tuple[Interaction, Message]:
        one = self._interactions.to_follow(ask.parts["token"])
        if ask.parts["message"] == "@original":
            if one.original is None or ask.state.message(one.original.id) is None:
                raise Denied(10008)
            return one, one.original
        found = ask.state.message(ask.id("message"))
        if found is None or found not in one.answers:
            raise Denied(10008)
        return one, found

    def get(self, ask: Ask) -> Answer:
        return shapes.message(ask.state, self._found(ask)[1])

    def edit(self, ask: Ask) -> Answer:
        one, message = self._found(ask)
        if message.flags & LOADING:
            self._fill(ask, one, message)
        else:
            messages.change(ask.state, message, draft(ask.state, ask.body, ask.files))
        self._fresh()
        return shapes.message(ask.state, message)

    def delete(self, ask: Ask) -> Answer:
        one, message = self._found(ask)
        messages.remove(ask.state, message)
        if message in one.answers:
            one.answers.remove(message)
        return None


def create(ask: Ask) -> Answer:
    channel = ask.channel
    guild = ask.guild_of(channel)
    needs_in(ask.state, channel, P.MANAGE_WEBHOOKS)
    name = (ask.body.get("name") or "").strip()
    bad = not 1 <= len(name) <= 80 or any(word in name.lower() for word in ("clyde", "discord"))
    check(not bad, "name", "Webhook name is invalid")
    if sum(each.channel == channel.id for each in ask.state.webhooks.values()) >= MOST_WEBHOOKS:
        raise Denied(30007)
    made = Webhook(
        ask.state.snowflake(), secrets.token_urlsafe(48), channel.id, guild.id, name, ask.state.application.id,
        ask.state.bot.id,
    )  # fmt: skip
    ask.state.webhooks[made.id] = made
    shape = {"guild_id": str(guild.id), "channel_id": str(channel.id)}
    ask.state.emit("WEBHOOKS_UPDATE", shape, guild.id, None)
    return shapes.webhook(ask.state, made)


def of_channel(ask: Ask) -> Answer:
    needs_in(ask.state, ask.channel, P.MANAGE_WEBHOOKS)
    mine = [each for each in ask.state.webhooks.values() if each.channel == ask.channel.id]
    return [shapes.webhook(ask.state, each) for each in mine]


def of_guild(ask: Ask) -> Answer:
    needs(ask.state, ask.guild, P.MANAGE_WEBHOOKS)
    mine = [each for each in ask.state.webhooks.values() if each.guild == ask.guild.id]
    return [shapes.webhook(ask.state, each) for each in mine]


def _hook(ask: Ask) -> Webhook:
    found = ask.state.webhooks.get(ask.id("webhook"))
    if found is None:
        raise Denied(10015)
    if "token" in ask.parts and ask.parts["token"] != found.token:
        raise Denied(50027)
    return found


def drop(ask: Ask) -> Answer:
    found = _hook(ask)
    if "token" not in ask.parts:
        needs(ask.state, ask.state.guilds[found.guild], P.MANAGE_WEBHOOKS)
    del ask.state.webhooks[found.id]
    return None


def execute(ask: Ask) -> Answer:
    """Say something under a name of one's own; the message is in the answer only with `wait`."""
    hook = _hook(ask)
    name = ask.body.get("username") or hook.name
    bad = not 1 <= len(name.strip()) <= 80 or any(word in name.lower() for word in ("clyde", "discord"))
    check(not bad, "username", 'Username cannot contain "discord" or "clyde", and has 1 to 80 characters')
    what = draft(ask.state, ask.body, ask.files)
    needs_content(what)
    author = User(hook.id, name, bot=True, discriminator="0000")
    channel = _webhook_channel(ask, hook)
    made = messages.publish(ask.state, channel, author, what, webhook=hook.id)
    return shapes.message(ask.state, made) if ask.flag("wait") else None


def _webhook_channel(ask: Ask, hook: Webhook) -> Channel:
    thread = ask.query.get("thread_id")
    found = ask.state.channels.get(int(thread) if thread else hook.channel)
    if found is None or hook.channel not in (found.id, found.parent):
        raise Denied(10003)
    return found


def _hook_message(ask: Ask) -> Message:
    hook = _hook(ask)
    found = ask.state.message(ask.id("message"))
    if found is None or found.webhook != hook.id:
        raise Denied(10008)
    return found


def routes(answering: Answering) -> tuple[Route, ...]:
    """Interaction tokens and webhook tokens share their paths: the application's id tells which it is."""

    def split(of_interaction: Callable[[Ask], Answer], of_webhook: Callable[[Ask], Answer]) -> Callable[[Ask], Answer]:
        def work(ask: Ask) -> Answer:
            return (of_interaction if ask.id("webhook") == ask.state.application.id else of_webhook)(ask)

        return work

    def change_said(ask: Ask) -> Answer:
        return shapes.message(
            ask.state, messages.change(ask.state, _hook_message(ask), draft(ask.state, ask.body, ask.files))
        )

    def drop_said(ask: Ask) -> Answer:
        messages.remove(ask.state, _hook_message(ask))
        return None

    said, one = "/webhooks/{webhook}/{token}", "/webhooks/{webhook}/{token}/messages/{message}"
    return (
        Route("POST", "/interactions/{interaction}/{token}/callback", answering.callback, open=True),
        Route("POST", said, split(answering.follow_up, execute), open=True),
        Route("GET", one, split(answering.get, lambda ask: shapes.message(ask.state, _hook_message(ask))), open=True),
        Route("PATCH", one, split(answering.edit, change_said), open=True),
        Route("DELETE", one, split(answering.delete, drop_said), open=True),
        Route("GET", said, lambda ask: shapes.webhook(ask.state, _hook(ask)), open=True),
        Route("DELETE", said, drop, open=True),
        Route("POST", "/channels/{channel}/webhooks", create),
        Route("GET", "/channels/{channel}/webhooks", of_channel),
        Route("GET", "/guilds/{guild}/webhooks", of_guild),
        Route("GET", "/webhooks/{webhook}", lambda ask: shapes.webhook(ask.state, _hook(ask))),
        Route("DELETE", "/webhooks/{webhook}", drop),
    )
