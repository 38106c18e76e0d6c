"""Whose turn it is to call a platform: the urgent first, at a pace the platform allows, nobody inside a Retry-After.

    async with turns.turn(URGENT, f"chat:{id}"):
        ... one call ...
    turns.rest(30.0, f"chat:{id}")         # the platform asked for patience

A call belongs to any number of buckets besides the one of the whole platform.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from moderation.errors import RateLimited

LONGEST: Final = 5.0
"""Seconds somebody waits here at most; who would wait longer gets RateLimited, so that the intent is kept on disk."""
EVERYTHING: Final = ""
"""The bucket every call is in."""


class Urgency(IntEnum):
    """What goes first. Deletes overtake greetings."""

    ENFORCE = 0
    ANSWER = 1
    TELL = 2
    POST = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


@dataclass(slots=True)
class _Bucket:
    pace: Pace | None
    gone: deque[float] = field(default_factory=deque)
    resting: float = 0.0

    def free_at(self, now: float) -> float:
        """When the next call may go out."""
        if self.pace is not None:
            while self.gone and self.gone[0] <= now - self.pace.seconds:
                self.gone.popleft()
            if len(self.gone) >= self.pace.calls:
                return max(self.resting, self.gone[0] + self.pace.seconds)
        return self.resting


class Turns:
    """`paces` by the part of a bucket's name before the colon; `""` is the whole platform's."""

    def __init__(self, paces: Mapping[str, Pace], now: Callable[[], float] = time.monotonic) -> None:
        self._paces = paces
        self._now = now
        self._buckets: dict[str, _Bucket] = {}
        self._line: list[tuple[int, int, tuple[str, ...], asyncio.Future[None]]] = []
        self._count = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, urgency: Urgency, *buckets: str, most: float = LONGEST) -> AsyncIterator[None]:
        """Wait for one's turn, `most` seconds at most; RateLimited when it would take longer."""
        names = (EVERYTHING, *buckets)
        wait = max(self._bucket(name).resting for name in names) - self._now()
        if wait > most:
            raise RateLimited(wait)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._line, (int(urgency), next(self._count), names, future))
        self._serve()
        try:
            async with asyncio.timeout(most):
                await future
        except TimeoutError:
            raise RateLimited(max(1.0, self._free_at(names) - self._now())) from None
        finally:
            future.cancel()
        yield

    def rest(self, seconds: float, bucket: str = EVERYTHING) -> None:
        """No call of this bucket goes out for so long."""
        mine = self._bucket(bucket)
        mine.resting = max(mine.resting, self._now() + seconds)

    def _serve(self) -> None:
        """Let go whoever may; the most urgent first, the others in the order they came."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now, waiting, soonest = self._now(), [], None
        while self._line:
            entry = heapq.heappop(self._line)
            names, future = entry[2], entry[3]
            if future.done():
                continue
            free = self._free_at(names)
            if free <= now:
                for name in names:
                    self._bucket(name).gone.append(now)
                future.set_result(None)
                continue
            soonest = free if soonest is None else min(soonest, free)
            waiting.append(entry)
        for entry in waiting:
            heapq.heappush(self._line, entry)
        if soonest is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.001, soonest - now), self._serve)

    def _free_at(self, names: tuple[str, ...]) -> float:
        now = self._now()
        return max(self._bucket(name).free_at(now) for name in names)

    def _bucket(self, name: str) -> _Bucket:
        found = self._buckets.get(name)
        if found is None:
            found = self._buckets[name] = _Bucket(self._paces.get(name.partition(":")[0]))
        if found.pace is None:
            found.gone.clear()
        return found
