"""`Sent` in the words of the `Chat` port: what a store refuses is a ChatError, or harmless."""

from __future__ import annotations

from typing import Any

import structlog

from bot.adapters.ground import Ground
from bot.stores.sent import Sending
from moderation.errors import StoreError, Unavailable
from moderation.model import MessageRef


class Once:
    """Which keys have been said."""

    def __init__(self, ground: Ground) -> None:
        self._sent = ground.sent
        self._log: Any = structlog.get_logger(__name__)

    async def begin(self, key: str) -> MessageRef | Sending:
        """Note that something is about to be said; Unavailable when it could not be noted."""
        try:
            return await self._sent.begin(key)
        except StoreError as error:
            raise Unavailable(f"nothing is said that could not be noted first: {error}") from error

    async def done(self, key: str, ref: MessageRef) -> None:
        """It was said. A store that refuses leaves a question, which the next try answers by looking."""
        try:
            await self._sent.done(key, ref)
        except StoreError as error:
            self._log.warning("it was said and could not be noted", why=str(error))

    async def failed(self, key: str, known: Sending) -> None:
        """It was certainly not said this time; what an earlier try did stays a question."""
        if known is not Sending.NEW:
            return
        try:
            await self._sent.failed(key)
        except StoreError as error:
            self._log.warning("it was not said and could not be noted", why=str(error))
