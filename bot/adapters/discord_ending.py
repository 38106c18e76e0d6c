"""Bans that end: Discord's own do not, so that whoever bans for a time lets the person back, after a restart as well."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any, Final

import structlog

from bot.adapters.discord_enforcing import BANS, Enforcer
from bot.adapters.ground import Ground
from moderation.errors import ChatError, StoreError
from moderation.model import MemberRef

LONGEST: Final = 30.0
"""Seconds between two looks; a ban ends at most so much late while Discord can be reached."""


class Endings:
    """Reads what the enforcer noted when it banned."""

    def __init__(self, ground: Ground, enforcer: Enforcer) -> None:
        self._ground = ground
        self._enforcer = enforcer
        self._log: Any = structlog.get_logger(__name__)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            wait = LONGEST
            try:
                wait = await self.look()
            except StoreError as error:
                self._log.warning("the ends of bans could not be read", why=str(error))
            self._enforcer.banned.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._enforcer.banned.wait()
            except TimeoutError:
                continue

    async def look(self) -> float:
        """Lift what is over; seconds until the next look."""
        wait, now = LONGEST, self._ground.clock.now()
        for value in (await self._ground.cursors.all(BANS)).values():
            noted = json.loads(value)
            left = (datetime.fromisoformat(noted["until"]) - now).total_seconds()
            if left > 0:
                wait = min(wait, left)
                continue
            member = MemberRef("discord", noted["community"], noted["member"])
            try:
                await self._enforcer.unban(member)
            except ChatError as error:
                self._log.warning("a ban is over and could not be lifted yet", why=str(error))
        return wait
