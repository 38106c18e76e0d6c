"""The journal alone: how many events a second are on disk, with synchronous=FULL, in one process."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpus import corpus
from benchmarks.measure import Row
from benchmarks.setting import events
from bot.stores.journal import Journal
from bot.stores.opening import open_journal
from bot.stores.times import SystemClock
from moderation.model import MessagePosted


def run(size: int = 20_000, *, peers: bool = False) -> Iterator[Row]:
    """All rows of the suite; there is no peer here."""
    posted = list(events(corpus(size).texts))
    yield from asyncio.run(_all(posted))


async def _all(posted: list[MessagePosted]) -> list[Row]:
    burst = [await _in_new_journal(posted, 256) for _ in range(3)]
    alone = await _in_new_journal(posted[:500], 1)
    return [
        Row("accepted, 256 deliverers", statistics.median(burst), "events/s", "median of 3"),
        Row("accepted, one after the other", alone, "events/s", "one commit each"),
    ]


async def _in_new_journal(posted: list[MessagePosted], deliverers: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        journal = open_journal(Path(folder), SystemClock())
        await journal.start()
        start = time.perf_counter()
        await asyncio.gather(*(_deliver(journal, posted[first::deliverers]) for first in range(deliverers)))
        took = time.perf_counter() - start
        await journal.stop()
    return len(posted) / took


async def _deliver(journal: Journal, posted: list[MessagePosted]) -> None:
    for event in posted:
        await journal.accept(event)
