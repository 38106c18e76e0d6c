"""One thread that writes: units of work queue up, and whatever is there when it looks goes into one commit.

Asking for a commit each would cost a disk flush each; in groups the flush is shared. A unit that fails is run again
alone, so that it cannot take its neighbours with it; a unit is therefore a function of the connection that may run
more than once and touches nothing else.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine

from bot.stores.sql import store_trouble, writing
from moderation.errors import StoreError

T = TypeVar("T")
Work = Callable[[Connection], T]
"""Something to write: it may read what it needs on the same connection and must be repeatable."""

Point = Callable[[str], None]
"""Called before and after every commit; tests record them and crash there."""

GROUP: Final = 64
"""Units in one commit at most. A unit may itself hold hundreds of events."""


@dataclass(slots=True)
class _Unit:
    work: Work[Any]
    label: str
    done: Callable[[Any, BaseException | None], None]


def _no_point(name: str) -> None:
    """Outside tests nothing happens between the lines."""


class Writer:
    """Runs units of work on a thread of its own and tells the event loop how they ended, once per group."""

    def __init__(
        self,
        engine: Engine,
        *,
        committed: Callable[[], None],
        rolled_back: Callable[[], None],
        point: Point = _no_point,
    ) -> None:
        self._engine = engine
        self._committed = committed
        self._rolled_back = rolled_back
        self._point = point
        self._queue: SimpleQueue[_Unit | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = False
        self.trouble: StoreError | None = None
        self.crashed: BaseException | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin writing; results arrive on this loop."""
        self._loop = loop
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def enqueue(self, work: Work[T], label: str, done: Callable[[T | None, BaseException | None], None]) -> None:
        """Write this with the next group; `done` is called on the loop with the result or the error."""
        if self._stopped:
            done(None, StoreError("Sereno has stopped: nothing is written any more"))
        else:
            self._queue.put(_Unit(work, label, done))

    def write(self, work: Work[T], label: str) -> asyncio.Future[T]:
        """Write this with the next group; the future resolves once it is on disk."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(result: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        self.enqueue(work, label, done)
        return future

    async def stop(self) -> None:
        """Write what is queued, then end the thread."""
        self._stopped = True
        if self._thread is None:
            return
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None

    def _run(self) -> None:
        connection: Connection | None = None
        running = True
        while running and self.crashed is None:
            group, running = self._next_group()
            if not group:
                continue
            try:
                if connection is None or connection.closed or connection.invalidated:
                    connection = writing(self._engine)
                ended = self._group(connection, group)
            except Exception as error:  # noqa: BLE001 - every unit must hear how it ended, whatever went wrong
                ended = [(unit, None, self._judged(error)) for unit in group]
                self._dropped(connection)
                connection = None
            except BaseException as crash:  # noqa: BLE001 - a simulated crash ends the thread as a real one would
                self.crashed = crash
                self._dropped(connection)
                return
            self._tell(ended)
        self._dropped(connection)

    def _next_group(self) -> tuple[list[_Unit], bool]:
        group: list[_Unit] = []
        unit = self._queue.get()
        while unit is not None:
            group.append(unit)
            if len(group) >= GROUP:
                return group, True
            try:
                unit = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _group(self, connection: Connection, group: list[_Unit]) -> list[tuple[_Unit, Any, BaseException | None]]:
        try:
            results = self._commit(connection, group)
        except Exception as error:  # noqa: BLE001 - sorted out below: the store's trouble or one unit's
            trouble = store_trouble(error)
            if trouble is not None or len(group) == 1:
                return [(unit, None, self._judged(error)) for unit in group]
            return [ended for unit in group for ended in self._group(connection, [unit])]
        self.trouble = None
        return [(unit, result, None) for unit, result in zip(group, results, strict=True)]

    def _commit(self, connection: Connection, group: list[_Unit]) -> list[Any]:
        labels = sorted({unit.label for unit in group})
        transaction = connection.begin()
        try:
            results = [unit.work(connection) for unit in group]
            for label in labels:
                self._point(f"commit {label}: before")
            transaction.commit()
        except BaseException:
            self._rolled_back()
            transaction.rollback()
            raise
        self._committed()
        for label in labels:
            self._point(f"commit {label}: after")
        return results

    def _judged(self, error: Exception) -> Exception:
        trouble = store_trouble(error)
        if trouble is None:
            return error
        self.trouble = trouble
        if trouble is not error:
            trouble.__cause__ = error
        return trouble

    def _dropped(self, connection: Connection | None) -> None:
        if connection is not None and not connection.closed:
            connection.close()

    def _tell(self, ended: list[tuple[_Unit, Any, BaseException | None]]) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return

        def deliver() -> None:
            for unit, result, error in ended:
                unit.done(result, error)

        try:
            loop.call_soon_threadsafe(deliver)
        except RuntimeError:
            return  # the loop closed meanwhile: nobody is left to tell, and the rows are on disk
