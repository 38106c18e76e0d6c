"""Whoever tries the emulator by hand types lines, and reads what people see."""

from __future__ import annotations

import discord
import pytest
import yaml

from tests.discord.genuine import Bot
from tests.discord.test_emulator_calls import REPORT, WARN
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_by_hand import ByHand


class Screen:
    """What was printed."""

    def __init__(self, emulator: DiscordEmulator) -> None:
        self.lines: list[str] = []
        self.hand = ByHand(emulator, self.lines.append)

    def type(self, *lines: str) -> list[str]:
        """Type lines; what was printed since."""
        for line in lines:
            assert self.hand.do(line)
            self.hand.look()
        printed, self.lines[:] = list(self.lines), []
        return printed

    async def shows(self, words: str) -> None:
        def looked() -> bool:
            self.hand.look()
            return any(words in line for line in self.lines)

        await eventually(looked, saying=f"{words!r} in {self.lines}")


@pytest.fixture
def screen(emulator: DiscordEmulator) -> Screen:
    return Screen(emulator)


async def test_the_heading_is_a_configuration_that_fits(screen: Screen, emulator: DiscordEmulator) -> None:
    """The variables, and a part of sereno.yaml with the emulator's ids, which are the same every time."""
    variables, _, rest = screen.hand.heading().partition("\n")
    assert variables == f"SERENO_DISCORD_TOKEN={emulator.token} SERENO_DISCORD_API={emulator.api}"
    (community,) = yaml.safe_load(rest.partition("\n\neve")[0])["communities"]
    assert community["places"] == {"discord": {"server": emulator.guild.id}}
    assert community["roles"]["moderator"] == {"discord": [emulator.guild.role_named("moderator").id]}
    async with DiscordEmulator().opened() as another:
        assert another.guild.id == emulator.guild.id


def test_people_write_change_and_go(screen: Screen) -> None:
    """Messages are numbered, and later lines name them by number."""
    assert screen.type("eve: hola @bo") == ["→ eve is here", "[1] eve [#general]: hola @bo"]
    assert screen.type("edit eve 1 adiós") == ["[1] eve [#general]: adiós"]
    assert screen.type("delete eve 1", "leave eve") == ["[1] is gone", "← eve is not here any more"]
    assert screen.type("moderator mod", "mod #moderators: so?")[-1] == "[2] mod [#moderators]: so?"


@pytest.mark.parametrize(
    "line", ["/mute @eve", "press eve 9 Yes", "edit eve", "what?", "close never", "eve #moderators: x"]
)
def test_what_cannot_be_done_is_said(screen: Screen, line: str) -> None:
    """A slip ends nothing."""
    assert any(each.startswith("! ") for each in screen.type(line))


async def test_commands_buttons_and_forms_are_typed(bot: Bot, screen: Screen, emulator: DiscordEmulator) -> None:
    """A call, an answer for one alone, a menu with its form; silence is told as Discord tells it."""
    await bot.http.bulk_upsert_global_commands(emulator.state.application.id, [WARN, REPORT])
    screen.type("moderator mod", "/mod warn @owner be kind")
    await (await bot.hears("interaction")).response.send_message("Warned.", ephemeral=True)
    await screen.shows("Sereno [#general, only mod sees it]: Warned.")
    screen.type("eve: hm", "menu mod 2 Report")
    called = await bot.hears("interaction", 2)
    rows = [{"type": 1, "components": [{"type": 4, "custom_id": "why", "label": "Why", "style": 1}]}]
    route = "/interactions/{interaction_id}/{interaction_token}/callback"
    await bot.http.request(
        discord.http.Route("POST", route, interaction_id=called.id, interaction_token=called.token),
        json={"type": 9, "data": {"custom_id": "f", "title": "Why?", "components": rows}},
    )
    await screen.shows("a form opens for mod: Why?")
    screen.type("fill mod it hurts")
    sent = await bot.hears("interaction", 3)
    assert sent.data["components"][0]["components"][0]["value"] == "it hurts"
    assert screen.type("ahead 4") == ["mod reads: the application did not respond"]
