"""Sereno is killed while people write: what Telegram delivered is in the journal once, whatever was confirmed when."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.stores.opening import open_journal
from tests.emulators.common import eventually
from tests.telegram.bench import Now
from tests.telegram.world import TelegramWorld

ROOT = Path(__file__).parents[2]
BURST = 300
KILLS = 4


async def _starts(world: TelegramWorld, data: Path) -> asyncio.subprocess.Process:
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    group = str(world.emulator.group.id)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "ignore", "-m", "tests.telegram.living", str(data), group),
        env=env | dict(world.environment),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _writes(world: TelegramWorld, chance: random.Random) -> list[str]:
    """A burst of messages, edits and people who come; the keys they must have."""
    folk, group, keys = world.emulator.folk, world.emulator.group, []
    for number in range(BURST):
        message = folk.says(group, chance.choice(("ana", "bo", "eve")), f"number {number}")
        keys.append(f"telegram:msg:{group.id}:{message.id}:0")
        if number % 10 == 0:
            await asyncio.sleep(chance.uniform(0.0, 0.1))
    return keys


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_burst_with_kills_loses_nothing_and_keeps_nothing_twice(seed: int, tmp_path: Path) -> None:
    """0 of 300 messages lost, 0 twice, with four kills at moments the seed chooses."""
    chance = random.Random(seed)
    async with TelegramWorld.opened(strangers=True) as world:
        emulator = world.emulator
        process = await _starts(world, tmp_path)
        try:
            writing = asyncio.create_task(_writes(world, chance))
            for _ in range(KILLS):
                polled = len(emulator.desk.named("POST getUpdates"))
                await eventually(
                    lambda before=polled: len(emulator.desk.named("POST getUpdates")) > before,  # type: ignore[misc]
                    within=60,
                    saying="polling",
                )
                await asyncio.sleep(chance.uniform(0.0, 0.3))
                process.kill()
                await process.wait()
                process = await _starts(world, tmp_path)
            keys = await writing
            last = emulator._number
            await eventually(
                lambda: all(u["update_id"] > last for u in emulator.updates), within=60, saying="confirmed"
            )
        finally:
            process.kill()
            await process.wait()
    journal = open_journal(tmp_path, Now())
    await journal.start()
    found = await journal.read(lambda c: [row[0] for row in c.execute(text("select key from inbox"))])
    await journal.stop()
    messages = Counter(key for key in found if key.startswith("telegram:msg:"))
    assert messages == Counter(keys)
    assert sum(key.startswith("telegram:join:") for key in found) == 3
