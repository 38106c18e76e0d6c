"""The journal: what was accepted, in order, on disk before anybody is told "received".

Acceptances that arrive while the writer is busy go into one INSERT together. Duplicates collide on the natural key and
get the place of the first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, select

from bot.stores import codec
from bot.stores.sql import fold_log, insert_new, store_trouble
from bot.stores.tables import inbox
from bot.stores.times import millis
from bot.stores.vault import Vault
from bot.stores.writer import Work, Writer
from moderation.errors import StoreError
from moderation.model import (
    ButtonPressed,
    ChannelRef,
    CommandCalled,
    Event,
    MemberRef,
    MessageEdited,
    MessagePosted,
    MessageRemoved,
    ReactionAdded,
    ReportFiled,
    author_of,
)
from moderation.ports import Accepted, Clock

T = TypeVar("T")
BATCH: Final = 512
"""Events in one INSERT at most."""


def subject_of(member: MemberRef) -> str:
    """Under whose key something is sealed."""
    return f"{member.platform}:{member.community}:{member.id}"


NOBODY: Final = "nobody"
"""The subject of events that no person caused."""


@dataclass(slots=True)
class _Waiting:
    event: Event
    beside: Work[None] | None
    future: asyncio.Future[Accepted]


class Journal:
    """Accepts events and gives every other store its place in the one writer and on the read connections."""

    def __init__(self, engine: Engine, writer: Writer, vault: Vault, clock: Clock) -> None:
        self.engine = engine
        self.vault = vault
        self._writer = writer
        self._clock = clock
        self._waiting: deque[_Waiting] = deque()
        self._asked = False
        self._paused = False
        self._closed: StoreError | None = None
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="journal-reader")
        self.on_accepted: Callable[[Sequence[Accepted]], None] | None = None
        """Told, on the loop and in journal order, of every batch of new events just before their callers are."""

    async def start(self) -> None:
        """Begin writing."""
        self._writer.start(asyncio.get_running_loop())

    async def stop(self) -> None:
        """Write everything queued and close."""
        await self._writer.stop()
        self._readers.shutdown(wait=True)
        self.engine.dispose()

    @property
    def trouble(self) -> StoreError | None:
        """Why the last commit failed; None while the store is well."""
        return self._writer.trouble

    def accept(self, event: Event, extra: Work[None] | None = None) -> asyncio.Future[Accepted]:
        """Keep an event; resolves once it is on disk. `extra` is written in the same transaction, if the event is new.

        Raises StoreFull or StoreError when it could not be kept; then nothing was.
        """
        future: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        if self._closed is not None:
            future.set_exception(self._closed)
            return future
        self._waiting.append(_Waiting(event, extra, future))
        if not self._asked and not self._paused:
            self._asked = True
            self._ask(self._take)
        return future

    def pause(self) -> None:
        """Keep nothing more for now: whoever delivers waits for the acknowledgement."""
        self._paused = True

    def resume(self) -> None:
        """Keep events again."""
        self._paused = False
        if self._waiting and not self._asked:
            self._asked = True
            self._ask(self._take)

    def close(self, reason: StoreError) -> None:
        """Refuse events from now on; those that wait are refused too, so that they are delivered again elsewhere."""
        self._closed = reason
        while self._waiting:
            _fail(self._waiting.popleft().future, reason)

    async def write(self, work: Work[T], label: str) -> T:
        """Write something of one's own; resolves once it is on disk."""
        return await self._writer.write(work, label)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read beside the writer, off the loop; sees everything committed before."""

        def reading() -> T:
            try:
                with self.engine.connect() as connection:
                    return work(connection)
            except Exception as error:
                raise store_trouble(error) or error from error

        return await asyncio.get_running_loop().run_in_executor(self._readers, reading)

    async def fold(self, *, empty: bool = False) -> None:
        """Fold the write-ahead log into the database; `empty` leaves nothing of it on disk."""
        work = partial(fold_log, self.engine, empty=empty)
        try:
            await asyncio.get_running_loop().run_in_executor(self._readers, work)
        except Exception as error:
            raise store_trouble(error) or error from error

    def _take(self) -> list[_Waiting]:
        """What waits now; on the writer's thread, so that everything that came while it was busy goes in one batch.

        `_asked` falls before the batch is taken: who comes in between is in this batch and asks for an empty one.
        """
        self._asked = False
        batch: list[_Waiting] = []
        while self._waiting and len(batch) < BATCH:
            batch.append(self._waiting.popleft())
        if self._waiting and not self._paused:
            self._asked = True
            self._ask(self._take)
        return batch

    def _ask(self, take: Callable[[], list[_Waiting]]) -> None:
        taken: list[_Waiting] | None = None

        def work(connection: Connection) -> list[Accepted]:
            nonlocal taken
            if taken is None:
                taken = take()
            return self._insert(connection, taken) if taken else []

        def done(accepted: list[Accepted] | None, error: BaseException | None) -> None:
            batch = taken if taken is not None else take()  # the transaction may not even have begun
            if accepted is not None:
                self._kept(batch, accepted)
            elif error is not None and (len(batch) == 1 or isinstance(error, StoreError)):
                for waiting in batch:
                    _fail(waiting.future, error)
            else:
                for waiting in batch:
                    self._ask(lambda waiting=waiting: [waiting])  # type: ignore[misc]

        self._writer.enqueue(work, "accept", done)

    def _kept(self, batch: list[_Waiting], accepted: list[Accepted]) -> None:
        new = [one for one in accepted if one.new]
        if new and self.on_accepted is not None:
            self.on_accepted(new)
        for waiting, one in zip(batch, accepted, strict=True):
            if not waiting.future.done():
                waiting.future.set_result(one)

    def _insert(self, connection: Connection, batch: list[_Waiting]) -> list[Accepted]:
        first: dict[str, _Waiting] = {}
        for waiting in batch:
            first.setdefault(waiting.event.key, waiting)
        now = millis(self._clock.now())
        places = [_place(waiting.event) for waiting in first.values()]
        self.vault.prepare(connection, {place["subject"] or NOBODY for place in places})
        events = zip(first.values(), places, strict=True)
        rows = [self._sealed(connection, waiting.event, place, now) for waiting, place in events]
        statement = insert_new(connection, inbox).returning(inbox.c.key, inbox.c.seq)
        new = {row[0]: row[1] for row in connection.execute(statement, rows)}
        seen = self._seen(connection, first.keys() - new.keys()) if len(new) < len(first) else {}
        result = []
        for waiting in batch:
            key = waiting.event.key
            if key in seen:
                result.append(Accepted(seen[key], new=False, event=waiting.event))
                continue
            is_new = first[key] is waiting
            if is_new and waiting.beside is not None:
                waiting.beside(connection)
            result.append(Accepted(new[key], is_new, first[key].event))
        return result

    def _sealed(self, connection: Connection, event: Event, place: dict[str, Any], now: int) -> dict[str, Any]:
        sealed = self.vault.seal(connection, place["subject"] or NOBODY, codec.write(event), event.key)
        return {
            "key": event.key,
            "kind": codec.NAMES[type(event)],
            "at": millis(event.at),
            "accepted_at": now,
            "state": 0,
            "sealed": sealed,
            **place,
        }

    def _seen(self, connection: Connection, keys: Iterable[str]) -> dict[str, int]:
        query = select(inbox.c.key, inbox.c.seq).where(inbox.c.key.in_(list(keys)))
        return {row[0]: row[1] for row in connection.execute(query)}


def _fail(future: asyncio.Future[Accepted], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _place(event: Event) -> dict[str, Any]:
    """Where an event happened and whose it is, as columns."""
    channel: ChannelRef | None = None
    message = ""
    if isinstance(event, (MessagePosted, MessageEdited)):
        channel, message = event.message.ref.channel, event.message.ref.id
    elif isinstance(event, MessageRemoved):
        channel, message = event.message.channel, event.message.id
    elif isinstance(event, (ReactionAdded, ReportFiled)) and event.message is not None:
        channel = event.message.channel
    elif isinstance(event, (CommandCalled, ButtonPressed)):
        channel = event.channel
    author = author_of(event)
    where = author.ref if author is not None else channel
    return {
        "platform": where.platform if where else "",
        "community": where.community if where else "",
        "channel": channel.id if channel else "",
        "subject": subject_of(author.ref) if author else "",
        "message": message,
    }
