"""What the bot says on Discord: once per key, however often it is tried and whatever falls in between.

Discord itself drops a repeated send for some minutes (`nonce` with `enforce_nonce`); over restarts the journal knows
what was said (`Sent`), and what nobody knows is looked for in the channel.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import structlog

from bot.adapters.discord_interactions import Interactions
from bot.adapters.discord_once import Once
from bot.adapters.discord_places import PLATFORM
from bot.adapters.discord_rest import Rest
from bot.adapters.discord_rights import name_of
from bot.adapters.discord_text import LIMIT, NO_PREVIEW, SILENT, cut, nonce, plain
from bot.adapters.turns import Urgency
from bot.stores.sent import Sending
from moderation.errors import ChatError, Forbidden, Gone, OutcomeUnknown, Unavailable
from moderation.model import ButtonPressed, ChannelRef, CommandCalled, MemberRef, MessageRef
from moderation.ports import Card

_MESSAGES: Final = "/channels/{channel_id}/messages"
_MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
_ROW, _BUTTON, _GREY = 1, 2, 2
REMEMBERED: Final = 5_000


class Speaker:
    """Sends; the half of the `Chat` port that only shows words."""

    def __init__(self, once: Once, rest: Rest, interactions: Interactions) -> None:
        self._said = once
        self._rest = rest
        self._interactions = interactions
        self._direct: OrderedDict[str, str] = OrderedDict()
        self._log: Any = structlog.get_logger(__name__)

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it."""
        body: dict[str, Any] = {"content": plain(text)}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to.id, "fail_if_not_exists": False}
        return await self._show(channel, body, key, Urgency.POST)

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person: below the command they have just used, else as a direct message.

        Unsupported when they take no direct messages: nothing is said in `near`, which would put them on show.
        """
        known = await self._said.begin(f"{key}|{member.id}")
        if isinstance(known, MessageRef):
            return "direct message" if known.id != _EPHEMERAL else "a note only they see"
        if known is Sending.NEW and (one := self._interactions.last_of(member)) is not None:
            try:
                await self._interactions.say(one, text)
            except ChatError as error:
                self._log.info("a note could not be shown, a direct message is tried", why=str(error))
            else:
                await self._said.done(f"{key}|{member.id}", _ephemeral(member))
                return "a note only they see"
        await self._direct_message(member, {"content": plain(text)}, f"{key}|{member.id}", known)
        return "direct message"

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case."""
        return await self._show(channel, _card(card), key, Urgency.TELL)

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        await self._patch(message, {"content": plain(text)})

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        await self._patch(message, _card(card))

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answer who called or pressed, where only they see it; as a direct message once Discord takes no more."""
        one = self._interactions.open(to.key)
        key = f"answer:{to.key}"
        if one is None:
            await self.notify(to.member.ref, text, key=key, near=to.channel)
            return
        name = f"{key}|{to.member.ref.id}"
        known = await self._said.begin(name)
        if isinstance(known, MessageRef):
            return
        try:
            await self._interactions.say(one, text)
        except (Gone, Unavailable, Forbidden):
            await self._direct_message(to.member.ref, {"content": plain(text)}, name, known)
        else:
            await self._said.done(name, _ephemeral(to.member.ref))

    async def _direct_message(self, member: MemberRef, body: Mapping[str, Any], key: str, known: Sending) -> None:
        try:
            channel = ChannelRef(PLATFORM, member.community, await self._channel_to(member))
        except ChatError:
            await self._said.failed(key, known)
            raise
        await self._send(channel, body, key, Urgency.ANSWER, known)

    async def _channel_to(self, member: MemberRef) -> str:
        known = self._direct.get(member.id)
        if known is None:
            body = {"recipient_id": member.id}
            raw = await self._rest.call(Urgency.ANSWER, "POST", "/users/@me/channels", json=body)
            known = self._direct[member.id] = str(raw["id"])
            while len(self._direct) > REMEMBERED:
                self._direct.popitem(last=False)
        return known

    async def _show(self, channel: ChannelRef, body: Mapping[str, Any], key: str, urgency: Urgency) -> MessageRef:
        known = await self._said.begin(key)
        if isinstance(known, MessageRef):
            return MessageRef(channel, known.id) if known.channel.id == channel.id else known
        return await self._send(channel, body, key, urgency, known)

    async def _send(
        self, channel: ChannelRef, body: Mapping[str, Any], key: str, urgency: Urgency, known: Sending
    ) -> MessageRef:
        """Send once. What was perhaps said before is looked for first."""
        content = str(body.get("content", ""))
        ref = await self._find(channel, content, nonce(key)) if known is Sending.PERHAPS else None
        if ref is None:
            full = {**body, "allowed_mentions": SILENT, "flags": NO_PREVIEW, "nonce": nonce(key), "enforce_nonce": True}
            lacks = name_of("send_messages")
            try:
                raw = await self._rest.call(
                    urgency, "POST", _MESSAGES, {"channel_id": channel.id}, json=full, sends=True, lacks=lacks
                )
            except OutcomeUnknown:
                raise
            except ChatError:
                await self._said.failed(key, known)
                raise
            ref = MessageRef(channel, str(raw["id"]))
        await self._said.done(key, ref)
        return ref

    async def _find(self, channel: ChannelRef, content: str, once: str) -> MessageRef | None:
        """A message of the bot's own among the last hundred that is the one: by nonce where Discord tells it, else by
        its words."""
        lacks = name_of("read_message_history")
        try:
            page = await self._rest.call(
                Urgency.ANSWER, "GET", _MESSAGES, {"channel_id": channel.id}, query={"limit": 100}, lacks=lacks
            )
        except Forbidden as error:
            raise OutcomeUnknown(f"perhaps said before, and nobody can look: {error}") from error
        mine = [raw for raw in page if str(raw["author"]["id"]) == self.account]
        for raw in mine:
            if raw.get("nonce") == once or (raw.get("nonce") is None and raw.get("content") == content.strip()):
                return MessageRef(channel, str(raw["id"]))
        return None

    async def _patch(self, message: MessageRef, body: Mapping[str, Any]) -> None:
        full = {**body, "allowed_mentions": SILENT, "flags": NO_PREVIEW}
        ids = {"channel_id": message.channel.id, "message_id": message.id}
        await self._rest.call(Urgency.TELL, "PATCH", _MESSAGE, ids, json=full)

    @property
    def account(self) -> str:
        """The bot's own id; empty until known."""
        return self._interactions.account


_EPHEMERAL: Final = "ephemeral"


def _ephemeral(member: MemberRef) -> MessageRef:
    """What only one person sees has no id that could be acted on."""
    return MessageRef(ChannelRef(PLATFORM, member.community, member.id), _EPHEMERAL)


def _card(card: Card) -> dict[str, Any]:
    """Title, body and rows of five buttons; a press finds its case by the token alone, after a restart as well."""
    buttons = [
        {"type": _BUTTON, "style": _GREY, "label": cut(words, 80), "custom_id": token} for words, token in card.buttons
    ]
    rows = [{"type": _ROW, "components": buttons[at : at + 5]} for at in range(0, min(len(buttons), 25), 5)]
    title = plain(card.title, 200)
    return {"content": f"**{title}**\n{plain(card.body, LIMIT - len(title) - 5)}", "components": rows}
