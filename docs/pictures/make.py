"""Takes the pictures of the local room, in a real headless browser before a real Sereno.

`python -m docs.pictures.make` needs chromium and chromedriver, and writes docs/pictures/room*.png.
"""
# ruff: noqa: INP001 - a script beside its pictures, not a package

from __future__ import annotations

import time
from pathlib import Path

from tests.room.browser import Served, Window, running, window

HERE = Path(__file__).parent
STILL = 1.2
"""Seconds until everything that moves has come to rest."""


def evening(sereno: Served) -> None:
    """An ordinary evening before anything happens."""
    sereno.say("ana", "Good evening! Is anybody coming to the lantern walk on Friday?")
    sereno.say("bo", "I am. We meet at eight by the fountain, bring a warm coat.")
    sereno.say("ana", "Perfect. I made a map, it is in #art.")
    sereno.say("ana", "Here is the map for Friday: left at the bakery, then along the river.", "art")


def noche(sereno: Served) -> None:
    """The same in Spanish."""
    sereno.say("ana", "¡Buenas noches! ¿Alguien viene el viernes al paseo de los faroles?")
    sereno.say("bo", "Yo voy. Quedamos a las ocho junto a la fuente; traed abrigo.")
    sereno.say("ana", "Perfecto. He dibujado un plano, está en #art.")


def slur(page: Window, words: str) -> None:
    """Eve writes something, it vanishes, and the moderator looks at the case."""
    page.become("eve")
    page.write(words)
    page.until(lambda: page.all(".tomb"), "it vanishes")
    page.until(lambda: page.all(".notice"), "Eve is told")
    page.click("#cases button")
    page.until(lambda: page.all("#case mark"), "the case is open")
    page.script("document.activeElement.blur()")
    time.sleep(STILL)


def shoot(page: Window, name: str) -> None:
    """One picture."""
    page.driver.save_screenshot(str(HERE / name))


def main() -> None:
    """All pictures."""
    with running() as sereno, window() as page:
        page.screen(1440, 900, dark=True)
        evening(sereno)
        page.open(f"{sereno.link}&lang=en")
        page.open(f"{sereno.url}/?lang=en")
        slur(page, "nobody asked you, Z 0 n k h e @ d")
        shoot(page, "room.png")
        page.screen(390, 844, dark=True, scale=2)
        page.open(sereno.url)
        page.write("bl")
        page.write("a")
        page.write("rg")
        page.until(lambda: "3 messages" in page.text("#log"), "the split word vanishes")
        time.sleep(STILL)
        shoot(page, "room-phone.png")
    with running() as sereno, window("es") as page:
        page.screen(1440, 900)
        noche(sereno)
        page.open(sereno.link)
        page.open(f"{sereno.url}/?lang=es")
        slur(page, "nadie te ha preguntado, z0nkhead")
        shoot(page, "room-es.png")


if __name__ == "__main__":
    main()
