"""Calls go out at the platform's pace, the urgent ones first."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.turns import Pace, Turns, Urgency
from moderation.errors import RateLimited


async def go(turns: Turns, name: str, urgency: Urgency, gone: list[str], *buckets: str, most: float = 30.0) -> None:
    async with turns.turn(urgency, *buckets, most=most):
        gone.append(name)


async def test_deletes_overtake_greetings() -> None:
    """Whoever waits for a slot is served by urgency, then in the order they came."""
    turns, gone = Turns({"": Pace(1, 0.02)}), list[str]()
    await go(turns, "first", Urgency.POST, gone)
    waiting = [
        asyncio.create_task(go(turns, name, urgency, gone))
        for name, urgency in (
            ("hello", Urgency.POST),
            ("welcome", Urgency.POST),
            ("answer", Urgency.ANSWER),
            ("delete", Urgency.ENFORCE),
        )
    ]
    await asyncio.gather(*waiting)
    assert gone == ["first", "delete", "answer", "hello", "welcome"]


async def test_a_full_bucket_holds_up_nobody_else() -> None:
    """The pace of one chat is its own."""
    turns, gone = Turns({"chat": Pace(1, 60.0)}), list[str]()
    await go(turns, "a1", Urgency.POST, gone, "chat:a")
    await go(turns, "b1", Urgency.POST, gone, "chat:b")
    with pytest.raises(RateLimited) as asked:
        await go(turns, "a2", Urgency.POST, gone, "chat:a", most=0.05)
    assert gone == ["a1", "b1"] and 1 <= asked.value.retry_after <= 60


async def test_nobody_calls_inside_a_retry_after() -> None:
    """While the platform asks for patience a call fails at once, with the time left, and later it goes out."""
    now = [100.0]
    turns, gone = Turns({}, now=lambda: now[0]), list[str]()
    turns.rest(30.0, "chat:a")
    with pytest.raises(RateLimited) as asked:
        await go(turns, "a", Urgency.ENFORCE, gone, "chat:a", most=5.0)
    assert asked.value.retry_after == 30.0
    await go(turns, "b", Urgency.POST, gone, "chat:b")
    now[0] += 31
    await go(turns, "a", Urgency.ENFORCE, gone, "chat:a")
    assert gone == ["b", "a"]


async def test_who_gives_up_waiting_takes_no_slot() -> None:
    """A cancelled call does not count."""
    turns, gone = Turns({"": Pace(1, 0.05)}), list[str]()
    await go(turns, "first", Urgency.POST, gone)
    given_up = asyncio.create_task(go(turns, "never", Urgency.ENFORCE, gone))
    await asyncio.sleep(0)
    given_up.cancel()
    await go(turns, "second", Urgency.POST, gone)
    assert gone == ["first", "second"]


async def test_a_slot_is_one_call() -> None:
    """Ten who wait for one slot do not go at once when it comes."""
    turns, gone = Turns({"": Pace(2, 60.0)}), list[str]()
    tasks = [asyncio.create_task(go(turns, str(n), Urgency.POST, gone, most=0.1)) for n in range(10)]
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert gone == ["0", "1"] and sum(isinstance(one, RateLimited) for one in done) == 8
