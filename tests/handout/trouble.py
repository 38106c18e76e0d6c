"""Redis as it must not be: killed and started again, emptied, without memory, read-only."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.handout.server import Server


@asynccontextmanager
async def restarting(server: Server, pause: float = 0.3, *, flush: bool = True) -> AsyncIterator[list[str]]:
    """Kill it and start it again every 0.3 s, or empty it; what was done is listed. It runs when the block ends."""
    done: list[str] = []
    dice = random.Random(7)

    async def trouble() -> None:
        while True:
            await asyncio.sleep(pause)
            if flush and dice.random() < 0.4:
                await empty(server)
                done.append("emptied")
            else:
                await asyncio.shield(asyncio.to_thread(server.restart))
                done.append("killed")

    task = asyncio.create_task(trouble())
    try:
        yield done
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.to_thread(server.restart)


async def empty(server: Server) -> None:
    """FLUSHALL, if it listens."""
    with contextlib.suppress(RedisError):
        async with Redis.from_url(server.url) as client:
            await client.flushall()
