"""P1 and P6 with real processes: kill -9 and SIGTERM under load."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.prove.parent import Evening, Tally

STARTING = 0.2
"""The share of bots that are killed while they start."""


async def kill_loop(folder: Path, *, seed: int, kills: int, seconds: float | None = None, calm: float = 0.3) -> Tally:
    """Kill the bot again and again while people talk; then let it finish and compare."""
    evening = Evening(folder, seed)
    await evening.open()
    began = time.monotonic()
    for _ in range(kills):
        if evening.dice.random() < STARTING:
            await evening.spawn()
            await asyncio.sleep(evening.dice.random() * 1.5)
            await evening.kill()
            continue
        await evening.start_bot()
        talking = asyncio.create_task(evening.talk(evening.dice.randrange(20, 200), pause=0.001))
        await asyncio.sleep(evening.dice.random() * calm)
        await evening.kill()
        await talking
        if seconds is not None and time.monotonic() - began > seconds:
            break
    return await _finish(evening)


async def stop_loop(folder: Path, *, seed: int, stops: int) -> Tally:
    """Ask the bot to stop, under load; it must leave by itself and lose nothing."""
    evening = Evening(folder, seed)
    await evening.open()
    for _ in range(stops):
        await evening.start_bot()
        talking = asyncio.create_task(evening.talk(300, pause=0.001))
        await asyncio.sleep(0.2)
        code = await evening.terminate()
        if code != 0:
            evening.tally.problems.append(f"exit code {code}")
        await talking
    return await _finish(evening)


async def _finish(evening: Evening) -> Tally:
    await evening.start_bot()
    await evening.settle()
    await evening.terminate()
    await evening.close()
    return evening.judge()


def run(kills: int, seeds: int, seconds: float | None) -> list[tuple[str, Tally]]:
    """The long proof; one line for each seed."""
    found = []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            share = seconds / seeds if seconds else None
            tally = asyncio.run(kill_loop(Path(folder), seed=seed, kills=kills // seeds, seconds=share))
            found.append((f"P1 kill -9, seed {seed}", tally))
    with tempfile.TemporaryDirectory() as folder:
        found.append(("P6 SIGTERM", asyncio.run(stop_loop(Path(folder), seed=99, stops=5))))
    return found
