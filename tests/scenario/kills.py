"""A burst on a platform while Sereno is killed again and again: what must be true when it has settled.

Nothing that was written is overlooked, and nothing is done twice: each insult is gone, is one case, and was told of once.
Where a platform cannot tell whether something was said (Telegram), a reason may be told once more for each kill.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass

from moderation.model import Capability
from tests.contract.world import World
from tests.scenario.evening import reason
from tests.scenario.running import Sereno, eventually

PEOPLE = ("ana", "bo", "eve", "cy")


@dataclass(frozen=True, slots=True)
class Left:
    """What a burst with kills has left behind."""

    insults: int
    harmless: int
    cases: int
    told: int
    kills: int
    read: int

    def __str__(self) -> str:
        return (
            f"{self.insults + self.harmless} messages, {self.kills} kills: {self.insults} insults, {self.cases} cases, "
            f"{self.told} reasons told, {self.read} of {self.harmless} harmless messages there"
        )


async def burst(sereno: Sereno, world: World, can: frozenset[Capability], seed: int, *, count: int, kills: int) -> Left:
    """Write `count` messages, every third an insult, and kill Sereno `kills` times meanwhile."""
    chance = random.Random(seed)
    for name in PEOPLE:
        await world.joins(name)
    writing = asyncio.create_task(_write(world, chance, count))
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.05, 0.8))
        await sereno.kill()
        await sereno.start()
    insults = await writing
    await _settled(sereno, world, can, sum(insults.values()), count)
    told = 0
    for name in PEOPLE:
        told += sum(map(reason, await world.told(name)))
    cases = [case for case in await sereno.cases() if "no-slurs" in case["rules"]]
    read = sum("harmless" in text for text in await world.reads())
    return Left(sum(insults.values()), count - sum(insults.values()), len(cases), told, kills, read)


async def _write(world: World, chance: random.Random, count: int) -> Counter[str]:
    insults: Counter[str] = Counter()
    for number in range(count):
        name = chance.choice(PEOPLE)
        if number % 3:
            await world.says(name, f"harmless words number {number}")
        else:
            insults[name] += 1
            await world.says(name, f"number {number} says you blarg")
        await asyncio.sleep(chance.uniform(0.0, 0.08))
    return insults


async def _settled(sereno: Sereno, world: World, can: frozenset[Capability], insults: int, count: int) -> None:
    """Every insult has its case, its author was told, and it is gone where the platform can remove it."""

    async def cases() -> int:
        return sum("no-slurs" in case["rules"] for case in await sereno.cases())

    async def told() -> int:
        return sum([sum(map(reason, await world.told(name))) for name in PEOPLE])

    async def still_there() -> int:
        return sum("blarg" in text for text in await world.reads())

    await eventually(cases, lambda found: found >= insults, f"{insults} insults did not become as many cases")
    await eventually(told, lambda found: found >= insults, f"not all authors of {insults} insults were told")
    if Capability.DELETE in can:
        await eventually(still_there, lambda there: there == 0, "insults are still there")
