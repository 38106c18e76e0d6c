"""P9: a whole bot while Redis is killed and emptied every 0.3 s loses nothing, does nothing twice, and recovers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.handout.waiting import Bounds
from tests.handout.bot import Running, running
from tests.handout.server import Server
from tests.handout.trouble import restarting
from tests.handout.yard import MODEL, yard
from tests.toxicity.models import Model

KINDS = ("kind words {n}", "nasty words {n}", "zonkhead {n}", "hola a todos {n}")


async def held_again(bot: Running) -> None:
    """Until a rude message is held, which takes a score."""

    async def try_on() -> None:
        while True:
            id_ = await bot.hears("nasty at last", "afterwards")
            await bot.app.settled()
            if bot.twin.held[id_]:
                return
            await asyncio.sleep(0.02)

    await asyncio.wait_for(try_on(), 60)


@pytest.mark.parametrize(("messages", "every"), [(400, 0.005), pytest.param(10_000, 0.01, marks=pytest.mark.prove)])
async def test_nothing_is_lost_and_nothing_done_twice(
    tmp_path: Path, own_server: Server, messages: int, every: float
) -> None:
    """Every accepted event is decided; what needs no score is done once; no score is never taken for a low or a high
    one; and when the trouble is over, messages are scored again."""
    async with yard(own_server) as ground:
        gateway = await ground.gateway(Bounds(patience=3, grace=1))
        for _ in range(2):
            await ground.worker(Model(name=MODEL))
        async with running(tmp_path, gateway, patience=3) as bot:
            await held_again(bot)
            async with restarting(own_server) as done:
                for n in range(messages):
                    await bot.hears(KINDS[n % len(KINDS)].format(n=n), f"channel {n % 8}")
                    await asyncio.sleep(every)
                await bot.app.settled()
            await held_again(bot)
            assert "killed" in done
            assert await bot.in_the_journal() == len(bot.said)
            assert await bot.undecided_in_the_journal() == 0
            assert dict(bot.twin.removed) == {id_: 1 for id_, text in bot.said.items() if "zonkhead" in text}
            assert all(times == 1 and "nasty" in bot.said[id_] for id_, times in bot.twin.held.items())


async def test_without_a_score_people_are_asked_and_nothing_is_removed(tmp_path: Path, own_server: Server) -> None:
    """Redis gone for good: rules that need no score go on, and one case says what could not be judged."""
    async with yard(own_server) as ground:
        gateway = await ground.gateway(Bounds(patience=3, grace=0.2))
        own_server.kill()
        async with running(tmp_path, gateway, patience=3) as bot:
            rude = await bot.hears("nasty words", "general")
            bad = await bot.hears("zonkhead", "general")
            await bot.hears("nasty again", "general")
            await bot.app.settled()
            assert not bot.twin.held and dict(bot.twin.removed) == {bad: 1}
            assert bot.twin.visible() == ["nasty words", "nasty again"] and rude not in bot.twin.removed
            cases = [case for case in await bot.app.cases.page() if case.member is None]
            assert len(cases) == 1
