"""From a message's arrival to a decision on disk and an answer from the platform, shipped packs, one process."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence

from benchmarks.corpus import corpus
from benchmarks.measure import Row
from benchmarks.running import Watching, known, running
from benchmarks.setting import events, rule_set, shipped
from bot.app import App
from bot.tuning import tune
from moderation.model import MessagePosted
from rules.compile import Engine, compile_rules

DELIVERERS = 256
PACE = 1_000
SECONDS = 10
REMOVED = "blargremoval"
_REMOVING = f"""schema: rules/1
about: One word, removed at once.
lists:
  words: |
    {REMOVED}
rules:
  - id: removed
    why:
      en: Measured.
      es: Medido.
    mode: enforce
    if:
      says: words
    then:
      - delete
"""


def run(size: int = 50_000, *, peers: bool = False) -> Iterator[Row]:
    """All rows of the suite; no peer keeps what it hears. The interpreter is set as `sereno run` sets it."""
    texts = corpus(size).texts
    tune()
    yield asyncio.run(_throughput(list(events(texts, apart=0.01)), shipped()))
    yield from asyncio.run(_paced(texts[: PACE * SECONDS], compile_rules(rule_set({"10-removing.yaml": _REMOVING}))))


async def _throughput(posted: list[MessagePosted], engine: Engine) -> Row:
    """As fast as it goes: every event accepted, judged and its decision written, synchronous=FULL."""
    rates = []
    for _ in range(3):
        twin = Watching()
        known(twin, posted)
        async with running(engine, twin) as app:
            start = time.perf_counter()
            await asyncio.gather(*(_deliver(app, posted[first::DELIVERERS]) for first in range(DELIVERERS)))
            await app.intake.drained()
            rates.append(len(posted) / (time.perf_counter() - start))
    return Row(
        "durable end to end, shipped packs", statistics.median(rates), "messages/s", "median of 3, no model", "≥ 10,000"
    )


async def _deliver(app: App, posted: list[MessagePosted]) -> None:
    for event in posted:
        await app.accept(event)


async def _paced(texts: Sequence[str], engine: Engine) -> list[Row]:
    """1,000 messages a second, one in twenty to be removed: when is one on disk, and when is it gone?"""
    twin = Watching()
    posted = list(
        events([f"{text} {REMOVED}" if number % 20 == 0 else text for number, text in enumerate(texts)], apart=0.01)
    )
    known(twin, posted)
    arrived: dict[str, float] = {}
    kept: list[float] = []
    async with running(engine, twin) as app:

        async def deliver(event: MessagePosted) -> None:
            arrived[event.message.ref.id] = time.perf_counter()
            await app.accept(event)
            kept.append(time.perf_counter() - arrived[event.message.ref.id])

        start = time.perf_counter()
        tasks = []
        for number, event in enumerate(posted):
            wait = start + number / PACE - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(deliver(event)))
        await asyncio.gather(*tasks)
        await app.settled()
    gone = [twin.removed[name] - arrived[name] for name in twin.removed]
    expected = sum(1 for number in range(len(texts)) if number % 20 == 0)
    return [
        Row("on disk at 1,000 messages/s, p50", _quantile(kept, 50), "ms"),
        Row("on disk at 1,000 messages/s, p99", _quantile(kept, 99), "ms", goal="≤ 10"),
        Row(
            "removed at 1,000 messages/s, p95",
            _quantile(gone, 95),
            "ms",
            f"{len(gone)} of {expected} removed",
            "≤ 1,000",
        ),
    ]


def _quantile(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1000
