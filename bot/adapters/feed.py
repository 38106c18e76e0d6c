"""What happens in the room, live, to everybody who listens; who was away for a moment catches up."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from bot.stores.room import Line, Place, Resident, Shown

REMEMBERED: Final = 2_000
"""Happenings that a listener who comes back can still catch up on."""
_BEHIND: Final = 1_000
"""A listener this far behind is let go; it comes back with its last id and catches up."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, a notice (`only_for`) or a card (`card`) appeared."""

    line: Line


@dataclass(frozen=True, slots=True)
class Edited:
    """A message reads differently now."""

    line: Line


@dataclass(frozen=True, slots=True)
class Vanished:
    """A message can no longer be read."""

    line: str
    channel: str
    state: Shown


@dataclass(frozen=True, slots=True)
class Returned:
    """A message that had vanished can be read again."""

    line: Line


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """Somebody came, went, was renamed, restricted or let go."""

    resident: Resident


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """A channel was slowed, locked or opened."""

    place: Place


@dataclass(frozen=True, slots=True)
class Behind:
    """Too much has happened since: look at everything anew."""


RoomNews = Said | Edited | Vanished | Returned | PersonChanged | PlaceChanged | Behind


class Feed:
    """Numbers happenings and hands them to listeners. Ids carry the run, so that a restart is noticed."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._run = secrets.token_hex(4)
        self._number = 0
        self._past: deque[tuple[int, RoomNews]] = deque(maxlen=remembered)
        self._listeners: set[asyncio.Queue[tuple[int, RoomNews] | None]] = set()
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def publish(self, news: RoomNews) -> None:
        """Tell everybody."""
        self._number += 1
        item = (self._number, news)
        self._past.append(item)
        for queue in list(self._listeners):
            if queue.full():
                self._listeners.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(item)

    def close(self) -> None:
        """End every listener's stream."""
        self._closed = True
        for queue in list(self._listeners):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    async def listen(self, last_id: str | None = None) -> AsyncGenerator[tuple[str, RoomNews], None]:
        """Id and news, from just after `last_id` on; begins with `Behind` when that is too long ago."""
        queue: asyncio.Queue[tuple[int, RoomNews] | None] = asyncio.Queue(_BEHIND)
        missed = self._missed(last_id)
        if self._closed:
            return
        self._listeners.add(queue)
        try:
            for number, news in missed:
                yield f"{self._run}-{number}", news
            while (item := await queue.get()) is not None:
                yield f"{self._run}-{item[0]}", item[1]
        finally:
            self._listeners.discard(queue)

    def _missed(self, last_id: str | None) -> list[tuple[int, RoomNews]]:
        if not last_id:
            return []
        run, _, number = last_id.partition("-")
        known = run == self._run and number.isascii() and number.isdecimal() and len(number) < 18
        seen = int(number) if known else -1
        oldest = self._past[0][0] if self._past else self._number + 1
        if not known or seen < oldest - 1 or seen > self._number:
            return [(self._number, Behind())]
        return [item for item in self._past if item[0] > seen]
