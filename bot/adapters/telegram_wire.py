"""The way to Telegram's Bot API: the SDK's Bot, whose calls wait for their turn and raise Sereno's own errors.

The token is part of every address, so nothing here logs addresses, and no text of a network error leaves.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from telegram import Bot
from telegram.error import ChatMigrated, TelegramError
from telegram.request import HTTPXRequest

from bot.adapters.telegram_errors import Patience, chat_error
from bot.adapters.turns import EVERYTHING, Pace, Turns, Urgency
from bot.configuration.environment import Environment
from moderation.errors import OutcomeUnknown, Unsupported

API: Final = "https://api.telegram.org"
CALL: Final = 20.0
"""Seconds one call may take; together with the longest wait for a turn, less than an intent is given."""
UNSAID: Final = 5.0
"""Seconds to wait when Telegram asks for patience without saying how long."""
BEFORE: Final = "the group became a supergroup; messages from before can only be deleted by hand"
PACES: Final[Mapping[str, Pace]] = {
    EVERYTHING: Pace(30, 1.0),
    "chat": Pace(1, 1.0),
    "group": Pace(20, 60.0),
}
"""core.telegram.org/bots/faq: 30 calls a second, 1 message a second into a chat, 20 a minute into a group."""


class Requests(HTTPXRequest):
    """The SDK's own, except that an answer that cannot be read is not written to the log: it may hold messages."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The answer; TelegramError when it is no JSON object."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError as error:
            raise TelegramError("Invalid server response") from error
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer

    async def do_request(self, *given: Any, **named: Any) -> tuple[int, bytes]:
        """The SDK's own, with Patience for an answer that asks to wait."""
        code, payload = await super().do_request(*given, **named)
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            parameters = self.parse_json_payload(payload).get("parameters") or {}
            raise Patience(float(parameters.get("retry_after") or UNSAID))
        return code, payload


def base_url(api: str | None) -> str:
    """Where the Bot API is. `SERENO_TELEGRAM_API` may be `http://host:port`, with or without `/bot` at its end."""
    base = (api or API).rstrip("/")
    return base if base.endswith("/bot") or "{token}" in base else f"{base}/bot"


def make_bot(environment: Environment) -> Bot:
    """The SDK's Bot for a token; nothing is sent yet. Behind another address than Telegram's no proxy is used."""
    token, api = environment.telegram_token, environment.telegram_api
    request = Requests(
        read_timeout=CALL, pool_timeout=5.0, httpx_kwargs={"trust_env": api is None, "follow_redirects": False}
    )
    polling = Requests(httpx_kwargs={"trust_env": api is None, "follow_redirects": False})
    return Bot(
        token.get_secret_value() if token else "",
        base_url=base_url(api.get_secret_value() if api else None),
        request=request,
        get_updates_request=polling,
    )


class Wire:
    """Calls by the SDK's names: `await wire.call("delete_message", Urgency.ENFORCE, chat_id=…, message_id=…)`.

    `moved` is told when a group turns out to be a supergroup with another id; the call goes there then.
    """

    def __init__(self, bot: Bot, turns: Turns) -> None:
        self.bot = bot
        self.turns = turns
        self.moved: Callable[[int, int], Awaitable[None]] | None = None
        self._log: Any = structlog.get_logger(__name__)

    async def call(self, method: str, urgency: Urgency, *buckets: str, **arguments: Any) -> Any:
        """One call in its turn. Raises ChatErrors."""
        try:
            return await self._once(method, urgency, buckets, arguments)
        except ChatMigrated as error:
            new = error.new_chat_id
        if self.moved is not None:
            await self.moved(int(arguments["chat_id"]), new)
        if "message_id" in arguments:
            raise Unsupported(BEFORE)
        try:
            return await self._once(method, urgency, buckets, arguments | {"chat_id": new})
        except ChatMigrated as error:
            raise chat_error(error, method) from None

    async def _once(self, method: str, urgency: Urgency, buckets: tuple[str, ...], arguments: Mapping[str, Any]) -> Any:
        async with self.turns.turn(urgency, *buckets):
            try:
                return await getattr(self.bot, method)(**arguments)
            except ChatMigrated:
                raise
            except Patience as error:
                self.turns.rest(error.seconds, buckets[0] if buckets else EVERYTHING)
                raise chat_error(error, method) from None
            except TelegramError as error:
                raise chat_error(error, method) from None
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self._log.warning("an answer could not be read", method=method, why=type(error).__name__)
                raise OutcomeUnknown("Telegram's answer could not be read") from None

    async def updates(self, offset: int | None, seconds: int, kinds: list[str]) -> list[Any]:
        """What has happened, as JSON: an update that the SDK cannot read must not hide the others.

        Waits up to `seconds` for something to happen. Raises the SDK's TelegramError.
        """
        arguments = {"offset": offset, "timeout": seconds, "limit": 100, "allowed_updates": kinds}
        # Method names are case-insensitive; under this one the SDK hands out the JSON instead of parsing it.
        got = await self.bot.do_api_request("getupdates", arguments, read_timeout=seconds + CALL)
        return got if isinstance(got, list) else []
