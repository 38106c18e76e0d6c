"""The pictures of the set-up page, taken in a real browser from a Sereno that talks to Discord's emulator.

python -m docs.pictures.setup
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Final

from selenium.webdriver.common.by import By

from tests.emulators.discord import INTENTS_ON
from tests.room.browser import Window, window
from tests.setup.walking import Town, patiently, sereno_beside

HERE: Final = Path(__file__).parent
STILL: Final = 0.4
"""Seconds until nothing moves any more."""


def shoot(page: Window, name: str, *, end: bool = False) -> None:
    """One picture of the beginning or the end of the page, without the focus ring of whoever took it."""
    page.script("document.activeElement.blur(); scrollTo(0, arguments[0] ? document.body.scrollHeight : 0)", end)
    time.sleep(STILL)
    page.driver.save_screenshot(str(HERE / name))


def press(page: Window, css: str, then: str) -> None:
    """Press something, and wait for the next page."""
    page.click(css)
    page.until(lambda: page.all(then), then)
    page.until(lambda: page.script("return document.documentElement.dataset.ready ?? null"), "ready")


def in_english(page: Window, town: Town, url: str) -> None:
    """From what is missing to the channels."""
    page.screen(1000, 980)
    town.do(lambda: setattr(town.emulator.state.application, "flags", 0))
    page.open(f"{url}/setup/discord")
    page.find("#token").send_keys(town.emulator.token)
    press(page, "#check", ".missing.stops")
    shoot(page, "setup-missing.png")
    town.do(lambda: setattr(town.emulator.state.application, "flags", INTENTS_ON))
    press(page, "#again", "#invite")
    press(page, "#go-on", "#channel-1")
    shoot(page, "setup-names.png")


def in_spanish(page: Window, url: str) -> None:
    """The last steps, on a phone."""
    page.screen(390, 844, dark=True, scale=2)
    page.open(f"{url}/setup/discord/names?lang=es")
    press(page, "#go-on", "#time-zone")
    field = page.driver.find_element(By.CSS_SELECTOR, "#time-zone")
    field.clear()
    field.send_keys("Europe/Madrid")
    press(page, "#go-on", "#lines")
    press(page, "#go-on", "#turn-on")
    shoot(page, "setup-phone-es.png", end=True)
    page.screen(1000, 700)
    press(page, "#turn-on", "#progress")
    patiently(page, lambda: page.all(".state.connected"), "Discord is connected")
    shoot(page, "setup-connected.png")


def main() -> None:
    """All pictures."""
    with (
        tempfile.TemporaryDirectory() as data,
        Town() as town,
        window() as page,
        sereno_beside(town, Path(data), os.environ.__setitem__) as sereno,
    ):
        page.open(f"{sereno.link}&lang=en")
        in_english(page, town, sereno.url)
        in_spanish(page, sereno.url)


if __name__ == "__main__":
    main()
