"""Request bodies: small, JSON, and unambiguous, before anything reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console.guard import CHANGING
from bot.console.problems import Problem, answer

LARGEST: Final = 1_000_000
"""Bytes of a body; more is 413."""
DEEPEST: Final = 32
"""Levels of nesting, as in rule files."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Reads the whole body of a changing request and checks it; what comes behind reads it again."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a sound body through, or answer the request here."""
        if scope["type"] != "http" or scope["method"] not in CHANGING:
            await self.app(scope, receive, send)
            return
        try:
            body = await _read(Headers(scope=scope), receive)
            if str(scope["path"]).startswith("/api/"):
                _check_json(Headers(scope=scope), body)
        except Problem as problem:
            await answer(problem)(scope, receive, send)
            return
        await self.app(scope, _Again(body, receive), send)


class _Again:
    """Gives out a body that was read already, then whatever the client does next."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(headers: Headers, receive: Receive) -> bytes:
    too_large = Problem(413, f"A body may have up to {LARGEST:,} bytes.", headers={"Connection": "close"})
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) > LARGEST:
        raise too_large
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Problem(400, "The body broke off.")
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST:
            raise too_large
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _check_json(headers: Headers, body: bytes) -> None:
    if not body:
        return
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "Send JSON, and say so: Content-Type: application/json.")
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise Problem(400, f"JSON nested deeper than {DEEPEST} levels is refused.") from None
    except UnicodeDecodeError:
        raise Problem(400, "The body is not UTF-8.") from None
    except ValueError as problem:
        detail = str(problem).encode("utf-8", "replace").decode()[:200]
        raise Problem(400, f"The body is not JSON: {detail}.") from None
    _check_depth(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(400, "A key stands twice in one JSON object.")
    return found


def _no_constant(name: str) -> float:
    raise Problem(400, f"{name} is not JSON.")


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise Problem(400, f"JSON nested deeper than {DEEPEST} levels is refused.")
