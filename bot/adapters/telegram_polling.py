"""Asking Telegram for updates, again and again, and waiting out whatever stands between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from telegram.error import Conflict, EndPointNotFound, InvalidToken, TelegramError

from bot.adapters.telegram_errors import Patience, chat_error
from bot.adapters.telegram_events import KINDS
from bot.adapters.telegram_wire import Wire
from moderation.errors import Refused


def refused() -> Refused:
    """The token is not, or no longer, Telegram's."""
    return Refused(
        "Telegram does not take the token",
        "copy it again from @BotFather (/mybots, API Token) into SERENO_TELEGRAM_TOKEN",
    )


@dataclass(frozen=True, slots=True)
class Tempo:
    """How long things wait, in seconds."""

    poll: int = 25
    """An empty answer comes after so long."""
    first: float = 1.0
    longest: float = 60.0
    """Pauses after trouble grow from the first to the longest."""
    standby: float = 60.0
    """Between looks at whether another program still polls; each look takes its turn away."""


class Polling:
    """One poller. `offset` is the number of the first update that is not accepted; None when nothing is unconfirmed."""

    def __init__(self, wire: Wire, tempo: Tempo, seen: Callable[[], Awaitable[None]]) -> None:
        self._wire, self._tempo, self._seen = wire, tempo, seen
        self.offset: int | None = None
        self.trouble: str | None = None
        self._log: Any = structlog.get_logger(__name__)

    async def next(self) -> list[Any]:
        """The next updates, as JSON. Raises Refused for a token that Telegram does not take."""
        pause = self._tempo.first
        while True:
            wait = pause
            try:
                updates = await self._wire.updates(self.offset, self._tempo.poll, KINDS)
            except Conflict as conflict:
                wait = await self._conflict(conflict)
            except (EndPointNotFound, InvalidToken):
                await self._still_known()
            except Patience as error:
                self.trouble, wait = "Telegram asks for patience", error.seconds
            except TelegramError as error:
                self.trouble = str(chat_error(error, "get_updates"))
            else:
                self.trouble = None
                if not updates:
                    self.offset = None
                await self._seen()
                return updates
            self._log.warning("no updates from Telegram", why=self.trouble, again_in=wait)
            await asyncio.sleep(wait)
            pause = min(2 * pause, self._tempo.longest)

    async def _conflict(self, conflict: Conflict) -> float:
        """Somebody else takes the updates: a webhook is removed, another program is left alone."""
        if "webhook" not in conflict.message.lower():
            self.trouble = "another program polls Telegram with this bot's token; stop it, or give it its own token"
            return self._tempo.standby
        self.trouble = "a webhook takes the updates; it is being removed"
        try:
            await self._wire.bot.delete_webhook()
        except TelegramError as error:
            self.trouble = str(chat_error(error, "delete_webhook"))
        return self._tempo.first

    async def _still_known(self) -> None:
        """An address that is not found may be a proxy's mistake; a token that is not taken is the end."""
        self.trouble = "Telegram does not take the bot's token"
        try:
            await self._wire.bot.get_me()
        except InvalidToken:
            raise refused() from None
        except TelegramError as error:
            self.trouble = str(chat_error(error, "get_me"))
