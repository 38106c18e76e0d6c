from __future__ import annotations

import asyncio
from contextlib import aclosing

from bot.adapters.feed import Behind, Feed, RoomNews, Vanished
from bot.stores.room import Shown


def gone(number: int) -> RoomNews:
    return Vanished(f"m{number}", "general", Shown.REMOVED)


async def heard(feed: Feed, last_id: str | None, count: int) -> list[tuple[str, RoomNews]]:
    found: list[tuple[str, RoomNews]] = []
    async with aclosing(feed.listen(last_id)) as news:
        async for one in news:
            found.append(one)
            if len(found) == count:
                break
    return found


async def test_a_listener_hears_what_happens_from_now_on() -> None:
    """The past is not repeated to somebody who comes for the first time."""
    feed = Feed()
    feed.publish(gone(1))
    listening = asyncio.create_task(heard(feed, None, 1))
    await asyncio.sleep(0)
    feed.publish(gone(2))
    [(_, news)] = await listening
    assert news == gone(2)
    assert feed.listeners == 0


async def test_who_was_away_catches_up() -> None:
    """From the last id on, nothing is missed and nothing comes twice."""
    feed = Feed()
    listening = asyncio.create_task(heard(feed, None, 2))
    await asyncio.sleep(0)
    for number in (1, 2, 3, 4):
        feed.publish(gone(number))
    [(_, _), (last, _)] = await listening
    assert [news for _, news in await heard(feed, last, 2)] == [gone(3), gone(4)]


async def test_who_was_away_too_long_is_told_to_look_anew() -> None:
    """An id from before a restart, from the future, from too long ago or from nowhere cannot be continued."""
    feed = Feed(remembered=3)
    listening = asyncio.create_task(heard(feed, None, 1))
    await asyncio.sleep(0)
    for number in range(10):
        feed.publish(gone(number))
    [(first, _)] = await listening
    run = first.partition("-")[0]
    for stale in (first, "deadbeef-3", "nonsense", f"{run}-999", f"{run}-{'9' * 400}", f"{run}-٣"):
        [(_, news)] = await heard(feed, stale, 1)
        assert isinstance(news, Behind), stale


async def test_a_listener_who_does_not_listen_is_let_go() -> None:
    """Memory stays bounded when somebody never reads; their stream ends, and they may come back."""
    feed = Feed()
    async with aclosing(feed.listen(None)) as news:
        first = asyncio.ensure_future(anext(news))
        await asyncio.sleep(0)
        for number in range(1500):
            feed.publish(gone(number))
        await first
        rest = [one async for one in news]
    assert len(rest) < 1100
    assert feed.listeners == 0


async def test_closing_ends_every_stream() -> None:
    """A stopping program does not wait for listeners."""
    feed = Feed()
    listening = [asyncio.create_task(heard(feed, None, 99)) for _ in range(3)]
    await asyncio.sleep(0)
    feed.close()
    assert await asyncio.gather(*listening) == [[], [], []]
    assert await heard(feed, None, 1) == []
