"""The set-up walked in a real browser on platforms other than Discord, until people there see Sereno at work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from bot.config import settings_at_home
from bot.console.keys import Keys
from bot.console.serve import Round
from bot.wiring import assemble
from tests.contract.world import World
from tests.room.browser import Served, Window, running, window
from tests.scenario.living import WORLDS
from tests.setup.walking import Elsewhere, patiently
from tests.telegram.world import TelegramWorld

PASTED: Final[Mapping[str, tuple[str, ...]]] = {
    "slack": ("BOT_TOKEN", "APP_TOKEN", "USER_TOKEN"),
    "telegram": ("TOKEN",),
    "matrix": ("HOMESERVER", "USER", "TOKEN"),
}
SCAM: Final = "free gifts at https://free-nitro.example/claim"


@pytest.mark.parametrize(("language", "platforms"), [("en", ("slack", "telegram")), ("es", ("matrix",))])
def test_a_community_begins_on_one_platform_and_goes_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, platforms: tuple[str, ...]
) -> None:
    """A scam is gone and moderators have its card; to look at the set-up again leaves the running bot in peace."""
    with (
        worlds(platforms, monkeypatch) as people,
        running(tmp_path) as served,
        window(language) as page,
    ):
        page.screen(390, 844)
        page.open(served.link)
        for platform, there in people.items():
            turn_on(page, served, platform, there)
            removes(page, there, "eve")
        for platform in people:
            page.open(f"{served.url}/setup/{platform}/check")
            assert page.all('[name="place"]:checked') and fits(page)
        for there in people.values():
            removes(page, there, "zoe")
        if "telegram" in people:
            a_group_added_later_shows(page, served, people["telegram"])
        states = served.call("GET", "/api/setup/state")["platforms"]
        assert {platform: one["state"] for platform, one in states.items()} == dict.fromkeys(platforms, "connected")
        assert page.complaints() == []
    [community] = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)}).communities
    assert set(community.places) == set(community.channels["moderators"]) == set(platforms)
    assert community.mode == "enforce" and community.name.casefold() in ("club", "general")


def test_settings_that_cannot_be_used_are_not_called_ready(tmp_path: Path) -> None:
    """The last ones stay in force, and the page says so and why; once they are mended it says that as well."""
    with running(tmp_path) as served, window() as page:
        page.open(served.link)
        settings = tmp_path / "sereno.yaml"
        settings.write_text("schema: sereno/1\nlanguage_of_the_moon: yes\n", "utf-8")
        page.open(f"{served.url}/setup/progress?begin=1")
        patiently(page, lambda: "last ones stay in force" in page.text("#unused:not([hidden])"), "said so")
        assert "language_of_the_moon" in page.text("#why") and "new settings" not in page.text("#says")
        page.open(f"{served.url}/setup/progress?lang=es")
        assert "siguen en vigor" in page.text("#unused:not([hidden])")
        settings.write_text("schema: sereno/1\n", "utf-8")
        page.open(f"{served.url}/setup/progress?begin=1&lang=en")
        patiently(page, lambda: "running with the new settings" in page.text("#says"), "mended")
        assert not page.all("#unused:not([hidden])")
        assert served.call("GET", "/api/setup/state")["trouble"] == ""


def test_a_stop_is_not_lost_in_a_restart(tmp_path: Path) -> None:
    """Whoever ends Sereno just after asking for a restart gets no other round, and no restart follows an end."""
    settings = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)})
    stops: list[str] = []
    round_ = Round(assemble(settings), settings, Keys())
    round_.stops_by(lambda: stops.append("stop"))
    round_.restart()
    assert round_.again
    round_.end()
    round_.restart()
    assert not round_.again and len(stops) == 3


@contextmanager
def worlds(platforms: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Elsewhere[World]]]:
    """Each platform's people, and Sereno told where the platforms are, but no tokens."""
    with ExitStack() as opened:
        people = {platform: opened.enter_context(Elsewhere(WORLDS[platform])) for platform in platforms}
        for there in people.values():
            for name, value in there.world.environment.items():
                if name.endswith("_API"):
                    monkeypatch.setenv(name, value)
        yield people


def turn_on(page: Window, served: Served, platform: str, there: Elsewhere[World]) -> None:
    """From the choice of a platform to messages that come in, taking what the page proposes."""
    page.open(f"{served.url}/setup")
    press(page, f'[data-platform="{platform}"]', "#check")
    assert "built-in" not in page.text("main") and fits(page)
    for field in PASTED[platform]:
        page.find(f"#{field.lower()}").send_keys(there.world.environment[f"SERENO_{platform.upper()}_{field}"])
    press(page, "#check", "#found")
    there.ask(somebody_writes)
    patiently(page, lambda: page.all('[name="place"]') or looked_again(page), "where the bot is")
    enough = 1 if platform == "slack" else 2
    patiently(page, lambda: len(page.all('[name="place"]')) == enough or looked_again(page), "all of them")
    assert fits(page)
    page.script("for (const box of document.querySelectorAll('[name=place]')) box.checked = true")
    press(page, "#go-on", "#channel-1")
    assert page.script("return document.querySelector('#channel-1').selectedOptions[0].text").casefold() == "moderators"
    assert fits(page)
    press(page, "#go-on", "#time-zone")
    page.script("document.querySelector('#time-zone').value = 'Europe/Madrid'")
    press(page, "#go-on", "#lines")
    press(page, "#go-on", "#turn-on")
    page.click("#mode-enforce")
    assert fits(page)
    press(page, "#turn-on", "#progress")
    connected = f'#states [data-platform="{platform}"].connected'
    patiently(page, lambda: page.all(connected) and page.all("#done:not([hidden])"), f"{platform} is connected")


def a_group_added_later_shows(page: Window, served: Served, there: Elsewhere[World]) -> None:
    """Telegram tells only the running bot of it, and the bot tells the page."""

    async def another(world: World) -> None:
        assert isinstance(world, TelegramWorld)
        group = world.emulator.makes_group(-1003333333333, "Second floor")
        world.emulator.folk.says(group, "ana", "hello")

    there.ask(another)
    page.open(f"{served.url}/setup/telegram/check")
    patiently(page, lambda: "Second floor" in page.text("#found") or looked_again(page), "the group appears")


async def somebody_writes(world: World) -> None:
    """Telegram names a group to a bot when somebody writes there; elsewhere this is not needed."""
    if isinstance(world, TelegramWorld):
        world.emulator.folk.says(world.emulator.group, "ana", "hello")
        world.emulator.folk.says(world.emulator.moderators, "mo", "hello")


def removes(page: Window, there: Elsewhere[World], name: str) -> None:
    """Somebody writes a scam; nobody reads it any more, and moderators have a card of it."""

    async def write(world: World) -> int:
        await world.joins(name)
        before = len(await world.cards())
        await world.says(name, SCAM)
        return before

    async def dealt_with(world: World) -> bool:
        cards = [card.text for card in await world.cards()]
        return SCAM not in await world.reads() and any("known-scam-link" in card for card in cards[before:])

    before = there.ask(write)
    patiently(page, lambda: there.ask(dealt_with), f"what {name} wrote is dealt with")


def press(page: Window, css: str, then: str) -> None:
    """Press something and wait for what the next page has."""
    page.click(css)
    page.until(lambda: page.all(then), then)
    page.until(lambda: page.script("return document.documentElement.dataset.ready ?? null"), "ready")


def looked_again(page: Window) -> bool:
    """Ask the platform again; False, for it has to be seen."""
    page.driver.get(page.driver.current_url)
    return False


def fits(page: Window) -> bool:
    """Nothing sticks out sideways."""
    return bool(page.script("return document.documentElement.scrollWidth <= window.innerWidth"))
