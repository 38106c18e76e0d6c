"""A person with a keyboard in front of the set-up page, and platforms on loopback that run beside them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys as Key
from selenium.webdriver.support.ui import WebDriverWait

from tests.contract.world import World
from tests.emulators.discord import DiscordEmulator
from tests.room.browser import Served, Window, running

T = TypeVar("T")
W = TypeVar("W", bound=World)

MOST: Final = 120
"""Presses of Tab after which a thing cannot be reached by keyboard."""


RESTART: Final = 90
"""Seconds for stopping, starting and connecting on a machine that has other things to do."""


class Walker:
    """Works with keys alone: Tab to get somewhere, Space and Enter to press, letters to write."""

    def __init__(self, page: Window) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        ActionChains(self.page.driver).send_keys(*keys).perform()

    def reach(self, css: str) -> None:
        """Tab until it has the focus, and the focus can be seen."""
        for _ in range(MOST):
            if self.page.script("return document.activeElement.matches(arguments[0])", css):
                assert self.page.script("return document.activeElement.matches(':focus-visible')"), css
                return
            self.press(Key.TAB)
        raise AssertionError(f"{css} cannot be reached with Tab")

    def write(self, css: str, text: str) -> None:
        self.reach(css)
        self.press(text)

    def follow(self, css: str, then: str) -> None:
        """Press Enter on something and wait for what the next page has."""
        self.reach(css)
        self.press(Key.ENTER)
        self.page.until(lambda: self.page.all(then), then)
        self.page.until(lambda: self.page.script("return document.documentElement.dataset.ready ?? null"), "ready")

    def fits(self) -> bool:
        """Nothing sticks out sideways."""
        return bool(self.page.script("return document.documentElement.scrollWidth <= window.innerWidth"))


def patiently(page: Window, true: Callable[[], object], what: str) -> None:
    """As `until`, for what takes a whole restart of the program."""
    WebDriverWait(page.driver, RESTART, poll_frequency=0.1).until(lambda _: true(), what)


class Town:
    """Discord's emulator on a thread of its own."""

    def __init__(self) -> None:
        self.emulator = DiscordEmulator()
        self._loop = asyncio.new_event_loop()
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)
        self._trouble: BaseException | None = None

    async def _serve(self) -> None:
        try:
            async with self.emulator.opened():
                self._ready.set()
                await self._over.wait()
        except BaseException as trouble:
            self._trouble = trouble
            raise
        finally:
            self._ready.set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(20)
        self._loop.close()

    def do(self, deed: Callable[[], object]) -> None:
        """Let something happen there."""

        async def happen() -> None:
            deed()

        asyncio.run_coroutine_threadsafe(happen(), self._loop).result(20)


class Elsewhere(Generic[W]):
    """Any platform's world, on a thread of its own."""

    world: W

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[W]]) -> None:
        self._opened = opened
        self._loop = asyncio.new_event_loop()
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)
        self._trouble: BaseException | None = None

    async def _serve(self) -> None:
        try:
            async with self._opened() as self.world:
                self._ready.set()
                await self._over.wait()
        except BaseException as trouble:  # noqa: BLE001 - it belongs to the test, which is on another thread
            self._trouble = trouble
        finally:
            self._ready.set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(RESTART)
        if self._trouble is not None:
            raise self._trouble
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(RESTART)
        self._loop.close()
        if self._trouble is not None:
            raise self._trouble

    def ask(self, deed: Callable[[W], Coroutine[Any, Any, T]]) -> T:
        """Do or look at something there."""
        return asyncio.run_coroutine_threadsafe(deed(self.world), self._loop).result(RESTART)


@contextmanager
def sereno_beside(town: Town, data: Path, monkeypatch_env: Callable[[str, str], None]) -> Iterator[Served]:
    """The real program, with no settings but where Discord is."""
    monkeypatch_env("SERENO_DISCORD_API", town.emulator.api)
    with running(data) as served:
        yield served
