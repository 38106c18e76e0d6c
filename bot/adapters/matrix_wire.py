"""Calls to a homeserver through matrix-nio's client: each in its turn, each failure one of our errors.

nio's methods do what changes something. What is only read is read as the homeserver wrote it (`AsyncClient.send`): nio's
own reading drops events it does not know and keeps every member of every room in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp

from bot.adapters.matrix_errors import error_of
from bot.adapters.turns import Pace, Turns, Urgency
from moderation.errors import ChatError, Gone, OutcomeUnknown, RateLimited, Unavailable

V3: Final = ("_matrix", "client", "v3")
V1: Final = ("_matrix", "client", "v1")
CALL: Final = 20.0
"""Seconds for one call; the sync brings its own."""
WRITES: Final = "write"
PACES: Final[Mapping[str, Pace]] = {WRITES: Pace(20, 1.0)}
"""A courtesy: homeservers set their own limits and tell them by Retry-After."""

Json = dict[str, Any]


class Wire:
    """One account on one homeserver. `made` makes nio's client when the first call needs it."""

    def __init__(self, made: Callable[[], Any], turns: Turns) -> None:
        self._made = made
        self._turns = turns
        self._client: Any = None

    async def do(self, urgency: Urgency, call: str, *args: Any, **kwargs: Any) -> Any:
        """Call one of nio's methods that change something; its response, or one of our errors."""
        async with self._turns.turn(urgency, WRITES):
            response = await _sent(getattr(self._open(), call)(*args, **kwargs), wrote=True)
        transport = getattr(response, "transport_response", None)
        status = int(getattr(transport, "status", 0) or 0)
        if hasattr(response, "status_code") and hasattr(response, "retry_after_ms"):
            body = {
                "errcode": response.status_code,
                "error": response.message,
                "retry_after_ms": response.retry_after_ms,
            }
            raise self._told(error_of(status, body, wrote=True))
        return response

    async def get(self, *path: str, base: tuple[str, ...] = V3, within: float = CALL, **query: str | int) -> Json:
        """Read something."""
        return await self._raw("GET", base + path, query, None, within)

    async def put(self, urgency: Urgency, body: Mapping[str, Any], *path: str) -> Json:
        """Write something that nio has no method for."""
        async with self._turns.turn(urgency, WRITES):
            return await self._raw("PUT", V3 + path, {}, body, CALL)

    async def state(self, room: str, kind: str, key: str = "") -> Json | None:
        """What a room says about itself; None when it says nothing."""
        try:
            return await self.get("rooms", room, "state", kind, key)
        except Gone:
            return None

    async def aclose(self) -> None:
        """Let go of the sockets."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _raw(
        self, method: str, path: tuple[str, ...], query: Mapping[str, str | int], body: Any, within: float
    ) -> Json:
        client = self._open()
        address = "/" + "/".join(quote(part, safe="") for part in path)
        if query:
            address += "?" + urlencode(query)
        headers = {"Authorization": f"Bearer {client.access_token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        wrote = method != "GET"
        response = await _sent(client.send(method, address, data, headers, None, within), wrote=wrote)
        said = await _sent(client.parse_body(response), wrote=wrote)
        found: Json = said if isinstance(said, dict) else {}
        if response.status >= 400:
            raise self._told(error_of(response.status, found, wrote=wrote))
        return found

    def _told(self, error: ChatError) -> ChatError:
        """Keep quiet for as long as the homeserver asks."""
        if isinstance(error, RateLimited):
            self._turns.rest(error.retry_after, WRITES)
        return error

    def _open(self) -> Any:
        if self._client is None:
            self._client = self._made()
        return self._client


async def _sent(call: Awaitable[Any], *, wrote: bool) -> Any:
    """What a call gives; what breaks on the way becomes one of our errors."""
    try:
        return await call
    except aiohttp.ClientConnectorError as error:
        raise Unavailable("the homeserver cannot be reached") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        says = f"no answer from the homeserver ({type(error).__name__})"
        raise (OutcomeUnknown(says) if wrote else Unavailable(says)) from error
    except ValueError as error:
        raise Unavailable("the homeserver's answer makes no sense") from error


def txn(*parts: str) -> str:
    """A transaction id: the same parts are the same transaction, whoever repeats it and when."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]
