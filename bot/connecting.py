"""Keeps every platform connected: an adapter that loses its connection or breaks is connected again after a pause, one
that the platform refuses is left alone and said so, and none of them takes another or the bot along."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import structlog

from bot.adapters.ground import Adapter
from bot.stores.gaps import Gaps
from moderation.errors import Refused, StoreError

SHORTEST: Final = 1.0
LONGEST: Final = 120.0
WELL: Final = 60.0
"""Seconds a connection must have held for the next pause to be the shortest again."""


class State(StrEnum):
    """How a platform is connected."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    REFUSED = "refused"


@dataclass(slots=True)
class Connection:
    """One adapter's."""

    adapter: Adapter
    refused: Refused | None = None
    last: str = ""
    """Why the connection was lost last."""

    @property
    def trouble(self) -> str | None:
        """Why nothing comes in, in a sentence; None when all is well."""
        if self.refused is not None:
            return f"{self.refused}: {self.refused.mend}"
        return self.adapter.trouble

    @property
    def state(self) -> State:
        """In one word."""
        if self.refused is not None:
            return State.REFUSED
        return State.CONNECTED if self.adapter.trouble is None else State.CONNECTING


class Connections:
    """All platforms of a bot, by name."""

    def __init__(self, adapters: Mapping[str, Adapter], gaps: Gaps, community: str) -> None:
        self.all = {platform: Connection(adapter) for platform, adapter in adapters.items()}
        self._gaps = gaps
        self._community = community
        self._tasks: list[asyncio.Task[None]] = []
        self._log: Any = structlog.get_logger(__name__)

    def start(self) -> None:
        """Connect all, side by side, without waiting for any."""
        for platform, connection in self.all.items():
            self._tasks.append(asyncio.create_task(self._keep(platform, connection), name=f"connection {platform}"))

    async def stop(self) -> None:
        """Deliver nothing more; what can still be done on the platforms can be done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Let go of all."""
        done = await asyncio.gather(*(one.adapter.aclose() for one in self.all.values()), return_exceptions=True)
        for platform, error in zip(self.all, done, strict=True):
            if isinstance(error, BaseException):
                self._log.warning("a connection did not close well", platform=platform, why=type(error).__name__)

    async def _keep(self, platform: str, connection: Connection) -> None:
        pause = SHORTEST
        while True:
            since = time.monotonic()
            try:
                await connection.adapter.connect()
                connection.last = "the connection ended"
            except Refused as refused:
                await self._refused(platform, connection, refused)
                return
            except Exception as error:  # noqa: BLE001 - whatever an SDK raises must not take the bot along
                connection.last = f"{type(error).__name__}: {error}"[:300]
            if time.monotonic() - since > WELL:
                pause = SHORTEST
            wait = pause * random.uniform(0.75, 1.25)
            self._log.warning("connection lost", platform=platform, why=connection.last, again_in=round(wait, 1))
            await asyncio.sleep(wait)
            pause = min(2 * pause, LONGEST)

    async def _refused(self, platform: str, connection: Connection, refused: Refused) -> None:
        connection.refused = refused
        self._log.error(str(refused), platform=platform, mend=refused.mend)
        about = f"{platform} is not connected. {refused}: {refused.mend}"
        try:
            await self._gaps.tell(f"refused|{platform}|{refused}", about, platform, self._community)
        except StoreError as error:
            self._log.warning("the desk could not be told", platform=platform, why=str(error))
