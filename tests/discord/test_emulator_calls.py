"""People use a bot on the emulator, and the genuine discord.py answers them: commands, menus, buttons, forms."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands

from tests.discord.genuine import Bot
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_errors import CannotDo
from tests.emulators.discord_eyes import text_of
from tests.emulators.discord_interactions import Interaction
from tests.emulators.discord_permissions import P

WARN: dict[str, Any] = {
    "name": "warn",
    "description": "Warn somebody",
    "default_member_permissions": str(int(P.MODERATE_MEMBERS)),
    "options": [
        {"type": 6, "name": "member", "description": "Whom", "required": True},
        {"type": 3, "name": "reason", "description": "Why", "required": True},
    ],
}
MODE: dict[str, Any] = {
    "name": "config",
    "description": "Settings",
    "options": [
        {
            "type": 1,
            "name": "mode",
            "description": "Shadow or live",
            "options": [
                {
                    "type": 3,
                    "name": "to",
                    "description": "Which",
                    "required": True,
                    "choices": [{"name": "Shadow", "value": "shadow"}, {"name": "Live", "value": "live"}],
                }
            ],
        }
    ],
}
REPORT: dict[str, Any] = {"name": "Report this message", "type": 3}


async def _registered(bot: Bot, emulator: DiscordEmulator, *commands: dict[str, Any]) -> None:
    await bot.http.bulk_upsert_global_commands(emulator.state.application.id, list(commands))
    for name in ("mod", "eve"):
        emulator.people.join(name)
    emulator.people.give("mod", "moderator")


async def _told(emulator: DiscordEmulator, name: str, *texts: str) -> None:
    await eventually(lambda: [text_of(each) for each in emulator.eyes.told(name)] == list(texts), saying=str(texts))


async def test_a_slash_command_arrives_with_its_options_and_is_answered_for_one(
    bot: Bot, emulator: DiscordEmulator
) -> None:
    """The person is resolved, the answer comes after a deferral, and nobody else reads it."""
    await _registered(bot, emulator, WARN)
    emulator.calls.words("mod", "/warn <@eve> be kind, please")
    called = await bot.hears("interaction")
    assert isinstance(called, discord.Interaction) and called.data is not None
    given = {option["name"]: option["value"] for option in called.data["options"]}  # type: ignore[typeddict-item]
    assert given == {"member": str(emulator.people.user("eve").id), "reason": "be kind, please"}
    assert called.permissions.moderate_members and called.user.name == "mod"
    await called.response.defer(ephemeral=True, thinking=True)
    assert emulator.eyes.told("mod") == []
    await called.followup.send("Warned.")
    await _told(emulator, "mod", "Warned.")
    assert emulator.eyes.channel() == [] and emulator.eyes.told("eve") == []


async def test_discord_py_registers_its_own_command_tree(bot: Bot, emulator: DiscordEmulator) -> None:
    """What discord.py builds is accepted, and comes back when it asks."""
    tree = app_commands.CommandTree(bot)

    @tree.command(description="Say hello")
    async def hello(interaction: discord.Interaction, to: discord.Member, loudly: bool = False) -> None:
        await interaction.response.send_message(f"{to.name}{'!' if loudly else ''}", ephemeral=True)

    await tree.sync()
    assert [each.name for each in await tree.fetch_commands()] == ["hello"]
    emulator.people.join("eve")
    emulator.calls.command("eve", "hello", {"to": "owner", "loudly": "yes"})
    await _told(emulator, "eve", "owner!")


@pytest.mark.parametrize(
    ("who", "line", "why"),
    [
        ("mod", "mute <@eve>", "not offered"),
        ("eve", "warn <@mod> no", "not offered"),
        ("mod", "warn <@eve>", "needs"),
        ("mod", "warn everybody out there", "there is nobody|is nobody|reason"),
        ("mod", "config mode loud", "not offered for"),
        ("mod", "config colour", "has no"),
    ],
)
async def test_the_client_does_not_send_what_nobody_registered(
    bot: Bot, emulator: DiscordEmulator, who: str, line: str, why: str
) -> None:
    """Unknown commands, options, choices and people never leave the person's machine."""
    await _registered(bot, emulator, WARN, MODE)
    if "everybody" in line:
        emulator.calls.words(who, line)
        assert (await bot.hears("interaction")).data["options"][1]["value"] == "out there"
        return
    with pytest.raises(CannotDo, match=why):
        emulator.calls.words(who, line)
    assert "interaction" not in bot.names()


async def test_a_subcommand_is_found_by_its_words(bot: Bot, emulator: DiscordEmulator) -> None:
    """`config mode live` arrives nested, and so does `mode live`, which only one command has."""
    await _registered(bot, emulator, MODE)
    for line in ("config mode live", "mode Live"):
        emulator.calls.words("mod", line)
    await bot.hears("interaction", 2)
    assert all(each.data["options"][0]["options"][0]["value"] == "live" for each in bot.all("interaction"))


@pytest.mark.parametrize(
    "command",
    [
        {**WARN, "name": "Warn Them"},
        {**WARN, "description": "x" * 101},
        {**WARN, "options": WARN["options"] * 2},
        {**WARN, "options": [{**WARN["options"][0], "required": False}, WARN["options"][1]]},
        {**REPORT, "description": "not on a menu"},
        {**WARN, "name_localizations": {"es": "avisar"}},
    ],
    ids=["name", "description", "twice", "order", "menu", "locale"],
)
async def test_a_command_discord_would_not_take_is_refused(
    bot: Bot, emulator: DiscordEmulator, command: dict[str, Any]
) -> None:
    """50035, and the commands of before stay."""
    await _registered(bot, emulator, REPORT)
    with pytest.raises(discord.HTTPException) as no:
        await bot.http.bulk_upsert_global_commands(emulator.state.application.id, [command])
    assert no.value.code == 50035
    assert [each["name"] for each in emulator.state.commands[None]] == [REPORT["name"]]


async def test_a_message_menu_opens_a_form_and_its_fields_come_back(bot: Bot, emulator: DiscordEmulator) -> None:
    """The message is resolved, the form is shown, and what was filled in arrives by field."""
    await _registered(bot, emulator, REPORT)
    said = emulator.people.say("eve", "bad words")
    asked = emulator.calls.menu("mod", "report", said)
    called = await bot.hears("interaction")
    assert called.data["resolved"]["messages"][str(said.id)]["content"] == "bad words"

    class Why(discord.ui.Modal, title="Why?"):
        why: discord.ui.Label[Any] = discord.ui.Label(
            text="Why", component=discord.ui.TextInput(custom_id="why", max_length=50)
        )

        async def on_submit(self, interaction: discord.Interaction) -> None:
            assert isinstance(self.why.component, discord.ui.TextInput)
            await interaction.response.send_message(f"because {self.why.component.value}", ephemeral=True)

    await called.response.send_modal(Why())
    await eventually(lambda: asked.modal is not None)
    assert [field["custom_id"] for field in emulator.calls.fields(asked)] == ["why"]
    with pytest.raises(CannotDo):
        emulator.calls.submit("mod", asked, {"why": "x" * 51})
    emulator.calls.submit("mod", asked, {"why": "it hurts"})
    await _told(emulator, "mod", "because it hurts")


async def _card(bot: Bot, emulator: DiscordEmulator) -> tuple[discord.Message, Interaction]:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Uphold", custom_id="v1:aa:bbbbbbbbbbb"))
    channel = bot.get_channel(emulator.guild.channel_named("moderators").id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send(embed=discord.Embed(title="A case", description="Somebody wrote it"), view=view)
    card = emulator.eyes.channel("moderators")[0]
    assert text_of(card) == "A case\nSomebody wrote it"
    return sent, emulator.calls.press("mod", card, "Uphold")


async def test_a_button_is_pressed_and_its_message_changes(bot: Bot, emulator: DiscordEmulator) -> None:
    """The press carries the custom id and the message; an update takes the buttons away."""
    await _registered(bot, emulator)
    sent, pressed = await _card(bot, emulator)
    called = await bot.hears("interaction")
    assert called.data["custom_id"] == "v1:aa:bbbbbbbbbbb" and called.message.id == sent.id
    await called.response.edit_message(content="Upheld", view=None)
    card = emulator.eyes.channel("moderators")[0]
    assert text_of(card).startswith("Upheld") and pressed.answered == 7 and pressed.took is not None
    with pytest.raises(CannotDo, match="no button"):
        emulator.calls.press("mod", card, "Uphold")
    with pytest.raises(CannotDo, match="cannot see"):
        emulator.calls.forge("eve", card, "v1:aa:bbbbbbbbbbb")


async def test_an_interaction_lives_three_seconds_and_its_token_fifteen_minutes(
    bot: Bot, emulator: DiscordEmulator
) -> None:
    """Too late is 10062; twice is 40060; a follow-up after 15 minutes is 50027."""
    await _registered(bot, emulator, WARN)
    emulator.calls.words("mod", "warn <@eve> a")
    late = await bot.hears("interaction")
    emulator.state.ahead(4)
    with pytest.raises(discord.NotFound) as unknown:
        await late.response.defer(ephemeral=True)
    assert unknown.value.code == 10062
    emulator.calls.words("mod", "warn <@eve> b")
    called = await bot.hears("interaction", 2)
    await called.response.defer(ephemeral=True)
    again = discord.webhook.async_.interaction_message_response_params(type=5)
    adapter = discord.webhook.async_.async_context.get()
    with pytest.raises(discord.HTTPException) as twice:
        await adapter.create_interaction_response(called.id, called.token, session=called._session, params=again)
    assert twice.value.code == 40060
    emulator.state.ahead(901)
    with pytest.raises(discord.HTTPException) as expired:
        await called.followup.send("late")
    assert expired.value.code == 50027 and emulator.eyes.told("mod") == []
