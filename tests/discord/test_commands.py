"""Commands, menus, forms and buttons on Discord: kept first, acknowledged in time, answered to the person alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from moderation.model import ButtonPressed, CommandCalled, MemberJoined, MessagePosted
from moderation.ports import Card, KnowsLanguages
from tests.discord.connected import SPECS, Connected, connected, journal_in, stand
from tests.discord.world import DiscordWorld
from tests.emulators.common import eventually
from tests.emulators.discord_commands import ON_MESSAGE, SLASH


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(tmp_path) as here:
        await eventually(lambda: here.world.emulator.desk.named("PUT /applications/*"))
        await here.says("eve", "insult")
        await here.becomes_moderator("mod")
        await here.heard.hears(MemberJoined, 2)
        yield here


async def test_a_command_arrives_with_its_fields_and_is_answered_alone(one: Connected) -> None:
    """People are given by id; nobody else reads the answer."""
    calls = one.world.emulator.calls
    called = calls.command("mod", "warn", {"member": "eve", "reason": "be kind"})
    event = await one.heard.hears(CommandCalled)
    assert event.name == "warn" and event.member.ref == one.member("mod") and event.member.is_staff
    assert event.arguments == {"member": one.member("eve").id, "reason": "be kind"}
    assert event.channel == one.general
    await eventually(lambda: called.answered is not None)
    await one.chat.answer(event, "Warned.")
    await one.chat.answer(event, "Warned.")
    assert await one.told("mod") == ["Warned."] and await one.reads() == ["insult"]


async def test_a_command_is_on_disk_before_it_is_acknowledged(one: Connected) -> None:
    """A journal that refuses gives no acknowledgement: the person sees that nothing happened, and may try again."""
    calls = one.world.emulator.calls
    one.heard.broken = 1
    lost = calls.command("mod", "help", {})
    await eventually(lambda: one.heard.broken == 0)
    kept = calls.command("mod", "help", {})
    await eventually(lambda: kept.answered is not None)
    assert lost.answered is None and len(one.heard.of(CommandCalled)) == 1


async def test_two_words_are_a_command_with_a_subcommand(one: Connected) -> None:
    """`config mode` is shown as Discord groups it, with its choices."""
    emulator = one.world.emulator
    owner = emulator.state.users[emulator.guild.owner].name
    emulator.calls.command(owner, "config mode", {"mode": "enforce"})
    event = await one.heard.hears(CommandCalled)
    assert (event.name, event.arguments) == ("config mode", {"mode": "enforce"})


async def test_commands_are_shown_to_whom_they_are_for(one: Connected) -> None:
    """Ordinary members are not offered what moderators do; Spanish words stand beside the English ones."""
    calls = one.world.emulator.calls
    offered = {each["name"] for each in calls.offered("eve")}
    assert offered == {"help", "report"} and "warn" in {each["name"] for each in calls.offered("mod")}
    warn = next(each for each in calls.offered("mod") if each["name"] == "warn")
    assert warn["description_localizations"]["es-ES"] == "Avisar a alguien"
    assert {each["name"] for each in calls.offered("mod", ON_MESSAGE)} == {"Warn", "Report"}
    assert calls.offered("mod", SLASH)


async def test_a_menu_that_needs_nothing_calls_at_once(one: Connected) -> None:
    """The message and its author come along."""
    message = one.heard.of(MessagePosted)[0].message
    await one.world.calls("eve", "report", on=message.ref)
    event = await one.heard.hears(CommandCalled)
    assert (event.name, event.message, event.about) == ("report", message.ref, one.member("eve"))


async def test_a_menu_that_needs_more_opens_a_form(one: Connected) -> None:
    """Only the submitted form is the call; cancelling it calls nothing."""
    message = one.heard.of(MessagePosted)[0].message
    await one.world.calls("mod", "warn", "be kind, please", on=message.ref)
    event = await one.heard.hears(CommandCalled)
    assert event.arguments == {"reason": "be kind, please"}
    assert (event.name, event.message, event.about) == ("warn", message.ref, one.member("eve"))
    await one.chat.answer(event, "Done.")
    assert await one.told("mod") == ["Done."] and len(one.heard.of(CommandCalled)) == 1


CARD = Card(
    "case1", "Case 1: eve", "Wrote **this** @everyone", (("Uphold", "v1:up:aaaaaaaaaaa"), ("Undo", "v1:un:bbbbbbbbbbb"))
)


async def test_a_press_names_its_token_and_the_card(one: Connected) -> None:
    """The token is what the button was made with; the answer is seen by who pressed."""
    ref = await one.chat.card(one.world.moderators, CARD, key="card:case1")
    (shown,) = await one.world.cards()
    assert shown.buttons == ("Uphold", "Undo") and shown.ref == ref
    await one.world.presses("mod", shown, "Undo")
    event = await one.heard.hears(ButtonPressed)
    assert event.token == "v1:un:bbbbbbbbbbb" and event.message == ref and event.member.ref == one.member("mod")
    await one.chat.answer(event, "Taken back.")
    assert await one.told("mod") == ["Taken back."]
    await one.chat.recard(ref, Card("case1", "Case 1: eve", "Taken back by mod."))
    (shown,) = await one.world.cards()
    assert shown.buttons == () and "Taken back by mod" in shown.text


async def test_a_press_after_a_restart_still_counts(tmp_path: Path) -> None:
    """Buttons are found by their token alone; who pressed before the restart is told by a direct message."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        first = stand(world, journal)
        await first.connect()
        await first.becomes_moderator("mod")
        await first.chat.card(world.moderators, CARD, key="card:case1")
        (shown,) = await world.cards()
        await world.presses("mod", shown, "Uphold")
        early = await first.heard.hears(ButtonPressed)
        await first.disconnect()
        second = stand(world, journal)
        await second.connect()
        await second.chat.card(world.moderators, CARD, key="card:case1")
        (shown,) = await world.cards()
        await world.presses("mod", shown, "Uphold")
        await second.heard.hears(ButtonPressed)
        await second.chat.answer(early, "Upheld.")
        await second.chat.answer(early, "Upheld.")
        assert await world.told("mod") == ["Upheld."]
        await second.disconnect()


async def test_who_has_no_open_command_is_written_to(one: Connected) -> None:
    """After a command the word appears below it; else it is a direct message."""
    assert await one.chat.notify(one.member("eve"), "why", key="n1", near=one.general) == "direct message"
    called = one.world.emulator.calls.command("eve", "help", {})
    await eventually(lambda: called.answered is not None)
    event = await one.heard.hears(CommandCalled)
    await one.chat.answer(event, "Help.")
    assert await one.chat.notify(one.member("eve"), "and this", key="n2") == "a note only they see"
    assert await one.chat.notify(one.member("eve"), "and this", key="n2") == "a note only they see"
    assert await one.told("eve") == ["why", "Help.", "and this"]


async def test_the_language_of_who_uses_a_command_is_known(one: Connected) -> None:
    """Discord tells it with every interaction."""
    chat: Any = one.chat
    assert isinstance(chat, KnowsLanguages) and chat.language_of(one.member("eve")) is None
    one.world.emulator.gateway.spoil["INTERACTION_CREATE"] = lambda data: {**data, "locale": "es-ES"}
    one.world.emulator.calls.command("eve", "help", {})
    await one.heard.hears(CommandCalled)
    assert chat.language_of(one.member("eve")) == "es"


async def test_commands_are_registered_only_when_they_change(tmp_path: Path) -> None:
    """A restart registers nothing; another set of commands does."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        for specs, registered in ((SPECS, 1), (SPECS, 1), (SPECS[:1], 2)):
            here = stand(world, journal, specs)
            await here.connect()
            assert len(world.emulator.desk.named("PUT /applications/*")) == registered
            await here.disconnect()
