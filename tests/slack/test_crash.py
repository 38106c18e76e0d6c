"""Promise: whatever is said while Sereno dies is in its journal, once, after it is back."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from bot.stores.sql import connect, sqlite_url
from bot.stores.tables import cursor, inbox
from tests.emulators.common import eventually
from tests.slack.world import SlackWorld, opened

ROUNDS = 3
BURST = 60


@asynccontextmanager
async def sereno(world: SlackWorld, data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bot that is killed when nobody needs it any more, without a word."""
    with (data / "child.log").open("ab") as log:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.slack.crash_child", str(data), world.slack.space.team),
            env={**os.environ, **world.environment},
            stdout=log,
            stderr=log,
        )
        try:
            yield child
        finally:
            if child.returncode is None:
                child.kill()
            await child.wait()


def watched(data: Path) -> bool:
    """Whether Sereno has begun to watch the channels: what was said before it ever came is not its business."""
    if not (data / "sereno.db").exists():
        return False
    engine = connect(sqlite_url(data / "sereno.db"))
    try:
        with engine.connect() as connection:
            names = connection.scalars(select(cursor.c.name)) if inspect(connection).has_table("cursor") else ()
            return len([name for name in names if str(name).startswith("slack:C")]) >= 3
    finally:
        engine.dispose()


def kept(data: Path) -> Counter[tuple[str, str]]:
    """Channel and ts of every message in the journal, with how often it is there as it was first posted."""
    engine = connect(sqlite_url(data / "sereno.db"))
    try:
        with engine.connect() as connection:
            rows = connection.execute(select(inbox.c.channel, inbox.c.message).where(inbox.c.kind == "message"))
            return Counter((row.channel, row.message) for row in rows)
    finally:
        engine.dispose()


def said(world: SlackWorld) -> set[tuple[str, str]]:
    """Every message there is in the workspace."""
    return {(channel.id, ts) for channel in world.slack.space.channels.values() for ts in channel.messages}


async def connects(world: SlackWorld) -> None:
    """Return when there is one socket more than now."""
    before = world.slack.sockets.opened
    await eventually(lambda: world.slack.sockets.opened > before, within=60, saying="it connects")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_burst_and_a_kill_lose_nothing_and_double_nothing(tmp_path: Path, seed: int) -> None:
    """`kill -9` at a random moment of each burst; Slack gives up what it could not deliver; the history has it."""
    dice = random.Random(seed)
    async with opened() as world:
        sockets = world.slack.sockets
        sockets.patience, sockets.pauses = 1.0, (0.0, 0.05, 0.1)
        for _ in range(ROUNDS):
            async with sereno(world, tmp_path) as child:
                await connects(world)
                await eventually(lambda: watched(tmp_path), within=60, saying="it watches")
                deadly, thread = dice.randrange(BURST), None
                for number in range(BURST):
                    if number == deadly:
                        child.kill()
                    in_thread: dict[str, str] = {"thread_ts": thread} if thread and dice.random() < 0.3 else {}
                    row = world.people.says(f"p{dice.randrange(5)}", f"word {number}", **in_thread)
                    thread = thread or row["ts"]
                    await asyncio.sleep(dice.random() * 0.02)
                await child.wait()
            await sockets.settled()
        async with sereno(world, tmp_path):
            await eventually(
                lambda: set(kept(tmp_path)) >= said(world), within=60, saying="all of it is in the journal"
            )
        await sockets.settled()
    journal = kept(tmp_path)
    assert set(journal) == said(world) and len(journal) == ROUNDS * BURST and set(journal.values()) == {1}
    assert any(one.given_up for one in sockets.deliveries), "the kill came too late to prove anything"
    log = (tmp_path / "child.log").read_text(encoding="utf-8")
    assert not [value for name, value in world.environment.items() if name.endswith("TOKEN") and value in log]
