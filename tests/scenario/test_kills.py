"""`kill -9` in bursts, on every platform: nothing lost, nothing done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.platforms import CAN
from tests.scenario.kills import Left, burst
from tests.scenario.living import WORLDS, living

pytestmark = pytest.mark.timeout(900)


async def after_kills(platform: str, folder: Path, seed: int) -> Left:
    async with WORLDS[platform]() as world, living(world, folder=folder) as sereno:
        return await burst(sereno, world, CAN[platform], seed, count=30, kills=3)


def right(left: Left, platform: str) -> bool:
    """As many cases as insults, each told once; Telegram cannot tell what was said, so a kill may tell once more."""
    more = left.kills if platform == "telegram" else 0
    told = left.insults <= left.told <= left.insults + more
    return left.cases == left.insults and told and left.read == left.harmless


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("platform", WORLDS)
async def test_a_burst_with_kills(platform: str, seed: int, tmp_path: Path) -> None:
    """Whenever Sereno dies, every insult is removed once, and its author is told why once."""
    left = await after_kills(platform, tmp_path, seed)
    assert right(left, platform), str(left)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 120))
@pytest.mark.parametrize("platform", WORLDS)
async def test_many_bursts_with_kills(platform: str, seed: int, tmp_path: Path) -> None:
    """The same, twenty times on each platform."""
    left = await after_kills(platform, tmp_path, seed)
    assert right(left, platform), str(left)
