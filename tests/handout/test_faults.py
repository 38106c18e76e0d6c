"""Whatever happens to Redis, a message ends with its own score or with none, and soon everything is scored again."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from redis.asyncio import Redis

from bot.handout.detector import HandedOut
from bot.handout.waiting import Bounds
from moderation.errors import DetectorError
from tests.handout.server import Server
from tests.handout.trouble import empty, restarting
from tests.handout.yard import MODEL, Yard, toxicity, until, yard
from tests.toxicity.models import Model, Notes, scores


def numbered() -> Model:
    """A model whose score is the number at the end of a text, in thousandths, so that no two are alike."""
    return Model(name=MODEL, says=lambda texts: [scores(toxicity=int(text.split()[-1]) / 1000) for text in texts])


async def outcome(gateway: HandedOut, number: int) -> str:
    """`right`, `wrong`, or why it is silent."""
    try:
        return "right" if await toxicity(gateway, f"message {number}") == number / 1000 else "wrong"
    except DetectorError as silent:
        return str(silent)


async def scored_again(gateway: HandedOut, number: int = 500) -> None:
    """Until a message is scored, for as long as `until` has patience."""
    tries: list[str] = []

    async def ask() -> None:
        while "right" not in tries:
            tries.append(await outcome(gateway, number))
            await asyncio.sleep(0.02)

    await asyncio.wait_for(ask(), 60)
    assert "wrong" not in tries


async def test_what_redis_forgets_is_put_there_again(own_server: Server) -> None:
    """FLUSHALL with messages waiting: all of them are judged when a worker comes, group or no group."""
    async with yard(own_server) as ground:
        gateway = await ground.gateway()
        asked = [asyncio.create_task(outcome(gateway, number)) for number in range(50)]
        await until(lambda: gateway.tally.put == 50)
        await empty(own_server)
        await ground.worker(numbered())
        assert await asyncio.gather(*asked) == ["right"] * 50
        assert gateway.tally.anew == 2


async def test_workers_go_on_when_their_group_is_gone(ground: Yard) -> None:
    """A worker that waits for texts notices that Redis has forgotten it."""
    await ground.worker(numbered())
    gateway = await ground.gateway()
    for number in range(5):
        assert await outcome(gateway, number) == "right"
        await empty(ground.server)


async def test_a_server_that_starts_last_is_found(own_server: Server) -> None:
    """The order in which the three are started does not matter."""
    own_server.kill()
    async with yard(own_server) as ground:
        notes = Notes()
        gateway = await ground.gateway(Bounds(patience=60, grace=0.2), notes=notes)
        await ground.worker(numbered())
        with pytest.raises(DetectorError, match="Redis cannot be reached"):
            await toxicity(gateway, "message 1")
        await asyncio.to_thread(own_server.start)
        await scored_again(gateway)
        await until(lambda: len(notes.said) > 1)
        assert notes.said == ["down: Redis cannot be reached", f"up: {MODEL}"]


@pytest.mark.parametrize(("messages", "every"), [(300, 0.008), pytest.param(6000, 0.01, marks=pytest.mark.prove)])
async def test_no_message_gets_a_wrong_score_and_none_hangs(own_server: Server, messages: int, every: float) -> None:
    """P9, the hand-out alone: the server is killed or emptied every 0.3 s; two gateways, two workers."""
    async with yard(own_server) as ground:
        bounds = Bounds(patience=5, grace=2)
        gateways = [await ground.gateway(bounds), await ground.gateway(bounds)]
        for _ in range(2):
            await ground.worker(numbered())
        await scored_again(gateways[0])
        async with restarting(own_server) as done:
            asked = []
            for number in range(messages):
                asked.append(asyncio.create_task(outcome(gateways[number % 2], number % 1000)))
                await asyncio.sleep(every)
            found = Counter(await asyncio.wait_for(asyncio.gather(*asked), 120))
        assert found["wrong"] == 0 and sum(found.values()) == messages
        assert "killed" in done
        for gateway in gateways:
            await scored_again(gateway)
            assert gateway.waiting == 0


async def test_a_redis_without_memory_costs_scores_and_nothing_else(own_server: Server) -> None:
    """Nothing is thrown away to make room; as soon as there is room again messages are scored."""
    async with yard(own_server) as ground, Redis.from_url(own_server.url) as client:
        await ground.worker(numbered())
        gateway = await ground.gateway(Bounds(patience=0.5, grace=60))
        assert await outcome(gateway, 1) == "right"
        await client.config_set("maxmemory", "1")
        assert await outcome(gateway, 2) == "no scoring worker answered in time"
        assert gateway.tally.lost > 0
        await client.config_set("maxmemory", "0")
        await scored_again(gateway)


async def test_a_redis_that_became_a_replica_is_not_believed(own_server: Server) -> None:
    """READONLY after a failover: silent until a server takes writes again."""
    async with yard(own_server) as ground, Redis.from_url(own_server.url) as client:
        await ground.worker(numbered())
        gateway = await ground.gateway(Bounds(patience=30, grace=0.5))
        assert await outcome(gateway, 1) == "right"
        await client.replicaof("127.0.0.1", 1)
        await until(lambda: gateway.trouble)
        assert await outcome(gateway, 2) == "this Redis is a replica that takes no writes"
        await client.replicaof("NO", "ONE")
        await scored_again(gateway)


async def test_a_redis_that_stands_still_is_waited_for_and_no_longer_than_patience(own_server: Server) -> None:
    """A server that accepts and does not answer costs scores, not the bot; when it wakes up all is well again."""
    async with yard(own_server) as ground:
        await ground.worker(numbered())
        gateway = await ground.gateway(Bounds(patience=1, grace=60))
        await scored_again(gateway)
        own_server.freeze()
        assert (
            await asyncio.gather(*(outcome(gateway, n) for n in range(20)))
            == ["no scoring worker answered in time"] * 20
        )
        own_server.thaw()
        await scored_again(gateway)


async def test_a_password_that_is_turned_down_is_told_without_it(own_server: Server) -> None:
    """What is wrong is said in words; the password is not among them."""
    async with Redis.from_url(own_server.url) as client:
        await client.config_set("requirepass", "right-one")
    async with yard(own_server) as ground:
        own_server.password = "hunter2-wrong"
        gateway = await ground.gateway(Bounds(patience=30, grace=0.2))
        said = await outcome(gateway, 1)
        assert said == "Redis turns the name or the password down"
        own_server.password = "right-one"
        allowed = await ground.gateway()
        await ground.worker(numbered())
        assert await outcome(allowed, 2) == "right"
