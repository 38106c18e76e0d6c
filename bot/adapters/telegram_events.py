"""What happened on Telegram, as Sereno's events. One update may be several events, or none.

Keys hold what Telegram itself numbers, so that an update that is delivered twice is accepted once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import CallbackQuery, Chat, MaybeInaccessibleMessage, Update, User
from telegram import Message as Posted

from bot.adapters.homes import Home
from bot.adapters.telegram_commands import typed
from bot.adapters.telegram_messages import attachments, mentions, says_something, words
from bot.adapters.telegram_names import Names
from bot.adapters.telegram_people import People
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_staff import Staff
from bot.commands.spec import WORDS, Spec
from moderation.model import (
    ButtonPressed,
    ChannelRef,
    CommandCalled,
    Event,
    Member,
    MemberRenamed,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    Role,
)
from moderation.ports import Clock

KINDS: Final = [
    "message",
    "edited_message",
    "callback_query",
    "chat_member",
    "my_chat_member",
    "chat_join_request",
    "message_reaction",
]
"""What is asked of Telegram; the last four come only when they are named."""


@dataclass(slots=True)
class Reader:
    """Reads updates. Raises ChatError when Telegram must be asked who runs a group and does not answer."""

    places: Places
    staff: Staff
    names: Names
    clock: Clock
    commands: Sequence[Spec]
    people: People
    username: str = ""

    async def events(self, update: Update) -> list[Event]:
        """Everything an update means, in order."""
        if update.message is not None:
            return await self._message(update.message)
        if update.edited_message is not None:
            return await self._edited(update.edited_message)
        if update.callback_query is not None:
            return await self._pressed(update.callback_query)
        if update.chat_member is not None:
            return await self.people.changed(update.chat_member)
        if update.chat_join_request is not None:
            return await self.people.asks(update.chat_join_request)
        if update.message_reaction is not None:
            return await self.people.reacted(update.message_reaction)
        return []

    async def author(self, home: Home, message: Posted) -> Member | None:
        """Who wrote a message: a person, an anonymous administrator, or somebody in a channel's name."""
        chat = message.sender_chat
        if chat is None:
            return await self.people.person(home, message.from_user) if message.from_user is not None else None
        mine = self.staff.mine.get(message.chat.id)
        official = message.is_automatic_forward or (mine is not None and str(chat.id) in mine.linked)
        roles = home.roles_of([str(chat.id)])
        if chat.id == message.chat.id:
            roles |= {Role.MODERATOR}
        elif official:
            roles |= {Role.ADMIN}
        return Member(home.member(str(chat.id)), chat.title or chat.full_name or "", roles)

    def _renamed(self, home: Home, user: User | None, member: Member, at: datetime, chat: Chat) -> list[Event]:
        """Telegram tells nobody about new names; they show when the person is seen again."""
        before = self.names.seen(user) if user is not None else None
        if before is None or user is None:
            return []
        digest = hashlib.sha256(user.full_name.encode("utf-8", "replace")).hexdigest()[:12]
        key = f"telegram:rename:{chat.id}:{user.id}:{int(at.timestamp())}:{digest}"
        return [MemberRenamed(key=key, at=at, member=member, before=before)]

    async def _message(self, message: Posted) -> list[Event]:
        home = self.places.home_at(message.chat.id)
        command = await self._command(message, home or self.places.desk_at(message.chat.id))
        if home is None:
            return command
        arrivals = await self.people.told(home, message)
        if arrivals:
            return arrivals
        author = await self.author(home, message)
        if author is None or not says_something(message):
            return command
        user = message.from_user if message.sender_chat is None else None
        events = self._renamed(home, user, author, message.date, message.chat)
        if not command or not author.is_staff:
            said = await self._said(home, message, author)
            key = f"telegram:msg:{message.chat.id}:{message.message_id}:0"
            events.append(MessagePosted(key=key, at=message.date, message=said))
        return events + command

    async def _said(self, home: Home, message: Posted, author: Member) -> Message:
        answered = message.reply_to_message
        reply = None
        if answered is not None and says_something(answered):
            reply = MessageRef(self.places.channel_of(home, answered), str(answered.message_id))
        return Message(
            ref=MessageRef(self.places.channel_of(home, message), str(message.message_id)),
            author=author,
            text=words(message),
            at=message.date,
            reply_to=reply,
            mentions=mentions(message, self.names),
            attachments=attachments(message),
            forwarded=message.forward_origin is not None and not message.is_automatic_forward,
        )

    async def _edited(self, message: Posted) -> list[Event]:
        home = self.places.home_at(message.chat.id)
        author = await self.author(home, message) if home is not None else None
        if home is None or author is None or not says_something(message):
            return []
        said = await self._said(home, message, author)
        content = f"{said.text}\0{[each.name for each in said.attachments]}"
        digest = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:8]
        at = message.edit_date or message.date
        # The stamp counts seconds: a second edit within one is told apart by what it says.
        key = f"telegram:msg:{message.chat.id}:{message.message_id}:{int(at.timestamp())}-{digest}"
        return [MessageEdited(key=key, at=at, message=said)]

    async def _command(self, message: Posted, home: Home | None) -> list[Event]:
        """A command in a community's group or its moderators' one; those in private come in by `private`."""
        command = typed(message, self.username, self.names, self.commands)
        if home is None or command is None:
            return []
        author = await self.author(home, message)
        if author is None:
            return []
        about, on = None, message.reply_to_message
        if on is not None and says_something(on):
            writer = await self.author(home, on)
            about = writer.ref if writer is not None else None
        replied = MessageRef(self.places.channel_of(home, on), str(on.message_id)) if about and on else None
        return [
            CommandCalled(
                key=f"telegram:cmd:{message.chat.id}:{message.message_id}",
                at=message.date,
                member=author,
                channel=self.places.channel_of(home, message),
                name=command.name,
                arguments={WORDS: command.words} if command.words else {},
                message=replied,
                about=about,
            )
        ]

    async def private(self, message: Posted, home: Home) -> list[Event]:
        """A command that a member sends to the bot alone."""
        return await self._command(message, home)

    async def _pressed(self, query: CallbackQuery) -> list[Event]:
        message: MaybeInaccessibleMessage | None = query.message
        if message is None or not query.data:
            return []
        home = self.places.desk_at(message.chat.id)
        if home is None:
            return []
        channel: ChannelRef = (
            self.places.channel_of(home, message)
            if isinstance(message, Posted)
            else self.places.channel_of_id(home, message.chat, message.message_id)
        )
        return [
            ButtonPressed(
                key=f"telegram:press:{query.id}",
                at=self.clock.now(),
                member=await self.people.person(home, query.from_user),
                channel=channel,
                token=query.data,
                message=MessageRef(channel, str(message.message_id)),
            )
        ]
