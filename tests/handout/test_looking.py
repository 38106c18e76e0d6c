"""What the doctor says of Redis: what is wrong, and what to do."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.handout import keys
from bot.handout.looking import redis_finding
from tests.handout.server import Server
from tests.handout.yard import MODEL


async def test_a_redis_set_up_as_recommended_is_well(own_server: Server) -> None:
    """Reachable, new enough, nothing on disk: nothing to do."""
    found = await redis_finding(own_server.url)
    assert found.state == "well" and not found.mend


async def test_a_redis_that_is_away_is_wrong(own_server: Server) -> None:
    """Said with what it means."""
    own_server.kill()
    found = await redis_finding(own_server.url)
    assert found.state == "wrong" and "cannot be reached" in found.says and found.mend


async def test_a_wrong_password_is_not_repeated(own_server: Server) -> None:
    """Neither in what is said nor in what to do."""
    own_server.password = "hunter2-wrong"
    found = await redis_finding(own_server.url)
    assert found.state == "wrong" and "hunter2" not in f"{found.says}{found.mend}"


async def test_a_redis_that_writes_to_its_disk_is_noted(own_server: Server) -> None:
    """What members say should lie nowhere but in Sereno's own database."""
    async with Redis.from_url(own_server.url) as client:
        await client.config_set("save", "3600 1")
        assert (await redis_finding(own_server.url)).state == "note"
        await client.config_set("save", "")
        await client.config_set("appendonly", "yes")
        found = await redis_finding(own_server.url)
    assert found.state == "note" and "disk" in found.says


async def test_a_redis_that_may_drop_texts_is_noted(own_server: Server) -> None:
    """A cache's policy drops what waits."""
    async with Redis.from_url(own_server.url) as client:
        await client.config_set("maxmemory", "100mb")
        await client.config_set("maxmemory-policy", "allkeys-lru")
    found = await redis_finding(own_server.url)
    assert found.state == "note" and "noeviction" in found.mend


async def test_a_replica_is_wrong(own_server: Server) -> None:
    """It takes no writes."""
    async with Redis.from_url(own_server.url) as client:
        await client.replicaof("127.0.0.1", 1)
    found = await redis_finding(own_server.url)
    assert found.state == "wrong" and "replica" in found.says


async def test_a_missing_worker_is_noted(own_server: Server) -> None:
    """A gateway alone scores nothing."""
    found = await redis_finding(own_server.url, MODEL)
    assert found.state == "note" and MODEL in found.says
    async with Redis.from_url(own_server.url) as client:
        await client.set(keys.alive(MODEL), "x", ex=60)
    assert (await redis_finding(own_server.url, MODEL)).state == "well"


async def test_an_address_that_is_none_is_wrong() -> None:
    """A slip of the pen does not break the doctor."""
    assert (await redis_finding("localhost")).state == "wrong"
