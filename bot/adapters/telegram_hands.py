"""What the bot does to messages and people on Telegram."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from telegram import ChatPermissions

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.telegram_names import Names
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_sending import Sender
from bot.adapters.telegram_wire import BEFORE, Wire
from bot.adapters.telegram_words import GIVEN_BACK, say
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, Forbidden, Gone, OutcomeUnknown, Unsupported
from moderation.model import MemberRef, MessageRef

HIDDEN: Final = "telegram:hidden:"
"""Cursor: messages the bot took away, with the day; Telegram cannot be asked what is not there."""
KEPT: Final = timedelta(days=190)
"""As long as an appeal may take (people.md: 183 days)."""
SHORTEST: Final = timedelta(seconds=35)
LONGEST: Final = timedelta(days=365)
"""Telegram takes an end nearer than 30 seconds or further than 366 days for never."""
PASSING: Final = timedelta(seconds=60)
"""A kick is a ban that ends by itself, should Sereno fall between banning and unbanning."""
SILENT: Final = ChatPermissions.no_permissions()
SPEAKING: Final = ChatPermissions.all_permissions()


class Hands:
    """Acts in every group of a person's community; what is already so is done."""

    def __init__(self, wire: Wire, ground: Ground, places: Places, names: Names, sender: Sender) -> None:
        self._wire, self._ground, self._places, self._names, self._sender = wire, ground, places, names, sender

    async def forget(self) -> None:
        """Let go of what nobody can appeal against any more."""
        oldest = (self._ground.clock.now() - KEPT).date().isoformat()
        for name, day in (await self._ground.cursors.all(HIDDEN)).items():
            if day < oldest:
                await self._ground.cursors.drop(name)

    async def delete(self, message: MessageRef) -> None:
        """Take a message away. Remembered before it is tried, so that it can be given back whatever happens."""
        if self._places.moved(message.channel.id):
            raise Unsupported(BEFORE)
        if not message.id.isdecimal():
            raise Gone("no such message")
        chat, _ = self._places.target(message.channel.id)
        name = f"{HIDDEN}{message.channel.id}:{message.id}"
        before = await self._ground.cursors.get(name)
        if before is None:
            await self._ground.cursors.put(name, self._ground.clock.now().date().isoformat())
        try:
            await self._call("delete_message", chat, message_id=int(message.id))
        except OutcomeUnknown:
            raise
        except ChatError:
            if before is None:
                await self._ground.cursors.drop(name)
            raise

    async def tidy(self, message: MessageRef) -> None:
        """Take away a command once it is accepted: who reports somebody does not do it before everybody."""
        chat, _ = self._places.target(message.channel.id)
        await self._call("delete_message", chat, message_id=int(message.id))

    async def restore(self, message: MessageRef) -> None:
        """Say again what was taken away, as a quotation; nothing when it was not the bot that took it."""
        name = f"{HIDDEN}{message.channel.id}:{message.id}"
        if await self._ground.cursors.get(name) is None:
            return
        kept = await self._ground.kept.message(message)
        if kept is None:
            raise Gone("what the message said is not kept any more")
        home = self._home(message.channel.community)
        files = "".join(f" [{each.name}]" for each in kept.attachments)
        name_ = kept.author.name or self._names.name_of(kept.author.ref.id) or kept.author.ref.id
        text = say(GIVEN_BACK, home.language, name=name_, text=f"{kept.text}{files}")
        await self._sender.say(f"restore:{message.channel.id}:{message.id}", message.channel, text)
        await self._ground.cursors.drop(name)

    async def timeout(self, member: MemberRef, until: datetime | None) -> None:
        """Silence a person, or let them write again."""
        now = self._ground.clock.now()
        if until is not None and until <= now:
            return
        person = _person(member, "silence")
        permissions = SPEAKING if until is None else SILENT
        arguments: dict[str, Any] = {"user_id": person, "permissions": permissions}
        if until is not None:
            arguments["until_date"] = _end(now, until)
            arguments["use_independent_chat_permissions"] = True
        await self._everywhere(member, lambda chat: self._call("restrict_chat_member", chat, **arguments))

    async def kick(self, member: MemberRef) -> None:
        """Remove a person, who may come back at once."""
        person = _person(member, "kick")
        passing = self._ground.clock.now() + PASSING

        async def kick(chat: int) -> None:
            await self._call("ban_chat_member", chat, user_id=person, until_date=passing)
            await self._call("unban_chat_member", chat, user_id=person, only_if_banned=True)

        await self._everywhere(member, kick)

    async def ban(self, member: MemberRef, until: datetime | None) -> None:
        """Remove a person and keep them out. A channel that somebody writes as is kept out as such, without an end."""
        now = self._ground.clock.now()
        if until is not None and until <= now:
            return
        person = int(member.id)
        if person < 0:
            await self._everywhere(member, lambda chat: self._call("ban_chat_sender_chat", chat, sender_chat_id=person))
            return
        end = {"until_date": _end(now, until)} if until is not None else {}
        await self._everywhere(member, lambda chat: self._call("ban_chat_member", chat, user_id=person, **end))

    async def unban(self, member: MemberRef) -> None:
        """Let a person come back."""
        person = int(member.id)
        if person < 0:
            await self._everywhere(
                member, lambda chat: self._call("unban_chat_sender_chat", chat, sender_chat_id=person)
            )
            return
        await self._everywhere(
            member, lambda chat: self._call("unban_chat_member", chat, user_id=person, only_if_banned=True)
        )

    async def _call(self, method: str, chat: int, **arguments: Any) -> None:
        await self._wire.call(method, Urgency.ENFORCE, chat_id=chat, **arguments)

    async def _everywhere(self, member: MemberRef, act: Callable[[int], Awaitable[None]]) -> None:
        """In each group: one that fails does not spare the person in the others. Nowhere there is gone."""
        gone: Gone | None = None
        worse: ChatError | None = None
        done = 0
        for chat in list(self._places.chats(self._home(member.community))):
            try:
                await act(chat)
                done += 1
            except Gone as error:
                gone = error
            except ChatError as error:
                worse = worse or error
        if worse is not None:
            raise worse
        if not done and gone is not None:
            raise gone

    def _home(self, community: str) -> Home:
        home = self._ground.homes.of(community)
        if home is None:
            raise Gone(f"the community {community} has no group on Telegram")
        return home


def _person(member: MemberRef, what: str) -> int:
    """A person's number; channels that people write as can only be banned."""
    try:
        person = int(member.id)
    except ValueError:
        raise Gone("no such person") from None
    if person < 0:
        raise Forbidden(f"Telegram cannot {what} somebody who writes as a channel, only ban the channel")
    return person


def _end(now: datetime, until: datetime) -> datetime:
    """An end that Telegram does not take for never."""
    return min(max(until, now + SHORTEST), now + LONGEST)
