"""Telegram: the connection. Updates are polled, accepted into the journal, and only then confirmed to Telegram.

The offset goes with the event it stands behind. After an empty answer nothing is unconfirmed, and no offset is sent:
Telegram numbers anew after a quiet week, and an old offset would confirm updates nobody has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from telegram.error import InvalidToken, TelegramError

from bot.adapters.ground import Ground
from bot.adapters.telegram_chat import TelegramChat
from bot.adapters.telegram_commands import tell
from bot.adapters.telegram_doors import Doors
from bot.adapters.telegram_errors import chat_error
from bot.adapters.telegram_events import Reader
from bot.adapters.telegram_hands import Hands
from bot.adapters.telegram_heard import Heard
from bot.adapters.telegram_inbox import OFFSET, Inbox
from bot.adapters.telegram_names import Names
from bot.adapters.telegram_people import People
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_polling import Polling, Tempo, refused
from bot.adapters.telegram_sending import Sender
from bot.adapters.telegram_staff import Staff
from bot.adapters.telegram_wire import PACES, Wire, make_bot
from bot.adapters.turns import Turns
from bot.configuration.environment import Environment
from moderation.errors import StoreError

POLLED: Final = "telegram:polled"
"""Cursor: when updates were last asked for, to the minute."""
SERVER_KEEPS: Final = timedelta(hours=24)


def adapter(environment: Environment, ground: Ground) -> Telegram:
    """Telegram, not yet connected."""
    return Telegram(environment, ground)


class Telegram:
    """One bot on Telegram."""

    def __init__(self, environment: Environment, ground: Ground, tempo: Tempo | None = None) -> None:
        tempo = tempo or Tempo()
        self._ground = ground
        self._bot = make_bot(environment)
        self._wire = wire = Wire(self._bot, Turns(PACES))
        names = Names()
        self._places = places = Places(ground.homes, ground.cursors)
        wire.moved = places.migrated
        self._staff = Staff(wire, places)
        self._people = People(places, self._staff)
        self._reader = Reader(places, self._staff, names, ground.clock, ground.commands, self._people)
        sender = Sender(wire, ground, places, names, self._people)
        hands, doors = Hands(wire, ground, places, names, sender), Doors(wire, ground, places)
        self._chat = TelegramChat(ground, wire, places, self._staff, names, sender, hands, doors)
        self._polling = Polling(wire, tempo, self._seen)
        self._inbox = Inbox(ground, wire, self._reader, self._staff, self._chat, self._polling, tempo)
        self._heard = Heard()
        self._connected = False
        self._polled: datetime | None = None
        self._log: Any = structlog.get_logger(__name__)

    @property
    def chat(self) -> TelegramChat:
        """What Sereno can do there."""
        return self._chat

    @property
    def trouble(self) -> str | None:
        """Why nothing is delivered, in a sentence."""
        return self._polling.trouble if self._connected else "Telegram is not connected"

    @property
    def skipped(self) -> int:
        """Updates since the start that nobody could read."""
        return self._inbox.skipped

    @property
    def heard(self) -> Mapping[str, str]:
        """The groups that updates spoke of since the start, configured or not."""
        return self._heard.groups

    async def connect(self) -> None:
        """Poll until cancelled. Raises Refused for a token Telegram does not take."""
        try:
            await self._greet()
            self._connected = True
            while True:
                updates = await self._polling.next()
                self._heard.take(updates)
                await self._inbox.deliver(updates)
        finally:
            self._connected = False

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._inbox.aclose()
        await self._chat.aclose()
        await self._bot.shutdown()

    async def _greet(self) -> None:
        """Say who we are, and read what must be known before the first update."""
        try:
            await self._bot.initialize()
            if (await self._bot.get_webhook_info()).url:
                self._log.warning("a webhook was set; it is removed, as updates are polled")
                await self._bot.delete_webhook()
        except InvalidToken:
            raise refused() from None
        except TelegramError as error:
            raise chat_error(error, "get_me") from None
        self._ground.me(str(self._bot.id))
        self._people.me = self._bot.id
        self._reader.username = self._chat.sender.username = self._bot.username
        await self._places.load()
        await self._chat.hands.forget()
        for home in self._ground.homes:
            for chat in list(self._places.chats(home)):
                await self._staff.look(chat, self._bot.id)
        await tell(self._wire, self._ground.cursors, self._ground.commands)
        await self._catch_up()

    async def _catch_up(self) -> None:
        """Go on where the last run stopped, and tell people of what Telegram did not keep."""
        polled, offset = await self._ground.cursors.get(POLLED), await self._ground.cursors.get(OFFSET)
        if polled is None:
            return
        since, now = datetime.fromisoformat(polled), self._ground.clock.now()
        if now - since < SERVER_KEEPS:
            self._polling.offset = int(offset) if offset else None
            return
        self._polling.offset = None
        why = "The bot was away for more than a day, and Telegram keeps what happens for 24 hours only."
        for home in self._ground.homes:
            await self._ground.gaps.missed("telegram", home.community, since, now - SERVER_KEEPS, why)

    async def _seen(self) -> None:
        """Remember when updates were last asked for."""
        now = self._ground.clock.now()
        if self._polled is not None and now - self._polled < timedelta(minutes=1):
            return
        self._polled = now
        try:
            await self._ground.cursors.put(POLLED, now.isoformat())
        except StoreError as error:
            self._log.warning("the time of the last poll could not be kept", why=str(error))
