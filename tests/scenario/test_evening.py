"""The same evening on every platform, with the real SDKs over real sockets and Sereno in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.model import Capability
from moderation.platforms import CAN
from tests.scenario.evening import Evening, Outcome
from tests.scenario.living import WORLDS, living

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("platform", WORLDS)
async def test_the_same_evening_everywhere(platform: str, tmp_path: Path) -> None:
    """Whoever greets, advertises, insults, reports and moderates sees the same on every platform, as far as it can."""
    async with WORLDS[platform]() as world, living(world, folder=tmp_path) as sereno:
        outcome = await Evening(sereno, world, CAN[platform]).play()
    assert outcome == expected(CAN[platform])


def expected(can: frozenset[Capability]) -> Outcome:
    """How the evening ends, modulo what a platform can do."""
    by_hand = [("moderator", "overturned")] if Capability.TIMEOUT in can else []
    by_hand += [("moderator", "decided")] if Capability.BAN in can else []
    cases = [("rules", "decided"), ("rules", "decided"), ("rules", "decided"), ("report", "open"), *by_hand]
    reads = ["a dubious offer, is it not?", "good evening, neighbours", "nobody asked you, ana"]
    return Outcome(tuple(cases), tuple(sorted(reads)))
