"""What an error of Discord's means: the one place where the SDK's errors become Sereno's.

The codes are Discord's own (developer documentation, "JSON error codes").
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiohttp
import discord

from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    Unsupported,
)

GONE: Final = frozenset({10003, 10004, 10007, 10008, 10011, 10013, 10026, 10062})
"""Channel, server, member, message, role, user, ban, interaction: not there."""
CLOSED_DM: Final = frozenset({50007, 50278})
UNKNOWN_BAN: Final = 10026
CLOUDFLARE: Final = 60.0
"""Seconds the whole platform rests when Discord's front door refuses and does not say for how long."""


def meaning(error: Exception, *, sends: bool = False, lacks: str = "") -> ChatError:
    """Sereno's error for one of the SDK's. `sends` says that doing it again could be seen; `lacks` names the right that
    the call needs, as Discord's settings call it."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, discord.RateLimited):
        return RateLimited(error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _answered(error, sends=sends, lacks=lacks)
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError)):
        return Unavailable("Discord cannot be reached")
    if isinstance(error, (TimeoutError, asyncio.TimeoutError, aiohttp.ClientError, OSError)):
        return OutcomeUnknown(f"Discord did not answer: {type(error).__name__}")
    return ChatError(f"discord.py broke: {type(error).__name__}")


def _answered(error: discord.HTTPException, *, sends: bool, lacks: str) -> ChatError:
    if error.status == 429:
        return RateLimited(patience(error))
    if error.status >= 500:
        said = f"Discord answers {error.status}"
        return OutcomeUnknown(said) if sends and error.status != 503 else Unavailable(said)
    if error.code in CLOSED_DM:
        return Unsupported("this person takes no direct messages, and Discord has no other private way to reach them")
    if error.code in GONE or error.status == 404:
        return Gone(_words(error) or "it no longer exists")
    if error.status == 401:
        return Unavailable("Discord does not take this token any more")
    if error.status == 403:
        return Forbidden(f"the right “{lacks}” is missing" if lacks else _words(error) or "Discord forbids it")
    return ChatError(f"Discord refused: {_words(error) or error.status}")


def asked_to_wait(error: BaseException | None) -> float | None:
    """Seconds that Discord asked to wait with a 429; None for everything else."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    return patience(error) if isinstance(error, discord.HTTPException) and error.status == 429 else None


def patience(error: discord.HTTPException) -> float:
    """Seconds a 429 asks for."""
    headers: Any = getattr(error.response, "headers", {}) or {}
    try:
        return max(0.1, float(headers.get("Retry-After") or CLOUDFLARE))
    except ValueError:
        return CLOUDFLARE


def _words(error: discord.HTTPException) -> str:
    """Discord's own words, on one line."""
    return " ".join(error.text.split())[:200]
