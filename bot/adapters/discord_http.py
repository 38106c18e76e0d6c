"""discord.py's own HTTP client with two things changed: where the API is, and that it never sleeps inside a call.

discord.py waits out every rate limit in place, in the order of coming, for up to half a minute and longer; a delete
would wait behind greetings, and longer than an action may take. Here whoever meets a limit gets `discord.RateLimited`
at once; `discord_rest` gives the turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace, TracebackType
from typing import Any, Final

import aiohttp
import discord
from discord.http import HTTPClient, Ratelimit, Route

from bot.adapters.discord_errors import asked_to_wait

PATIENCE: Final = 0.001
"""Seconds of waiting that discord.py does itself; longer ones raise `discord.RateLimited`."""
TIMEOUT: Final = aiohttp.ClientTimeout(total=20, connect=10)
"""An action may take 30 s (moderation/attempt.py); whoever gives up earlier can say what is known."""

Answered = Callable[[int, "aiohttp.typedefs.LooseHeaders"], None]
"""Told of every answer of the API: its status and headers."""
Held = Callable[[], float]
"""Seconds for which nothing at all may be called."""


class Bucket(Ratelimit):
    """A rate limit of Discord's that says how long to wait instead of waiting.

    Until the first answer tells the limit, one request is on its way and the others wait for it, as in discord.py.
    Different from there, what an answer says is left never gives back what is still on its way.
    """

    __slots__ = ("held", "learned", "limitless")

    def __init__(self, held: Held) -> None:
        super().__init__(None)
        self.held = held
        self.learned = self.limitless = False

    def renew(self) -> None:
        """A new window."""
        self.remaining = self.limit - self.outgoing
        self.expires, self.reset_after, self.dirty = None, 0.0, False

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        """Learn from an answer."""
        before = self.remaining
        super().update(response, use_clock=use_clock)
        told = int(response.headers.get("X-Ratelimit-Remaining", 0))
        self.remaining = min(before, told) if self.learned else told
        self.learned, self.limitless = True, False

    async def acquire(self) -> None:
        """Take one; `discord.RateLimited` when the window is used up."""
        self._last_request = self._loop.time()
        if self.is_expired():
            self.renew()
        while self.remaining <= 0:
            if self.expires is not None:
                raise discord.RateLimited(max(PATIENCE, self.expires - self._loop.time()))
            if self.limitless:
                break
            future: asyncio.Future[Any] = self._loop.create_future()
            self._pending_requests.append(future)
            await future
            if (rest := self.held()) > 0:
                raise discord.RateLimited(rest)
        self.remaining -= 1
        self.outgoing += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.outgoing -= 1
        if (rest := asked_to_wait(error)) is not None:
            self.remaining, self.expires = 0, self._loop.time() + rest
        if self.expires is None:
            self.limitless = self.limitless or (error is None and not self.learned)
            self.renew()
        self._wake(len(self._pending_requests))


class Http(HTTPClient):
    """`base` is where the API is, as in `http://127.0.0.1:8080/api/v10`; None for Discord itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop, base: str | None, answered: Answered, held: Held) -> None:
        super().__init__(loop, http_trace=_listening(answered))
        self.max_ratelimit_timeout = PATIENCE
        self._base = base
        self._held = held

    def get_ratelimit(self, key: str) -> Ratelimit:
        """The limit of a route."""
        found = self._buckets.get(key)
        if found is None:
            found = self._buckets[key] = Bucket(self._held)
            self._try_clear_expired_ratelimits()
        return found

    async def request(
        self,
        route: Route,
        *,
        files: Sequence[discord.File] | None = None,
        form: Iterable[dict[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Any:
        """As in discord.py, at our address and with our patience."""
        if self._base is not None and route.url.startswith(Route.BASE):
            route.url = self._base + route.url[len(Route.BASE) :]
        kwargs.setdefault("timeout", TIMEOUT)
        return await super().request(route, files=files, form=form, **kwargs)


def _listening(answered: Answered) -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()

    async def ended(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, seen: aiohttp.TraceRequestEndParams
    ) -> None:
        answered(seen.response.status, seen.response.headers)

    trace.on_request_end.append(ended)
    return trace
