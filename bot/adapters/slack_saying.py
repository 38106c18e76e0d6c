"""Saying something once: the key travels in the message's metadata, and is looked up before anything is said again.

Slack has no idempotent send. `ground.sent` notes the intention before the request goes out; when nobody came back to
tell how it ended, the last messages of the channel are searched for the key.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bot.adapters.ground import Ground
from bot.adapters.slack_read import stamp
from bot.adapters.slack_web import Web
from bot.adapters.turns import Urgency
from bot.stores.sent import Sending
from moderation.errors import OutcomeUnknown, StoreError, Unavailable
from moderation.model import ChannelRef, MessageRef

EVENT: Final = "sereno"
"""The metadata's event_type; its payload holds the key."""
LOOKED: Final = 10
"""Pages of a channel that are searched for a key."""
LONG_AGO: Final = timedelta(days=1)
"""No send is tried again so late."""
Body = Mapping[str, Any]


@dataclass(slots=True)
class Saying:
    """Posts with keys."""

    ground: Ground
    web: Web
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _waiting: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def once(self, key: str, channel: ChannelRef, body: Body, urgency: Urgency) -> MessageRef:
        """Post this under a key, or find it posted. Raises ChatError."""
        async with self.only_one(key):
            known = await self.begin(key)
            if isinstance(known, MessageRef):
                return known
            if known is Sending.PERHAPS:
                found = await self.look(key, channel, thread=body.get("thread_ts"))
                if found is not None:
                    await self.done(key, found)
                    return found
            return await self._post(key, channel, body, urgency)

    async def _post(self, key: str, channel: ChannelRef, body: Body, urgency: Urgency) -> MessageRef:
        metadata = {"event_type": EVENT, "event_payload": {"key": key}}
        try:
            answer = await self.web.call(
                "chat.postMessage", urgency, f"channel:{channel.id}", channel=channel.id, metadata=metadata, **body
            )
        except OutcomeUnknown:
            raise
        except Exception:
            await self.failed(key)
            raise
        ref = MessageRef(channel, str(answer["ts"]))
        await self.done(key, ref)
        return ref

    async def look(self, key: str, channel: ChannelRef, thread: str | None = None) -> MessageRef | None:
        """The message that was posted under a key lately. OutcomeUnknown when too much was said since to tell."""
        method = "conversations.replies" if thread else "conversations.history"
        where: dict[str, Any] = {"ts": thread} if thread else {}
        oldest, cursor = stamp(self.ground.clock.now() - LONG_AGO), None
        for _ in range(LOOKED):
            page = await self.web.call(
                method,
                Urgency.ANSWER,
                channel=channel.id,
                include_all_metadata=True,
                oldest=oldest,
                limit=200,
                cursor=cursor,
                **where,
            )
            for row in page.get("messages") or ():
                if _key_of(row) == key:
                    return MessageRef(channel, str(row["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return None
        raise OutcomeUnknown("so much was said since that nobody can tell whether this was")

    @asynccontextmanager
    async def only_one(self, key: str) -> AsyncIterator[None]:
        """One attempt at a time under a key."""
        self._waiting[key] += 1
        try:
            async with self._locks[key]:
                yield
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key], self._locks[key]

    async def begin(self, key: str) -> MessageRef | Sending:
        """As `Sent.begin`; a store that cannot write means that nothing was said."""
        try:
            return await self.ground.sent.begin(key)
        except StoreError as error:
            raise Unavailable(str(error)) from error

    async def done(self, key: str, ref: MessageRef) -> None:
        """As `Sent.done`; a store that cannot write means that nobody will know."""
        try:
            await self.ground.sent.done(key, ref)
        except StoreError as error:
            raise OutcomeUnknown(str(error)) from error

    async def failed(self, key: str) -> None:
        """As `Sent.failed`; when even that cannot be noted, the next try looks first."""
        try:
            await self.ground.sent.failed(key)
        except StoreError as error:
            raise Unavailable(str(error)) from error


def _key_of(row: Body) -> str | None:
    metadata = row.get("metadata") or {}
    if metadata.get("event_type") != EVENT:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return str(key) if key else None
