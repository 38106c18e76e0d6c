"""What Discord's answers mean for what Sereno does next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.adapters.discord_errors import meaning
from moderation.errors import ChatError, Forbidden, Gone, OutcomeUnknown, RateLimited, Unavailable, Unsupported


def _error(status: int, code: int = 0, headers: dict[str, str] | None = None) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="", headers=headers or {})
    return discord.HTTPException(response, {"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("error", "sends", "means"),
    [
        (_error(500), False, Unavailable),
        (_error(500), True, OutcomeUnknown),
        (_error(503), True, Unavailable),
        (_error(404, 10008), False, Gone),
        (_error(400, 10008), False, Gone),
        (_error(403, 50013), False, Forbidden),
        (_error(403, 50007), True, Unsupported),
        (_error(401), False, Unavailable),
        (_error(429, headers={"Retry-After": "7"}), False, RateLimited),
        (_error(429, headers={"Retry-After": "soon"}), False, RateLimited),
        (_error(400, 50035), True, ChatError),
        (discord.RateLimited(3.0), False, RateLimited),
        (TimeoutError(), True, OutcomeUnknown),
        (aiohttp.ServerDisconnectedError(), True, OutcomeUnknown),
        (ConnectionResetError(), True, OutcomeUnknown),
        (ZeroDivisionError(), True, ChatError),
        (Gone("x"), True, Gone),
    ],
)
def test_an_error_means_what_can_be_done_about_it(error: Exception, sends: bool, means: type[ChatError]) -> None:
    """Certainly not done, perhaps done, done already, not allowed, not possible, later."""
    assert type(meaning(error, sends=sends)) is means


def test_a_missing_right_is_named() -> None:
    """As the settings call it."""
    assert "“Ban Members”" in str(meaning(_error(403, 50013), lacks="Ban Members"))


def test_seconds_are_those_discord_asks_for() -> None:
    """A minute when it does not say."""
    asked, silent = meaning(_error(429, headers={"Retry-After": "7"})), meaning(_error(429))
    assert isinstance(asked, RateLimited) and asked.retry_after == 7.0
    assert isinstance(silent, RateLimited) and silent.retry_after == 60.0
