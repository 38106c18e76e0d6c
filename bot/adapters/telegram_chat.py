"""Telegram as a `Chat`: what Sereno can do there, each part in a module of its own."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime
from typing import Any, Final

import structlog

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.telegram_doors import Doors
from bot.adapters.telegram_hands import Hands
from bot.adapters.telegram_names import Names
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_sending import Sender, card_text, keyboard
from bot.adapters.telegram_staff import EVERYTHING, Staff
from bot.adapters.telegram_text import ALERT, units
from bot.adapters.telegram_wire import Wire
from bot.adapters.turns import Urgency
from bot.platforms import MODERATORS
from moderation.errors import ChatError, Forbidden, Gone, Unsupported
from moderation.model import (
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Member,
    MemberRef,
    MessageRef,
)
from moderation.ports import Card

SPINNING: Final = 3.0
"""Seconds a pressed button may wait for its answer, which is shown in a window; then the wait is ended."""
_PRESSES: Final = 1000


class TelegramChat:
    """The port. Every method raises ChatErrors only."""

    def __init__(
        self,
        ground: Ground,
        wire: Wire,
        places: Places,
        staff: Staff,
        names: Names,
        sender: Sender,
        hands: Hands,
        doors: Doors,
    ) -> None:
        self._ground, self._wire, self._places, self._staff, self._names = ground, wire, places, staff, names
        self.sender, self.hands, self.doors = sender, hands, doors
        self._presses: OrderedDict[str, tuple[str, asyncio.TimerHandle]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._log: Any = structlog.get_logger(__name__)

    @property
    def platform(self) -> str:
        """The name under which its events arrive."""
        return "telegram"

    def capabilities(self, community: str) -> frozenset[Capability]:
        """What the bot's rights in all groups of the community allow."""
        home = self._ground.homes.of(community)
        return self._staff.capabilities(home) if home is not None else EVERYTHING

    def language_of(self, member: MemberRef) -> str | None:
        """The language of the person's Telegram app, once they were seen."""
        return self._names.language_of(member.id)

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it."""
        return await self.sender.say(key, channel, text, reply_to=reply_to)

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person something in private, or let it wait for them there."""
        return await self.sender.notify(member, text, key=key, near=near)

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case."""
        return await self.sender.say(key, channel, card_text(card), urgency=Urgency.TELL, reply_markup=keyboard(card))

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        await self.sender.edit(message, text)

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        await self.sender.edit(message, card_text(card), keyboard(card))

    def pressed(self, event: ButtonPressed, query: str) -> None:
        """A button is pressed and its window waits: for the answer, or for a moment only."""
        timer = asyncio.get_running_loop().call_later(SPINNING, self._stop_spinning, event.key)
        self._presses[event.key] = (query, timer)
        while len(self._presses) > _PRESSES:
            _, (_, old) = self._presses.popitem(last=False)
            old.cancel()

    def _stop_spinning(self, key: str) -> None:
        query, _ = self._presses.pop(key, ("", None))
        if query:
            task = asyncio.create_task(self._shown(query, None))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _shown(self, query: str, text: str | None) -> None:
        """End a button's waiting, perhaps with words in a window; too late is no harm."""
        shown = {"text": text, "show_alert": True} if text else {}
        try:
            await self._wire.call("answer_callback_query", Urgency.ANSWER, callback_query_id=query, **shown)
        except ChatError as error:
            self._log.debug("a button's waiting could not be ended", why=str(error))

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """In the button's window, in private, or where only moderators read; else it waits for the person."""
        key = f"answer:{to.key}"
        query, timer = self._presses.pop(to.key, ("", None))
        if timer is not None:
            timer.cancel()
        short = units(text) <= ALERT
        if query:
            await self._shown(query, text if short else None)
            if short:
                return
        on = to.message if isinstance(to, ButtonPressed) else None
        if not to.channel.id.startswith("-") or self.is_desk(to.channel):
            await self.sender.say(key, to.channel, text, urgency=Urgency.ANSWER, reply_to=on)
            return
        await self.sender.notify(to.member.ref, text, key=key, near=to.channel)

    def is_desk(self, channel: ChannelRef) -> bool:
        """A chat of the moderators' own."""
        home = self._ground.homes.of(channel.community)
        desk = home.channels.get(MODERATORS) if home is not None else None
        return desk is not None and self._places.target(desk) == self._places.target(channel.id)

    async def who(self, member: MemberRef) -> Member:
        """The person as Telegram describes them now."""
        home = self._home(member.community)
        name, is_bot, found = "", False, False
        for chat in list(self._places.chats(home)):
            try:
                if int(member.id) < 0:
                    about = await self._wire.call("get_chat", Urgency.ANSWER, chat_id=int(member.id))
                    name, found = about.title or "", True
                else:
                    user = (
                        await self._wire.call("get_chat_member", Urgency.ANSWER, chat_id=chat, user_id=int(member.id))
                    ).user
                    name, is_bot, found = user.full_name, user.is_bot, True
            except (Gone, Forbidden, ValueError):
                continue
        if not found:
            raise Gone("Telegram knows nobody by this id in the group")
        return Member(member, name, await self._staff.roles(home, member.id), is_bot)

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """What this person may do in all groups of the community by Telegram's own rights."""
        return await self._staff.rights(self._home(member.community), member.id)

    async def delete(self, message: MessageRef) -> None:
        """Remove a message for everybody."""
        await self.hands.delete(message)

    async def hold(self, message: MessageRef) -> None:
        """Remove a message; its words stay in the case until a person has looked."""
        await self.hands.delete(message)

    async def restore(self, message: MessageRef) -> None:
        """Say again what was removed, as a quotation of its author."""
        await self.hands.restore(message)

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Silence a person until a moment; None lets them write again."""
        await self.hands.timeout(member, until)

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Remove a person, who may come back."""
        await self.hands.kick(member)

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Remove a person and keep them out until a moment; None means until a person lifts it."""
        await self.hands.ban(member, until)

    async def unban(self, member: MemberRef) -> None:
        """Let a banned person come back."""
        await self.hands.unban(member)

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Telegram has no roles."""
        raise Unsupported("Telegram has no roles to give")

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Telegram has no roles."""
        raise Unsupported("Telegram has no roles to take")

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """Bots cannot."""
        raise Unsupported("Telegram lets no bot set slow mode; an administrator can, in the group's permissions")

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Nobody but staff writes in a locked channel."""
        await self.doors.lock(channel, locked=locked)

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Nobody new comes in while invites are paused."""
        await self.doors.pause(community, paused=paused)

    async def aclose(self) -> None:
        """Let go of what waits."""
        for _, timer in self._presses.values():
            timer.cancel()
        self._presses.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _home(self, community: str) -> Home:
        home = self._ground.homes.of(community)
        if home is None:
            raise Gone(f"the community {community} has no group on Telegram")
        return home
