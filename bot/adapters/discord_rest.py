"""Calls to Discord: in turn, the urgent first, none inside a Retry-After, none while too many were refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import discord
from discord.http import Route

from bot.adapters.discord_breaker import Breaker
from bot.adapters.discord_client import Client
from bot.adapters.discord_errors import meaning, patience
from bot.adapters.turns import LONGEST, Pace, Turns, Urgency
from moderation.errors import ChatError, RateLimited, Unavailable

PACE: Final = Pace(8, 0.2)
"""Discord allows 50 requests a second over all routes; in slots this short no second has more, whatever is delayed."""
TOO_MANY: Final = 429
NONE: Final[Mapping[str, str]] = {}


class Rest:
    """`tell` is called once when the breaker opens, with the seconds it stays open."""

    def __init__(self, client: Callable[[], Client | None], tell: Callable[[float], None]) -> None:
        self.breaker = Breaker()
        self.turns = Turns({"": PACE})
        self._client = client
        self._tell = tell
        self._until = 0.0

    def answered(self, status: int, headers: Any) -> None:
        """Learn from any answer of the API, the SDK's own calls included."""
        shared = headers.get("X-RateLimit-Scope") == "shared"
        if self.breaker.answered(status, shared=shared):
            self._tell(self.breaker.left())
        if status != TOO_MANY:
            return
        everywhere = headers.get("X-RateLimit-Global") or headers.get("X-RateLimit-Scope") == "global"
        if everywhere or "json" not in headers.get("Content-Type", ""):
            self._rest_all(_seconds(headers))

    def held(self) -> float:
        """Seconds for which nothing may be called."""
        return max(0.0, self._until - time.monotonic())

    def _rest_all(self, seconds: float) -> None:
        self._until = max(self._until, time.monotonic() + seconds)
        self.turns.rest(seconds)

    async def call(
        self,
        urgency: Urgency,
        method: str,
        path: str,
        ids: Mapping[str, str] = NONE,
        *,
        json: Any = None,
        query: Mapping[str, Any] | None = None,
        reason: str | None = None,
        sends: bool = False,
        lacks: str = "",
    ) -> Any:
        """The answer's JSON; `path` as Discord's documentation writes it, with `ids` for what is in braces.

        Raises ChatErrors (`sends` and `lacks` as in `meaning`).
        """
        extra: dict[str, Any] = {"reason": reason[:400]} if reason else {}
        if json is not None:
            extra["json"] = json
        if query is not None:
            extra["params"] = dict(query)
        bucket = f"{method}:{path}:{'+'.join(ids.get(major, '') for major in ('channel_id', 'guild_id', 'webhook_id'))}"
        until = time.monotonic() + LONGEST
        while True:
            self.breaker.check()
            try:
                async with self.turns.turn(urgency, bucket, most=max(0.05, until - time.monotonic())):
                    self.breaker.check()
                    return await self._http.request(Route(method, path, **ids), **extra)
            except discord.RateLimited as limited:
                self.turns.rest(limited.retry_after, bucket)
                if time.monotonic() + limited.retry_after > until:
                    raise RateLimited(limited.retry_after) from limited
            except discord.HTTPException as error:
                if error.status == TOO_MANY:
                    self.turns.rest(patience(error), bucket)
                raise meaning(error, sends=sends, lacks=lacks) from error
            except ChatError:
                raise
            except Exception as error:
                raise meaning(error, sends=sends, lacks=lacks) from error

    async def reply(self, path: str, ids: Mapping[str, str], *, json: Any, method: str = "POST") -> Any:
        """Answer an interaction: these routes have no rate limit of the bot's, and three seconds to live."""
        self.breaker.check()
        try:
            return await self._http.request(Route(method, path, **ids), json=json)
        except Exception as error:
            raise meaning(error, sends=True) from error

    @property
    def _http(self) -> Any:
        client = self._client()
        if client is None:
            raise Unavailable("not connected to Discord yet")
        return client.http


def _seconds(headers: Any) -> float:
    try:
        return max(0.1, float(headers.get("Retry-After") or 60.0))
    except ValueError:
        return 60.0
