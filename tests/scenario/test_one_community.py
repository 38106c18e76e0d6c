"""One community on several platforms at once, with one set of rules and one desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.world import World
from tests.discord.world import DiscordWorld
from tests.scenario.living import living
from tests.scenario.running import Sereno, eventually
from tests.slack.world import opened as opened_slack
from tests.telegram.world import TelegramWorld

pytestmark = pytest.mark.timeout(300)


async def insult_is_gone(sereno: Sereno, world: World, case: int) -> None:
    """Somebody insults, and it is one more case; nobody reads it any more."""
    await world.says("eve", "you blarg")

    async def cases() -> list[str]:
        return [one["platform"] for one in await sereno.cases() if "no-slurs" in one["rules"]]

    await eventually(cases, lambda found: len(found) == case, "the insult is no case")
    await eventually(world.reads, lambda read: "you blarg" not in read, "the insult is still there")


async def test_the_same_rules_on_every_platform(tmp_path: Path) -> None:
    """An insult is removed wherever it is written, and all cases lie on one desk."""
    async with (
        DiscordWorld.opened() as discord,
        opened_slack() as slack,
        TelegramWorld.opened() as telegram,
        living(discord, slack, telegram, folder=tmp_path) as sereno,
    ):
        worlds: tuple[World, ...] = (discord, slack, telegram)
        for number, world in enumerate(worlds, start=1):
            await insult_is_gone(sereno, world, number)
        assert [case["platform"] for case in await sereno.cases()] == ["discord", "slack", "telegram"]
        assert len({case["community"] for case in await sereno.cases()}) == 1


async def test_a_wrong_token_stops_one_platform_alone(tmp_path: Path) -> None:
    """Telegram is refused and says so in one case; Discord goes on as if nothing had happened."""
    wrong = {"SERENO_TELEGRAM_TOKEN": "1234567890:this-is-not-the-token-of-this-bot"}
    async with (
        DiscordWorld.opened() as discord,
        TelegramWorld.opened() as telegram,
        living(discord, telegram, folder=tmp_path, apart=wrong) as sereno,
    ):
        await eventually(sereno.connections, lambda now: now["telegram"]["state"] == "refused", "nothing is refused")
        await insult_is_gone(sereno, discord, 1)
        told = [case for case in await sereno.cases() if case["origin"] == "outcome"]
        assert len(told) == 1 and "telegram is not connected" in told[0]["about"]
        assert wrong["SERENO_TELEGRAM_TOKEN"] not in told[0]["about"]
