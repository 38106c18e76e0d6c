"""Giving a deleted message back: Discord cannot, so that it is posted again under its author's name, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.adapters.discord_once import Once
from bot.adapters.discord_people import People
from bot.adapters.discord_rest import Rest
from bot.adapters.discord_rights import name_of
from bot.adapters.discord_sending import Speaker
from bot.adapters.discord_text import SILENT, cut, safe
from bot.adapters.ground import Ground
from bot.adapters.turns import Urgency
from bot.stores.sent import Sending
from moderation.errors import ChatError, Forbidden, Gone, OutcomeUnknown, StoreError, Unavailable
from moderation.model import Message, MessageRef

NAME: Final = "Sereno"
WEBHOOKS: Final = "discord:webhook:"
_CHANNEL: Final = "/channels/{channel_id}"
_MESSAGES: Final = "/channels/{channel_id}/messages"
_WEBHOOKS: Final = "/channels/{channel_id}/webhooks"
_EXECUTE: Final = "/webhooks/{webhook_id}/{webhook_token}"
_FORBIDDEN_NAMES: Final = ("discord", "clyde")


class Restorer:
    """Needs the right to manage webhooks; without it the message is quoted by the bot."""

    def __init__(self, ground: Ground, once: Once, rest: Rest, people: People, speaker: Speaker) -> None:
        self._ground = ground
        self._said = once
        self._rest = rest
        self._people = people
        self._speaker = speaker
        self._webhooks: dict[str, tuple[str, str]] = {}

    async def restore(self, message: MessageRef) -> None:
        """Post it again unless it is there; Gone when its words are not kept any more."""
        if await self._there(message):
            return
        key = f"restore:{message.id}"
        try:
            kept = await self._ground.kept.message(message)
        except StoreError as error:
            raise Unavailable(f"what was written cannot be read: {error}") from error
        if kept is None:
            raise Gone("the words of this message are not kept any more, so it cannot be given back")
        known = await self._said.begin(key)
        if isinstance(known, MessageRef):
            return
        try:
            ref = await self._again(message, kept, known)
        except OutcomeUnknown:
            raise
        except ChatError:
            await self._said.failed(key, known)
            raise
        await self._said.done(key, ref)

    async def _there(self, message: MessageRef) -> bool:
        path, ids = _MESSAGES + "/{message_id}", {"channel_id": message.channel.id, "message_id": message.id}
        try:
            await self._rest.call(Urgency.ANSWER, "GET", path, ids, lacks=name_of("read_message_history"))
        except Gone:
            return False
        return True

    async def _again(self, message: MessageRef, kept: Message, known: Sending) -> MessageRef:
        text = cut(safe(kept.text)) or "…"
        if known is Sending.PERHAPS and (found := await self._find(message, text)) is not None:
            return found
        try:
            return await self._as_author(message, kept, text)
        except Forbidden:
            said = f"{kept.author.name or kept.author.ref.id}: {text}"
            return await self._speaker.post(message.channel, said, key=f"restored:{message.id}")

    async def _as_author(self, message: MessageRef, kept: Message, text: str) -> MessageRef:
        channel = await self._rest.call(Urgency.ANSWER, "GET", _CHANNEL, {"channel_id": message.channel.id})
        thread = channel.get("type") in {10, 11, 12}
        where = str(channel["parent_id"]) if thread else message.channel.id
        id_, token = await self._webhook(where)
        body: dict[str, Any] = {"content": text, "username": _name(kept), "allowed_mentions": SILENT}
        if avatar := await self._avatar(kept, str(channel.get("guild_id") or "")):
            body["avatar_url"] = avatar
        query = {"wait": "true"} | ({"thread_id": message.channel.id} if thread else {})
        try:
            raw = await self._rest.call(
                Urgency.TELL,
                "POST",
                _EXECUTE,
                {"webhook_id": id_, "webhook_token": token},
                json=body,
                query=query,
                sends=True,
            )
        except Gone:
            self._webhooks.pop(where, None)
            raise Unavailable("the webhook was removed meanwhile") from None
        return MessageRef(message.channel, str(raw["id"]))

    async def _webhook(self, channel: str) -> tuple[str, str]:
        """The bot's own webhook of a channel, made when there is none."""
        if channel not in self._webhooks:
            lacks = name_of("manage_webhooks")
            there = await self._rest.call(Urgency.TELL, "GET", _WEBHOOKS, {"channel_id": channel}, lacks=lacks)
            mine = [one for one in there if one.get("token") and _is_mine(one, self._speaker.account)]
            body = {"name": NAME}
            found = (
                mine[0]
                if mine
                else await self._rest.call(
                    Urgency.TELL, "POST", _WEBHOOKS, {"channel_id": channel}, json=body, lacks=lacks
                )
            )
            self._webhooks[channel] = (str(found["id"]), str(found["token"]))
            await self._mine(channel, str(found["id"]))
        return self._webhooks[channel]

    async def _mine(self, channel: str, webhook: str) -> None:
        """What this webhook says is the bot's own word, after a restart as well."""
        self._ground.me(webhook)
        try:
            await self._ground.cursors.put(f"{WEBHOOKS}{channel}", webhook)
        except StoreError as error:
            raise Unavailable(f"the webhook could not be noted: {error}") from error

    async def _find(self, message: MessageRef, text: str) -> MessageRef | None:
        page = await self._rest.call(
            Urgency.ANSWER,
            "GET",
            _MESSAGES,
            {"channel_id": message.channel.id},
            query={"limit": 100, "after": message.id},
        )
        for raw in page:
            if raw.get("webhook_id") and raw.get("content") == text.strip():
                return MessageRef(message.channel, str(raw["id"]))
        return None

    async def _avatar(self, kept: Message, place: str) -> str | None:
        """The author's picture, where they are still here and have one."""
        try:
            raw = await self._people.raw(place, kept.author.ref.id)
        except ChatError:
            return None
        picture = (raw or {}).get("user", {}).get("avatar")
        return f"https://cdn.discordapp.com/avatars/{kept.author.ref.id}/{picture}.png" if picture else None


def _is_mine(webhook: Mapping[str, Any], account: str) -> bool:
    return str((webhook.get("user") or {}).get("id") or "") == account or webhook.get("name") == NAME


def _name(kept: Message) -> str:
    """The author's name as Discord takes it for a webhook: not empty, and without the two words it forbids."""
    name = safe(kept.author.name).strip()[:80]
    for word in _FORBIDDEN_NAMES:
        if word in name.lower():
            name = ""
    return name or f"member {kept.author.ref.id}"[:80]
