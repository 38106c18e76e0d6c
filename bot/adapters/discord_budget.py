"""New connections to Discord, counted over restarts: at 1,000 in a day Discord takes the token away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.adapters.ground import Ground

IDENTIFIES: Final = 500
DAY: Final = timedelta(hours=24)
BUDGET: Final = "discord:identify"
LONGEST_WAIT: Final = 300.0
"""Seconds after which the budget is looked at again."""


class Spent(Exception):
    """No more new connections for now."""


class Identifying:
    """`tell` opens a case once a day by its reason; `trouble` shows why nothing is delivered."""

    def __init__(
        self, ground: Ground, tell: Callable[[str, str], Awaitable[None]], trouble: Callable[[str], None]
    ) -> None:
        self._ground = ground
        self._tell = tell
        self._trouble = trouble
        self._log: Any = structlog.get_logger(__name__)

    async def may(self) -> None:
        """Take one from the day's budget. When it is spent, wait and raise Spent: no connection is worth the token."""
        again = await self._ground.budgets.spend(BUDGET, IDENTIFIES, DAY)
        if again is None:
            return
        said = f"too many new connections to Discord in a day; the next one at {again:%H:%M} UTC"
        self._log.warning(said)
        self._trouble(said)
        why = f"{IDENTIFIES} new connections to Discord in 24 hours, and Discord takes the token away at 1,000"
        await self._tell("discord-identify", f"{why}: Sereno waits until {again:%Y-%m-%d %H:%M} UTC")
        left = (again - self._ground.clock.now()).total_seconds()
        await asyncio.sleep(min(max(1.0, left), LONGEST_WAIT))
        raise Spent(said)
