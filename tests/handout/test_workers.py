"""Several workers and gateways on one Redis: work is shared, the dead are inherited, and nothing is judged twice over."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.handout.worker import GIVEN_UP
from moderation.errors import DetectorError
from tests.handout.processes import worker_process
from tests.handout.yard import MODEL, QUICK, Yard, toxicity, until
from tests.toxicity.models import Model


def expected(text: str) -> float:
    return 0.99 if "nasty" in text else 0.01


async def test_two_gateways_and_two_workers_share_the_work(ground: Yard) -> None:
    """Every message gets its own score whoever judged it, and both workers had their part."""
    models = [Model(name=MODEL), Model(name=MODEL)]
    hands = [await ground.worker(model) for model in models]
    gateways = [await ground.gateway(), await ground.gateway()]
    await until(lambda: not any(hand.judge.trouble for hand in hands))
    texts = [f"{'nasty' if n % 7 == 0 else 'kind'} {n}" for n in range(1000)]
    asked = [(gateways[n % 2], text) for n, text in enumerate(texts)]
    found = await asyncio.gather(*(toxicity(gateway, text) for gateway, text in asked))
    assert found == [expected(text) for text in texts]
    assert all(model.calls for model in models)
    assert set(models[0].seen) | set(models[1].seen) == set(texts)
    assert [gateway.tally.answered for gateway in gateways] == [500, 500]


async def test_a_worker_told_to_stop_finishes_what_it_holds(ground: Yard) -> None:
    """Nothing of its batch has to wait for another worker."""
    model = Model(name=MODEL)
    hand = await ground.worker(model)
    gateway = await ground.gateway()
    await toxicity(gateway, "warm")
    model.open.clear()
    model.reached.clear()
    asked = [asyncio.create_task(toxicity(gateway, text)) for text in ("nasty", "kind")]
    await until(model.reached.is_set)
    ending = asyncio.create_task(hand.end())
    await asyncio.sleep(0)
    model.open.set()
    await ending
    assert await asked[0] == 0.99
    other = await ground.worker()
    assert await asked[1] == 0.01
    assert other.worker.tally.taken_over == 0


async def test_a_worker_without_its_model_leaves_texts_to_others(ground: Yard) -> None:
    """A model that cannot be loaded costs no message its score while another worker has one."""

    class Torn(Model):
        def score(self, texts: object, languages: object = ()) -> list[dict[str, float]]:
            raise OSError("no such file")

    torn = await ground.worker(Torn(name=MODEL))
    await until(lambda: torn.judge.trouble and "cannot be loaded" in torn.judge.trouble)
    await ground.worker()
    gateway = await ground.gateway()
    assert await asyncio.gather(*(toxicity(gateway, f"nasty {n}") for n in range(50))) == [0.99] * 50
    assert torn.worker.tally.taken == 0


async def test_a_slow_worker_keeps_its_texts(ground: Yard) -> None:
    """A batch that takes longer than a dead worker's texts are left alone is not taken over while its worker lives."""
    slow = Model(name=MODEL)
    pace = replace(QUICK, idle=2.0, beat=0.1)
    first = await ground.worker(slow, pace=pace)
    gateway = await ground.gateway()
    await toxicity(gateway, "warm")
    slow.open.clear()
    slow.reached.clear()
    asked = asyncio.create_task(toxicity(gateway, "nasty"))
    await until(slow.reached.is_set)
    second = await ground.worker(pace=pace)
    await until(lambda: second.judge.trouble is None)
    await asyncio.sleep(3.0)  # longer than the texts of a dead worker are left alone
    assert second.worker.tally.taken_over == 0 and not asked.done()
    slow.open.set()
    assert await asked == 0.99
    assert first.worker.tally.answered == 2


async def test_a_worker_killed_in_the_middle_of_a_batch_is_inherited(ground: Yard) -> None:
    """kill -9: what it held is judged by another worker, each text with its own score."""
    gateway = await ground.gateway()
    texts = [f"{'nasty' if n % 3 == 0 else 'kind'} {n}" for n in range(20)]
    async with worker_process(ground.server.url) as doomed:
        asked = [asyncio.create_task(toxicity(gateway, text)) for text in ("halt nasty", *texts)]
        await doomed.says("halt")
        await doomed.kill()
    heir = await ground.worker()
    assert await asyncio.gather(*asked) == [0.99, *map(expected, texts)]
    assert heir.worker.tally.taken_over >= 1
    async with Redis.from_url(ground.server.url) as client:
        while (await client.xpending(f"sereno:1:{MODEL}:texts", "workers"))["pending"]:
            await asyncio.sleep(0.01)


async def test_a_text_that_kills_workers_is_given_up(ground: Yard) -> None:
    """After three it is unknown, which is told; everything that was beside it is judged."""
    gateway = await ground.gateway()
    texts = [f"nasty {n}" for n in range(10)]
    deadly = asyncio.create_task(toxicity(gateway, "deadly"))
    others = [asyncio.create_task(toxicity(gateway, text)) for text in texts]
    await until(lambda: gateway.tally.put == 11)
    deaths = 0
    while not deadly.done() and deaths < 10:
        async with worker_process(ground.server.url, idle=0.5) as child:
            ended = asyncio.create_task(child.process.wait())
            await asyncio.wait((ended, deadly), return_when=asyncio.FIRST_COMPLETED)
            deaths += ended.done()
            if deadly.done():
                assert await asyncio.gather(*others) == [0.99] * 10
            ended.cancel()
    with pytest.raises(DetectorError, match=GIVEN_UP):
        await deadly
    assert deaths == QUICK.deliveries


async def test_texts_of_a_gateway_that_died_are_not_kept(ground: Yard) -> None:
    """With no worker to take them, they are gone once another gateway looks, however much is written meanwhile."""
    async with Redis.from_url(ground.server.url) as client:
        stream = f"sereno:1:{MODEL}:texts"
        await client.xadd(stream, {"g": "gone", "n": 1, "t": "canary"}, id="1000-1")
        await ground.gateway()
        gateway = await ground.gateway()
        gateway.start()
        while await client.xlen(stream):
            await asyncio.sleep(0.01)


async def test_workers_that_ended_long_ago_are_forgotten(ground: Yard) -> None:
    """The list of workers does not grow with every restart; who holds something stays on it."""
    stream = f"sereno:1:{MODEL}:texts"
    async with Redis.from_url(ground.server.url) as client:
        await client.xgroup_create(stream, "workers", id="0", mkstream=True)
        await client.xgroup_createconsumer(stream, "workers", "idle")
        await client.xadd(stream, {"g": "gone", "n": 1, "t": "held"})
        await client.xreadgroup("workers", "holding", {stream: ">"})
        await ground.worker(pace=replace(QUICK, forget=0.0, idle=60.0))
        while b"idle" in (names := {one["name"] for one in await client.xinfo_consumers(stream, "workers")}):
            await asyncio.sleep(0.01)
        assert b"holding" in names
