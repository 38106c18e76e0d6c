"""The gateway's side of the hand-out, over Redis Streams."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from bot.handout import keys, wire
from bot.handout.port import Answer, Lost, Pace, Seen
from bot.handout.redis import connect, or_lost, words

_MOST: int = 256
"""Batches of answers read at once."""


class RedisPost:
    """A Post (port.py). `model` tells workers with the same model from others; `url` may carry a password."""

    def __init__(self, url: str, model: str, pace: Pace = Pace()) -> None:
        self.gateway = secrets.token_hex(8)
        self._redis = connect(url, f"sereno-gateway-{self.gateway}")
        self._texts, self._alive = keys.texts(model), keys.alive(model)
        self._answers, self._known = keys.answers(self.gateway), keys.known(self.gateway)
        self._pace = pace
        self._read: list[bytes] = []
        self._stale = "0-1"

    async def put(self, texts: Sequence[tuple[int, str]], back: Sequence[str]) -> Sequence[str]:
        """See port.py. One round trip."""
        with or_lost():
            async with self._redis.pipeline(transaction=False) as pipe:
                for number, text in texts:
                    pipe.xadd(self._texts, wire.text_fields(self.gateway, number, text))  # type: ignore[arg-type]
                if back:
                    pipe.xdel(self._texts, *back)
                pipe.expire(self._texts, self._pace.keep)
                replies = _sound(await pipe.execute(raise_on_error=False))
        return [name.decode() for name in replies[: len(texts)]]

    async def answers(self) -> Sequence[Answer]:
        """See port.py. What was read last time is removed now: an answer is never lost between two reads."""
        read, self._read = self._read, []
        with or_lost():
            async with self._redis.pipeline(transaction=False) as pipe:
                if read:
                    pipe.xdel(self._answers, *read)
                pipe.xread({self._answers: "0"}, count=_MOST, block=int(self._pace.wait * 1000))
                *_, streams = _sound(await pipe.execute(raise_on_error=False))
        entries = streams[0][1] if streams else []
        self._read = [name for name, _ in entries]
        return [one for _, fields in entries for one in wire.unpacked(fields.get(wire.BATCH, b""))]

    async def look(self) -> Seen:
        """See port.py. Also removes texts so old that whoever waited for them is gone, or their gateway is."""
        keep = self._pace.keep
        with or_lost():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.set(self._known, b"1", nx=True, ex=keep)
                pipe.expire(self._known, keep)
                pipe.exists(self._alive)
                pipe.time()
                pipe.xtrim(self._texts, minid=self._stale, approximate=False)
                anew, _, alive, (seconds, _), _ = _sound(await pipe.execute(raise_on_error=False))
        self._stale = f"{(seconds - keep) * 1000}-0"  # by the clock of Redis, which also made the entries' names
        return Seen(workers=bool(alive), anew=bool(anew))

    async def aclose(self) -> None:
        """See port.py."""
        with or_lost():
            await self._redis.aclose()


def _sound(replies: Sequence[Any]) -> Sequence[Any]:
    """The replies to a pipeline when all of it worked; half of it is as good as nothing, and is tried again."""
    for reply in replies:
        if isinstance(reply, Exception):
            raise Lost(words(reply)) from reply
    return replies
