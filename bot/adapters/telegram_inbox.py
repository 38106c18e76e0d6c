"""From an update to the journal: events in order, the offset with the last of them, and what follows beside the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Final

import structlog
from telegram import Bot, ChatMember, Message, Update

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.telegram_chat import TelegramChat
from bot.adapters.telegram_events import Reader
from bot.adapters.telegram_polling import Polling, Tempo
from bot.adapters.telegram_sending import STARTED
from bot.adapters.telegram_staff import Staff
from bot.adapters.telegram_wire import Wire
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, OutcomeUnknown, RateLimited, StoreError, Unavailable
from moderation.model import ButtonPressed, CommandCalled, Event, MemberJoined, MessageRef

OFFSET: Final = "telegram:offset"
"""Cursor: the number of the first update that is not accepted."""
TRIES: Final = 5
"""How often an update that breaks Sereno itself is tried before it is skipped."""
_ASK_AGAIN: Final = (Unavailable, OutcomeUnknown, RateLimited, StoreError)


class Inbox:
    """Takes updates as they were polled. Nothing an update holds may stop those behind it."""

    def __init__(
        self,
        ground: Ground,
        wire: Wire,
        reader: Reader,
        staff: Staff,
        chat: TelegramChat,
        polling: Polling,
        tempo: Tempo,
    ) -> None:
        self._ground, self._wire, self._reader, self._staff = ground, wire, reader, staff
        self._chat, self._polling, self._tempo = chat, polling, tempo
        self._bot: Bot = wire.bot
        self.skipped = 0
        """Updates that nobody could read."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._log: Any = structlog.get_logger(__name__)

    async def deliver(self, updates: Sequence[Any]) -> None:
        """Accept in order. The next poll confirms what is on disk, and nothing else."""
        written: int | None = None
        numbered = False
        for raw in updates:
            number = raw.get("update_id") if isinstance(raw, dict) else None
            if not isinstance(number, int):
                self._skip(TypeError("no number"))
                continue
            numbered = True
            update = self._read(raw)
            if update is not None and await self._one(update, number + 1):
                written = number + 1
            self._polling.offset = number + 1
        if numbered and self._polling.offset != written:
            await self._keep(str(self._polling.offset))
        if updates and not numbered:
            await asyncio.sleep(self._tempo.first)  # none of these can be confirmed: do not spin

    def _read(self, raw: dict[str, Any]) -> Update | None:
        try:
            return Update.de_json(dict(raw), self._bot)
        except Exception as error:  # noqa: BLE001 - whatever one update does to the SDK must not hold up the others
            self._skip(error)
        return None

    def _skip(self, error: Exception) -> None:
        self.skipped += 1
        self._log.warning("an update could not be read and is skipped", why=type(error).__name__, so_far=self.skipped)

    async def _one(self, update: Update, behind: int) -> bool:
        """Accept one update's events; whether the offset was written with them."""
        pause, broke = self._tempo.first, 0
        while True:
            try:
                return await self._accept(update, behind)
            except _ASK_AGAIN as error:
                self._polling.trouble = f"an update waits: {error}"
                self._log.warning("an update waits", why=str(error), again_in=pause)
            except Exception as error:  # noqa: BLE001 - as in `_read`; tried again in case it was not the update
                broke += 1
                if broke == TRIES or isinstance(error, ChatError):
                    self._skip(error)
                    return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._tempo.longest)

    async def _accept(self, update: Update, behind: int) -> bool:
        events = await self._events(update)
        written = False
        for at, event in enumerate(events, 1):
            extra = self._ground.cursors.setting(OFFSET, str(behind)) if at == len(events) else None
            accepted = await self._ground.accept(event, extra)
            written = extra is not None and accepted is not None and accepted.new
        self._polling.trouble = None
        for event in events:
            self._after(event, update)
        return written

    async def _events(self, update: Update) -> list[Event]:
        message = update.message
        if message is not None and (message.migrate_to_chat_id or message.migrate_from_chat_id):
            old, new = message.migrate_from_chat_id or message.chat.id, message.migrate_to_chat_id or message.chat.id
            await self._reader.places.migrated(old, new)
            await self._look_again(new)
            return []
        if update.my_chat_member is not None:
            await self._mine(update)
            return []
        if message is not None and message.chat.type == message.chat.PRIVATE:
            return await self._private(message)
        return await self._reader.events(update)

    async def _mine(self, update: Update) -> None:
        """The bot's own place changed: its rights in a group, or whether somebody lets it write to them."""
        change = update.my_chat_member
        if change is None:
            return
        status = change.new_chat_member.status
        if change.chat.type == change.chat.PRIVATE:
            if status == ChatMember.BANNED:
                await self._ground.cursors.drop(f"{STARTED}{change.chat.id}")
            return
        await self._look_again(change.chat.id)
        self._log.info("the bot's place in a group changed", status=str(status))

    async def _look_again(self, chat: int) -> None:
        self._staff.changed(chat)
        if self._reader.places.home_at(chat) is not None:
            await self._staff.look(chat, self._bot.id)

    async def _private(self, message: Message) -> list[Event]:
        """Somebody writes to the bot alone: they may be written to, and members may call commands."""
        user = message.from_user
        if user is None:
            return []
        self._reader.names.seen(user)
        theirs = [home for home in self._ground.homes if await self._is_member(home, user.id)]
        fresh = await self._chat.sender.may_write(str(user.id))
        hello = fresh and (message.text or "").startswith("/start")
        self._later(self._chat.sender.deliver(str(user.id), theirs or list(self._ground.homes), hello=hello))
        return await self._reader.private(message, theirs[0]) if len(theirs) == 1 else []

    async def _is_member(self, home: Home, person: int) -> bool:
        for chat in list(self._reader.places.chats(home)):
            try:
                found = await self._wire.call("get_chat_member", Urgency.ANSWER, chat_id=chat, user_id=person)
            except _ASK_AGAIN:
                raise
            except ChatError:
                continue
            if found.status not in (ChatMember.LEFT, ChatMember.BANNED):
                return True
        return False

    def _after(self, event: Event, update: Update) -> None:
        """What follows once an event is on disk, beside the queue."""
        if isinstance(event, ButtonPressed) and update.callback_query is not None:
            self._chat.pressed(event, update.callback_query.id)
        message = update.message
        if isinstance(event, CommandCalled) and message is not None and self._is_open(message, event):
            self._later(self._chat.hands.tidy(MessageRef(event.channel, str(message.message_id))))
        change = update.chat_member
        if isinstance(event, MemberJoined) and change is not None:
            by_themselves = change.from_user.id == change.new_chat_member.user.id
            if by_themselves and not event.member.is_staff:
                self._later(self._turn_away(event, change.chat.id))

    def _is_open(self, message: Message, event: CommandCalled) -> bool:
        """Whether everybody could read it, in a group where the bot moderates."""
        in_group = self._reader.places.home_at(message.chat.id) is not None
        return in_group and not self._chat.is_desk(event.channel)

    async def _turn_away(self, event: MemberJoined, chat: int) -> None:
        """While invites are paused, who comes by a link is shown out, and may come back later."""
        if await self._chat.doors.is_paused(chat):
            await self._chat.hands.kick(event.member.ref)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        async def done() -> None:
            try:
                await work
            except (ChatError, StoreError) as error:
                self._log.warning("something beside the queue failed", why=str(error))

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self, value: str) -> None:
        """Write down how far we are; what cannot be written is read again after a restart, and collides."""
        try:
            await self._ground.cursors.put(OFFSET, value)
        except StoreError as error:
            self._log.warning("the place in Telegram's queue could not be kept", why=str(error))

    async def aclose(self) -> None:
        """Let go of what goes on beside the queue."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
