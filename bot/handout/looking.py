"""What the doctor says of Redis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from bot.handout import keys
from bot.handout.port import Lost
from bot.handout.redis import connect, or_lost

if TYPE_CHECKING:
    from redis.asyncio import Redis

OLDEST: Final = (6, 2)
"""The first version with all that is used here (XPENDING IDLE, XTRIM MINID)."""
KEEPS_ALL: Final = "noeviction"


@dataclass(frozen=True, slots=True)
class RedisFinding:
    """In the doctor's words; `state` has the values of bot/doctor.py's State."""

    state: Literal["well", "note", "wrong"]
    says: str
    mend: str = ""


async def redis_finding(url: str, model: str | None = None) -> RedisFinding:
    """Whether Redis can be used for handing out; with `model` (choosing.py's `model_key`) also whether a worker is alive.

    Takes four seconds at most; raises nothing. The gravest thing found is told.
    """
    try:
        client = connect(url, "sereno-doctor")
    except ValueError:  # its words may repeat the address, and so the password
        return RedisFinding("wrong", "the address of Redis cannot be read", "write it like `redis://localhost:6379/0`")
    try:
        with or_lost():
            return await _look(client, model)
    except Lost as trouble:
        return RedisFinding("wrong", f"{trouble}; messages are not scored by workers", "start it, or mend its address")
    finally:
        await client.aclose()


async def _look(client: Redis, model: str | None) -> RedisFinding:
    info: dict[str, Any] = await client.info()
    version = str(info.get("valkey_version") or info.get("redis_version", "0"))
    figures = tuple(int(part) for part in str(info.get("redis_version", "0")).split(".")[:2] if part.isdigit())
    if figures < OLDEST:
        return RedisFinding("wrong", f"Redis {version} is too old", "use Redis 6.2 or newer, or Valkey")
    if info.get("role") == "slave":
        return RedisFinding("wrong", "this Redis is a replica that takes no writes", "name the primary")
    policy = info.get("maxmemory_policy", KEEPS_ALL)
    if info.get("maxmemory") and policy != KEEPS_ALL:
        mend = "set `maxmemory-policy noeviction`"
        return RedisFinding("note", f"Redis {version} may drop texts that wait for their scores ({policy})", mend)
    if info.get("aof_enabled") or await _saves(client):
        mend = 'set `save ""` and `appendonly no`: nothing of Sereno in it is worth keeping'
        return RedisFinding("note", f"Redis {version} writes what members say to its disk for a while", mend)
    if model is not None and not await client.exists(keys.alive(model)):
        mend = "start one with `sereno run --role worker`, with the same sereno.yaml"
        return RedisFinding("note", f"Redis {version} answers; no scoring worker with {model} is alive", mend)
    return RedisFinding("well", f"Redis {version} answers")


async def _saves(client: Redis) -> bool:
    """Whether it writes snapshots; False where it does not tell, as hosted ones do not."""
    from redis.exceptions import ResponseError

    try:
        return bool((await client.config_get("save")).get("save"))
    except ResponseError:
        return False
