"""A real Sereno in a process of its own, and a real browser in front of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).parents[2]
PATIENCE = 20
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)


def programs() -> tuple[str, str] | None:
    """The browser and its driver, where both are installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next((path for name in names if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@dataclass
class Served:
    """A running Sereno, by the one line it printed."""

    link: str
    key: str
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            read = answer.read()
        return json.loads(read) if read else None

    def enter(self, name: str) -> None:
        self.call("POST", "/api/room/members", {"id": name.lower(), "name": name})

    def say(self, author: str, text: str, channel: str = "general", **more: object) -> str:
        body = {"channel": channel, "author": {"id": author}, "text": text, **more}
        return str(self.call("POST", "/api/room/messages", body)["id"])

    def texts(self, channel: str = "general") -> list[str]:
        return [line["text"] for line in self.call("GET", f"/api/room/messages?channel={channel}")]


@contextmanager
def running(data: Path | None = None, port: int = 0) -> Iterator[Served]:
    """`sereno run` on any free port with a data folder of its own; ended as a service manager would."""
    with tempfile.TemporaryDirectory() as fresh:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "SERENO_DATA_DIR": str(data or fresh), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None and process.stderr is not None
        errors: list[str] = []
        reading = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
        reading.start()
        try:
            line = process.stdout.readline().strip()
            assert "/?key=" in line, f"no address but {line!r}\n" + "".join(errors)
            yield Served(line, line.partition("/?key=")[2], process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            process.wait(15)
            reading.join(5)
            process.stdout.close()
            process.stderr.close()


class Window:
    """One browser window on the room, spoken to in the words of the room."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)
        self.until(lambda: self.script("return document.documentElement.dataset.ready ?? null"), "the page is ready")

    def script(self, code: str, *arguments: object) -> Any:
        return self.driver.execute_script(code, *arguments)

    def until(self, true: Callable[[], Any], what: str) -> Any:
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: true(), what)

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def find(self, css: str) -> WebElement:
        found: WebElement = self.until(lambda: next(iter(self.all(css)), None), css)
        return found

    def text(self, css: str) -> str:
        return str(
            self.script("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join('\\n')", css)
        )

    def click(self, css: str) -> None:
        self.until(
            lambda: self.script("const e = document.querySelector(arguments[0]); e?.click(); return !!e", css), css
        )

    def become(self, person: str) -> None:
        self.click(f'[data-person="{person}"]')
        self.until(lambda: self.all(f'[data-person="{person}"][aria-checked="true"]'), f"writing as {person}")

    def write(self, text: str) -> None:
        field = self.find("#text")
        field.send_keys(text)
        field.send_keys("\ue007")

    def screen(self, width: int, height: int, *, dark: bool = False, scale: float = 1) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def complaints(self) -> list[str]:
        """What the browser wrote on its console: errors, refused code, missing files."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


@contextmanager
def window(language: str = "en") -> Iterator[Window]:
    """A fresh browser with nothing remembered."""
    found = programs()
    assert found is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = found[0]
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--lang={language}", "--window-size=1440,900"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(found[1]))
        try:
            yield Window(driver)
        finally:
            driver.quit()
