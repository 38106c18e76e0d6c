"""What the bot says on Telegram, each key once as far as anybody can know: Telegram itself knows no keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
    User,
)

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.telegram_errors import SAME
from bot.adapters.telegram_names import Names
from bot.adapters.telegram_people import REQUEST, People
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_text import cut, quiet, units
from bot.adapters.telegram_wire import Wire
from bot.adapters.telegram_words import NUDGE, READ, WELCOME, say
from bot.adapters.turns import Urgency
from bot.stores.sent import Sending
from moderation.errors import ChatError, Forbidden, Gone, OutcomeUnknown
from moderation.model import ChannelRef, MemberRef, MessageRef
from moderation.ports import Card

STARTED: Final = "telegram:started:"
"""Cursor: people who have started a chat with the bot."""
NOTICE: Final = "telegram:notice:"
"""Cursor: what waits for a person to press “Start”, as a JSON list."""
NOTICES: Final = 5
ROW: Final = 3
"""Buttons in a row; Telegram shows eight at most, and words then become dots."""
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


def keyboard(card: Card) -> InlineKeyboardMarkup | None:
    """The buttons of a card; None when there are none."""
    buttons = [InlineKeyboardButton(words, callback_data=token) for words, token in card.buttons]
    return InlineKeyboardMarkup([buttons[at : at + ROW] for at in range(0, len(buttons), ROW)]) if buttons else None


def card_text(card: Card) -> str:
    """A card as one message."""
    return "\n\n".join(part for part in (card.title, card.body) if part)


class Sender:
    """Says things in groups and in private."""

    def __init__(self, wire: Wire, ground: Ground, places: Places, names: Names, people: People) -> None:
        self._wire, self._ground, self._places, self._names, self._people = wire, ground, places, names, people
        self.username = ""
        self._saying: set[str] = set()
        self._delivering = asyncio.Lock()

    async def say(
        self,
        key: str,
        channel: ChannelRef,
        text: str,
        *,
        urgency: Urgency = Urgency.POST,
        reply_to: MessageRef | None = None,
        **more: Any,
    ) -> MessageRef:
        """A message in a channel, under a key."""
        if key in self._saying:
            raise OutcomeUnknown("this is being said at this moment")
        self._saying.add(key)
        try:
            return await self._say(key, channel, text, urgency, reply_to, more)
        finally:
            self._saying.discard(key)

    async def _say(
        self,
        key: str,
        channel: ChannelRef,
        text: str,
        urgency: Urgency,
        reply_to: MessageRef | None,
        more: dict[str, Any],
    ) -> MessageRef:
        known = await self._ground.sent.begin(key)
        if isinstance(known, MessageRef):
            return known
        if known is Sending.PERHAPS:
            # Whoever asks again after this has decided that saying it twice is better than not at all.
            await self._ground.sent.failed(key)
            raise OutcomeUnknown("this may have been said already; Telegram cannot be asked")
        try:
            ref = await self._send(channel, text, urgency, reply_to, more)
        except OutcomeUnknown:
            raise
        except ChatError:
            await self._ground.sent.failed(key)
            raise
        await self._ground.sent.done(key, ref)
        return ref

    async def _send(
        self, channel: ChannelRef, text: str, urgency: Urgency, reply_to: MessageRef | None, more: dict[str, Any]
    ) -> MessageRef:
        chat, topic = self._places.target(channel.id)
        group = chat < 0
        arguments: dict[str, Any] = {
            "text": cut(quiet(text) if group else text),
            "link_preview_options": NO_PREVIEW,
            "disable_notification": urgency is Urgency.POST,
            **more,
        }
        if topic is not None:
            arguments["message_thread_id"] = topic
        if reply_to is not None and not self._places.moved(reply_to.channel.id):
            where = self._places.target(reply_to.channel.id)[0]
            if where == chat and reply_to.id.isdecimal():
                arguments["reply_parameters"] = ReplyParameters(int(reply_to.id), allow_sending_without_reply=True)
        buckets = (f"chat:{chat}", f"group:{chat}") if group else (f"chat:{chat}",)
        sent = await self._wire.call("send_message", urgency, *buckets, chat_id=chat, **arguments)
        if self._places.moved(channel.id):  # what is said now can be changed later, under the group's new id
            channel = replace(channel, id=f"{sent.chat.id}/{topic}" if topic is not None else str(sent.chat.id))
        return MessageRef(channel, str(sent.message_id))

    async def private(self, key: str, member: MemberRef, text: str) -> bool:
        """Write to a person alone; False when Telegram does not let the bot."""
        chat = await self._private_chat(member.id)
        if chat is None:
            return False
        channel = ChannelRef(member.platform, member.community, chat)
        try:
            await self.say(key, channel, text, urgency=Urgency.TELL)
        except (Forbidden, Gone):
            await self._ground.cursors.drop(f"{STARTED}{member.id}")
            self._people.door.pop(member.id, None)
            return False
        return True

    async def _private_chat(self, person: str) -> str | None:
        if await self._ground.cursors.get(f"{STARTED}{person}") is not None:
            return person
        chat, asked = self._people.door.get(person, (0, None))
        lately = asked is not None and self._ground.clock.now() - asked < timedelta(seconds=REQUEST)
        return str(chat) if lately else None

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None) -> str:
        """Tell a person alone, or say in the group that something waits for them; which way it went."""
        if await self.private(key, member, text):
            return "a private message"
        if near is None or not near.id.startswith("-"):
            raise Forbidden("this person has not started a chat with the bot, so Telegram lets it not write to them")
        await self._keep(member.id, key, text)
        await self._nudge(member, key, near)
        return "a note in the group; the message waits for them in a private chat"

    async def _keep(self, person: str, key: str, text: str) -> None:
        waiting = [each for each in await self._waiting(person) if each["key"] != key]
        kept = [*waiting, {"key": key, "text": text}][-NOTICES:]
        await self._ground.cursors.put(f"{NOTICE}{person}", json.dumps(kept))

    async def _waiting(self, person: str) -> list[dict[str, str]]:
        kept = await self._ground.cursors.get(f"{NOTICE}{person}")
        return list(json.loads(kept)) if kept else []

    async def _nudge(self, member: MemberRef, key: str, near: ChannelRef) -> None:
        """One note while nobody has read what waits: it tells nothing and calls nobody but the person."""
        name = self._names.name_of(member.id) or "?"
        home = self._ground.homes.of(member.community)
        language = self._names.language_of(member.id) or (home.language if home else None)
        text = say(NUDGE, language, name=name)
        at = units(text[: text.index(name)])
        mark = MessageEntity(MessageEntity.TEXT_MENTION, at, units(name), user=User(int(member.id), name, is_bot=False))
        button = InlineKeyboardButton(say(READ, language), url=f"https://t.me/{self.username}?start=notice")
        marks: dict[str, Any] = {"entities": [mark]} if quiet(text) == text else {}
        await self.say(
            f"nudge:{key}", near, text, urgency=Urgency.TELL, reply_markup=InlineKeyboardMarkup([[button]]), **marks
        )

    async def may_write(self, person: str) -> bool:
        """A person opened a chat with the bot; whether that is new."""
        if await self._ground.cursors.get(f"{STARTED}{person}") is not None:
            return False
        await self._ground.cursors.put(f"{STARTED}{person}", "1")
        return True

    async def deliver(self, person: str, homes: Sequence[Home], *, hello: bool) -> None:
        """Say what waits for a person; who has nothing waiting and is new is welcomed."""
        home = next(iter(homes), None)
        if home is None:
            return
        async with self._delivering:
            waiting = await self._waiting(person)
            for each in waiting:
                await self.private(each["key"], home.member(person), each["text"])
            if waiting:
                await self._ground.cursors.drop(f"{NOTICE}{person}")
        if hello and not waiting:
            language = self._names.language_of(person) or home.language
            await self.private(f"welcome:{person}", home.member(person), say(WELCOME, language))

    async def edit(self, message: MessageRef, text: str, markup: InlineKeyboardMarkup | None = None) -> None:
        """Let a message of the bot's own say something else; no markup takes the buttons away."""
        if self._places.moved(message.channel.id) or not message.id.isdecimal():
            raise Gone("the group became a supergroup; its earlier messages cannot be changed any more")
        chat, _ = self._places.target(message.channel.id)
        try:
            await self._wire.call(
                "edit_message_text",
                Urgency.POST,
                f"chat:{chat}",
                chat_id=chat,
                message_id=int(message.id),
                text=cut(quiet(text) if chat < 0 else text),
                link_preview_options=NO_PREVIEW,
                reply_markup=markup,
            )
        except ChatError as error:
            if not any(words in str(error).lower() for words in SAME):
                raise
