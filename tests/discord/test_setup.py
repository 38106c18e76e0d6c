"""What the set-up page and the doctor learn about a Discord token."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.discord_rights import INVITE
from bot.adapters.discord_setup import invite, look
from bot.adapters.setup import Weight
from bot.configuration.environment import environment
from moderation.errors import Refused, Unavailable
from tests.discord.world import DiscordWorld
from tests.emulators.common import fails
from tests.emulators.discord_permissions import P


async def test_who_the_bot_is_and_where_it_lives(tmp_path: Path) -> None:
    """Channels in which people write and roles that can be configured, with nothing missing after the invite link."""
    async with DiscordWorld.opened() as world:
        world.emulator.owner.set_bot_permissions(INVITE)
        found = await look(environment(world.environment))
        (place,) = found.places
        assert found.name == "Sereno" and found.account and found.missing == () and place.missing == ()
        assert [one.name for one in place.channels] == ["general", "moderators"]
        assert {one.name for one in place.roles} == {"trusted", "moderator"}
        assert found.invite == invite(int(found.account)) and f"permissions={INVITE}" in found.invite
        assert "applications.commands" in found.invite
        assert world.emulator.gateway.identifies == 0


async def test_switches_that_are_off_are_named() -> None:
    """Both words and what to press, in both languages."""
    async with DiscordWorld.opened() as world:
        world.emulator.state.application.flags = 0
        found = await look(environment(world.environment))
        assert [one.weight for one in found.missing] == [Weight.STOPS, Weight.STOPS]
        assert "Server Members Intent" in found.missing[0].says["en"]
        assert "Message Content Intent" in found.missing[1].mend["es"]


async def test_missing_rights_are_called_as_the_settings_call_them() -> None:
    """And Administrator, which is too much, is said."""
    async with DiscordWorld.opened() as world:
        world.emulator.owner.set_bot_permissions(INVITE & ~int(P.MODERATE_MEMBERS))
        (place,) = (await look(environment(world.environment))).places
        (missing,) = place.missing
        assert "Timeout Members" in missing.says["en"] and "Aislar temporalmente" in missing.says["es"]
        world.emulator.owner.set_bot_permissions(int(P.ADMINISTRATOR))
        (place,) = (await look(environment(world.environment))).places
        assert [one.weight for one in place.missing] == [Weight.NOTE]


async def test_a_wrong_token_is_refused_in_words() -> None:
    """Not shown, and with what to do."""
    async with DiscordWorld.opened() as world:
        with pytest.raises(Refused, match="token") as refused:
            await look(environment({**world.environment, "SERENO_DISCORD_TOKEN": "abc.def.ghi"}))
        assert "abc.def.ghi" not in f"{refused.value}{refused.value.mend}"


async def test_a_discord_that_is_down_is_an_outage() -> None:
    """Trying later may help."""
    async with DiscordWorld.opened() as world:
        world.emulator.desk.faults.add("GET /users/@me", fails(503))
        with pytest.raises(Unavailable):
            await look(environment(world.environment))
