"""The adapter in a simulation of Discord that others wrote (`simcord`): their reading of Discord agrees with ours.

simcord drives discord.py without sockets: no gateway, no rate limits, no outages. Differences to our emulator are
listed in docs/platforms/discord.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.errors import BackendError

from bot.adapters.discord import Discord
from bot.adapters.ground import Ground
from bot.adapters.homes import Home, Homes
from bot.configuration.environment import environment
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.kept import Kept
from bot.stores.sent import Sent
from bot.stores.times import SystemClock
from moderation.errors import Unsupported
from moderation.model import ButtonPressed, Capability, CommandCalled, MessagePosted, MessageRef
from moderation.ports import Card
from tests.discord.connected import SPECS, Heard, journal_in

GUILD = 777_000_000_000_000_000
HOME = Home("discord", "plaza", frozenset({str(GUILD)}))


@dataclass
class Scene:
    """A server with a member and a moderator."""

    env: Any
    adapter: Discord
    heard: Heard
    home: Home
    owner: str
    general: Any
    eve: Any
    mod: Any

    def ref(self, message: Any) -> MessageRef:
        return MessageRef(self.home.channel(str(message.channel.id)), str(message.id))


@asynccontextmanager
async def simulated(tmp_path: Path) -> AsyncIterator[Scene]:
    async with journal_in(tmp_path) as journal:
        clock, heard, homes = SystemClock(), Heard(journal), Homes((HOME,))
        ground = Ground(
            heard,
            homes,
            Cursors(journal, clock),
            Sent(journal, clock, "discord"),
            Kept(journal),
            Gaps(journal, clock),
            Budgets(journal, clock),
            clock,
            heard.own.add,
            SPECS,
        )
        adapter = Discord(environment({"SERENO_DISCORD_TOKEN": "simcord.fake.token"}), ground)
        working = asyncio.create_task(adapter.intake.run())
        async with simcord.run(adapter.make_client()) as env:
            yield await _scene(env, adapter, heard)
        working.cancel()


async def _scene(env: Any, adapter: Discord, heard: Heard, home: Home = HOME) -> Scene:
    guild = env.create_guild("plaza", id=GUILD)
    general = guild.create_text_channel("general")
    mods = guild.create_role("moderator", permissions=discord.Permissions(moderate_members=True, manage_messages=True))
    eve = guild.add_member(env.create_user("eve"))
    mod = guild.add_member(env.create_user("mod"), roles=[mods])
    await adapter._registration.run(str(env.bot.application_id))
    return Scene(env, adapter, heard, home, str(guild.owner.id), general, eve, mod)


async def test_a_message_becomes_an_event_and_is_deleted(tmp_path: Path) -> None:
    """The same fields as over our emulator."""
    async with simulated(tmp_path) as scene:
        said = await scene.eve.send(scene.general, "insult")
        event = await scene.heard.hears(MessagePosted)
        assert event.message.text == "insult" and event.message.author.name == "eve"
        assert event.message.ref == scene.ref(said) and not event.message.author.is_staff
        await scene.adapter.chat.delete(event.message.ref)
        assert [message.content for message in scene.general.history()] == []


async def test_a_slash_command_is_kept_deferred_and_answered_alone(tmp_path: Path) -> None:
    """simcord refuses commands that were not registered, options that do not exist and answers that come twice."""
    async with simulated(tmp_path) as scene:
        result = await scene.mod.slash(scene.general, "warn", member=scene.eve, reason="be kind")
        event = await scene.heard.hears(CommandCalled)
        assert (event.name, event.arguments) == ("warn", {"member": str(scene.eve.id), "reason": "be kind"})
        assert event.member.is_staff and result.deferred and result.ephemeral
        await scene.adapter.chat.answer(event, "Warned.")
        assert result.response.content == "Warned."


async def test_commands_are_shown_to_whom_they_are_for(tmp_path: Path) -> None:
    """Both simulations read `default_member_permissions` in the same way."""
    async with simulated(tmp_path) as scene:
        assert set(scene.eve.available_commands(scene.general)) == {"help", "report"}
        assert "warn" in scene.mod.available_commands(scene.general)


async def test_a_menu_opens_a_form_whose_answers_are_the_call(tmp_path: Path) -> None:
    """The form's components are valid, and its custom id carries the message and its author."""
    async with simulated(tmp_path) as scene:
        said = await scene.eve.send(scene.general, "insult")
        shown = await scene.mod.context_menu(scene.general, "Warn", said)
        assert shown.modal is not None
        await scene.mod.submit_modal(shown, {"reason": "be kind"})
        event = await scene.heard.hears(CommandCalled)
        assert event.arguments == {"reason": "be kind"} and event.message == scene.ref(said)
        assert event.about == scene.home.member(str(scene.eve.id))


async def test_a_button_is_pressed_and_answered(tmp_path: Path) -> None:
    """The press is acknowledged without changing the card; the answer is for the presser alone."""
    async with simulated(tmp_path) as scene:
        where = scene.home.channel(str(scene.general.id))
        card = Card("case1", "Case 1: eve", "Wrote something.", (("Uphold", "v1:up:aaaaaaaaaaa"),))
        ref = await scene.adapter.chat.card(where, card, key="card:case1")
        result = await scene.mod.click(scene.general.last_message, label="Uphold")
        event = await scene.heard.hears(ButtonPressed)
        assert event.token == "v1:up:aaaaaaaaaaa" and event.message == ref and result.acknowledged
        await scene.adapter.chat.answer(event, "Upheld.")
        assert [each.content for each in result.followups] == ["Upheld."]
        await scene.adapter.chat.recard(ref, Card("case1", "Case 1: eve", "Upheld."))
        assert "Upheld" in scene.general.last_message.content and not scene.general.last_message.components


async def test_rights_are_checked_by_discords_own_rules(tmp_path: Path) -> None:
    """Who may what, that a silenced person cannot write, and that nobody acts upwards."""
    async with simulated(tmp_path) as scene:
        chat, eve = scene.adapter.chat, scene.home.member(str(scene.eve.id))
        assert await chat.rights(eve) == frozenset()
        assert Capability.TIMEOUT in await chat.rights(scene.home.member(str(scene.mod.id)))
        await chat.timeout(eve, until=datetime.now(UTC) + timedelta(hours=1))
        assert not await _may_write(scene)
        with pytest.raises(Unsupported, match="stands above"):
            await chat.timeout(scene.home.member(scene.owner), until=datetime.now(UTC) + timedelta(hours=1))
        await chat.timeout(eve, until=None)
        assert await _may_write(scene)


async def _may_write(scene: Scene) -> bool:
    try:
        await scene.eve.send(scene.general, "may I?")
    except BackendError:
        return False
    return True
