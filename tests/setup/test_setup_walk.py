"""The set-up walked in a real browser against Discord's emulator, from the printed address to a connected bot."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys as Key

from bot.config import settings_at_home
from tests.emulators.discord import INTENTS_ON
from tests.room.browser import Window, window
from tests.setup.walking import Town, Walker, patiently, sereno_beside

DESKTOP, PHONE = (1280, 900), (390, 844)


@pytest.mark.parametrize(
    ("language", "size", "says"),
    [("en", DESKTOP, "Messages come in."), ("es", PHONE, "Los mensajes llegan.")],
)
def test_a_person_turns_a_bot_on_with_the_keyboard_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, size: tuple[int, int], says: str
) -> None:
    """Token, a switch that is off and then on, place, names, community, rules, shadow: connected, no terminal."""
    with Town() as town, sereno_beside(town, tmp_path, monkeypatch.setenv) as sereno, window(language) as page:
        page.screen(*size)
        town.do(lambda: setattr(town.emulator.state.application, "flags", 0))
        walker = Walker(page)
        page.open(sereno.link)
        walker.follow("#setup", '[data-platform="discord"]')
        walker.follow('[data-platform="discord"]', "#token")
        to_the_check(walker, town)
        walker.reach("#go-on")
        walker.follow("#go-on", "#channel-1")
        assert page.script("return document.querySelector('#channel-1').selectedOptions[0].text") == "moderators"
        assert walker.fits()
        walker.follow("#go-on", "#time-zone")
        page.script("document.querySelector('#time-zone').value = ''")
        walker.write("#time-zone", "Europe/Madrid")
        walker.follow("#go-on", "#lines")
        walker.write("#lines", "https://free-nitro.example/claim")
        assert walker.fits()
        walker.follow("#try", "#results .held")
        walker.follow("#go-on", "#turn-on")
        assert page.all("#mode-shadow:checked") and walker.fits()
        walker.follow("#turn-on", "#progress")
        patiently(page, lambda: says in page.text("#states"), "Discord is connected")
        assert page.text("#done") and walker.fits()
        assert [line for line in page.complaints() if "status of 422" not in line] == []  # the wrong token
    [community] = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)}).communities
    assert community.mode == "shadow" and community.time_zone == "Europe/Madrid"
    assert community.places["discord"].server == str(town.emulator.guild.id)


def to_the_check(walker: Walker, town: Town) -> None:
    """A wrong token first, then the right one; what is missing is switched on while the page waits."""
    page = walker.page
    walker.write("#token", "this-is-the-wrong-token-altogether")
    walker.follow("#check", "#trouble")
    assert page.script("return document.activeElement.id") == "trouble"
    walker.write("#token", town.emulator.token)
    walker.follow("#check", ".missing.stops")
    assert "Message Content Intent" in page.text(".missing.stops")
    assert walker.fits()
    town.do(lambda: setattr(town.emulator.state.application, "flags", INTENTS_ON))
    page.until(lambda: not page.all(".missing.stops") and page.all("#invite"), "the page has looked again by itself")
    assert page.script("return document.querySelector('#invite').href").startswith("https://discord.com/")


def test_everything_works_without_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms and links alone lead to the same end."""
    with Town() as town, sereno_beside(town, tmp_path, monkeypatch.setenv) as sereno, window() as page:
        page.driver.get(sereno.link)
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        walk_without_scripts(page, sereno.url, town.emulator.token)
        progress = f"{sereno.url}/setup/progress"
        patiently(page, lambda: reload(page, progress, ".state.connected"), "Discord is connected")


def walk_without_scripts(page: Window, url: str, token: str) -> None:
    """As `test_a_person_…`, with the mouse."""
    page.driver.get(f"{url}/setup/discord")
    page.find("#token").send_keys(token)
    page.find("#check").click()
    page.find("#go-on").click()
    page.until(lambda: page.all("#channel-1"), "the lists")
    page.find("#go-on").click()
    page.find("#time-zone").send_keys("UTC")
    page.find("#go-on").click()
    page.until(lambda: page.all("#lines"), "the rules")
    page.find("#go-on").click()
    page.find("#mode-enforce").send_keys(Key.SPACE)
    page.find("#turn-on").click()
    page.find("#restart button").click()


def reload(page: Window, url: str, css: str) -> bool:
    page.driver.get(url)
    return bool(page.all(css))
