"""The worker's side of the hand-out, over a consumer group of Redis Streams."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from redis.exceptions import ResponseError

from bot.handout import keys, wire
from bot.handout.keys import GROUP
from bot.handout.port import Answer, Pace, Request
from bot.handout.redis import connect, or_lost

LOOKED_AT: Final = 16
"""Abandoned texts looked at for one that can be taken over."""


class RedisPile:
    """A Pile (port.py). `model` tells gateways that want the same model from others; `url` may carry a password."""

    def __init__(self, url: str, model: str, pace: Pace = Pace()) -> None:
        self.worker = secrets.token_hex(8)
        self._redis = connect(url, f"sereno-worker-{self.worker}")
        self._texts, self._alive = keys.texts(model), keys.alive(model)
        self._pace = pace

    async def take(self, most: int) -> Sequence[Request]:
        """See port.py."""
        with or_lost():
            try:
                streams = await self._new(most)
            except ResponseError:  # the group is gone with whatever Redis lost; a new one begins with what is there
                await self._make_group()
                streams = await self._new(most)
            return await self._readable(streams[0][1] if streams else [])

    async def abandoned(self) -> Request | None:
        """See port.py. Two workers that see the same one do not both get it."""
        idle = int(self._pace.idle * 1000)
        with or_lost():
            try:
                pending: Any = await self._redis.xpending_range(
                    self._texts, GROUP, min="-", max="+", count=LOOKED_AT, idle=idle
                )
            except ResponseError:
                return None  # no group: nothing has been taken
            for one in pending:
                name = one["message_id"]
                if not await self._redis.xrange(self._texts, name, name):
                    await self._redis.xack(self._texts, GROUP, name)  # its gateway took it back
                    continue
                entries: Any = await self._redis.xclaim(
                    self._texts, GROUP, self.worker, min_idle_time=idle, message_ids=[name]
                )
                mine = await self._readable([entry for entry in entries if entry[0] is not None])
                if mine:
                    first = mine[0]
                    return Request(first.name, first.gateway, first.number, first.text, one["times_delivered"] + 1)
        return None

    async def mention(self, names: Sequence[str]) -> None:
        """See port.py."""
        if names:
            with or_lost():
                try:
                    await self._redis.xclaim(
                        self._texts, GROUP, self.worker, min_idle_time=0, message_ids=list(names), justid=True
                    )
                except ResponseError:
                    return  # no group any more: nobody can take these over either

    async def give(self, done: Sequence[tuple[Request, Answer]]) -> None:
        """See port.py. Either all of it happens or nothing."""
        to: dict[str, list[Answer]] = {}
        for request, answer in done:
            to.setdefault(request.gateway, []).append(answer)
        with or_lost():
            async with self._redis.pipeline(transaction=True) as pipe:
                for gateway, answers in to.items():
                    pipe.xadd(keys.answers(gateway), {wire.BATCH: wire.batch(answers)})
                    pipe.expire(keys.answers(gateway), self._pace.keep)
                names = [request.name for request, _ in done]
                pipe.xack(self._texts, GROUP, *names)
                pipe.xdel(self._texts, *names)
                await pipe.execute()

    async def here(self) -> None:
        """See port.py."""
        with or_lost():
            await self._redis.set(self._alive, self.worker, px=int(self._pace.alive * 1000))

    async def tidy(self) -> None:
        """See port.py."""
        with or_lost():
            try:
                workers = await self._redis.xinfo_consumers(self._texts, GROUP)
            except ResponseError:
                return
            for one in workers:
                if one["idle"] >= self._pace.forget * 1000 and not one["pending"]:
                    await self._redis.xgroup_delconsumer(self._texts, GROUP, one["name"])

    async def aclose(self) -> None:
        """See port.py."""
        with or_lost():
            await self._redis.aclose()

    async def _new(self, most: int) -> Any:
        wait = int(self._pace.wait * 1000)
        return await self._redis.xreadgroup(GROUP, self.worker, {self._texts: ">"}, count=most, block=wait)

    async def _make_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._texts, GROUP, id="0", mkstream=True)
        except ResponseError:
            return  # another worker was faster; if it was something else, the next read says so
        await self._redis.expire(self._texts, self._pace.keep)

    async def _readable(self, entries: Sequence[tuple[bytes, Mapping[bytes, bytes]]]) -> Sequence[Request]:
        """The entries as requests; what no gateway can have put there is thrown away."""
        requests = [wire.request(name, fields) for name, fields in entries]
        odd = [entry[0] for entry, request in zip(entries, requests, strict=True) if request is None]
        if odd:
            await self._redis.xack(self._texts, GROUP, *odd)
            await self._redis.xdel(self._texts, *odd)
        return [request for request in requests if request is not None]
