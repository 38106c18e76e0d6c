"""Sereno in a process of its own, as somebody runs it: `sereno run` with a file, tokens in the environment, and a log."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
import yaml

from bot.adapters.homes import Home

T = TypeVar("T")
PATIENCE: Final = 90.0
"""Seconds a test waits for what must happen; on a machine that does other things besides."""
_KEPT: Final = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "SSL_CERT_FILE")
ROOT: Final = Path(__file__).parents[2]


async def eventually(look: Callable[[], Awaitable[T]], right: Callable[[T], object], what: str) -> T:
    """Look again and again until it is right; says what was seen last when it never is."""
    seen: T | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                seen = await look()
                if right(seen):
                    return seen
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{what}: {seen!r}") from None


PLACES: Final = {"discord": "server", "slack": "workspace", "telegram": "groups", "matrix": "rooms"}


def configuration(homes: Sequence[Home], folder: Path, **more: Any) -> Path:
    """A sereno.yaml for one community on these platforms, in a folder with a `rules` folder."""
    channels: dict[str, dict[str, str]] = {}
    roles: dict[str, dict[str, list[str]]] = {}
    places: dict[str, dict[str, Any]] = {}
    for home in homes:
        key, ids = PLACES[home.platform], sorted(home.places)
        places[home.platform] = {key: ids if key in ("groups", "rooms") else ids[0]}
        for ours, theirs in home.channels.items():
            channels.setdefault(ours, {})[home.platform] = theirs
        for role, its in home.roles.items():
            roles.setdefault(role, {})[home.platform] = list(its)
    community = {
        "id": homes[0].community,
        "name": "The club",
        "languages": ["en", "es"],
        "rules": "rules",
        "brakes": {"deletes": 10_000, "sanctions": 10_000},
        "places": places,
        "channels": channels,
        "roles": roles,
    }
    whole = {"schema": "sereno/1", "communities": [community], "log": {"level": "debug", "format": "json"}, **more}
    path = folder / "sereno.yaml"
    path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return path


class Sereno:
    """One `sereno run`, which can be killed and started again on the same data."""

    def __init__(self, config: Path, environment: Mapping[str, str], platforms: Sequence[str]) -> None:
        self._config = config
        self._environment = environment
        self._platforms = platforms
        self._process: asyncio.subprocess.Process | None = None
        self.log = config.parent / "sereno.log"
        self.url = ""
        self._key = ""

    async def start(self) -> None:
        """Until the page answers and the platform is connected."""
        env = {name: value for name, value in os.environ.items() if name in _KEPT}
        env |= {**self._environment, "SERENO_DATA_DIR": str(self._config.parent / "data"), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-W", "ignore", "-m", "bot", "run", "--config", str(self._config), "--port", "0"),
                env=env,
                cwd=self._config.parent,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = (await self._process.stdout.readline()).decode().strip()
        assert "/?key=" in line, f"Sereno did not start: {line}\n{self.log.read_text()[-3000:]}"
        self.url, self._key = line.split("/?key=")
        await eventually(self._missing, lambda missing: not missing, "not connected")

    async def kill(self) -> None:
        """As `kill -9`: nothing is tidied up."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """As a system stops it."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            async with asyncio.timeout(PATIENCE):
                await self._process.wait()

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the page's HTTP says to a moderator."""
        headers = {"Authorization": f"Bearer {self._key}", "Origin": self.url}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.url + path, json=body, headers=headers) as answer,
        ):
            text = await answer.text()
            assert answer.status < 400, f"{method} {path}: {answer.status} {text[:500]}"
            return json.loads(text) if answer.content_type == "application/json" else text

    async def cases(self) -> list[dict[str, Any]]:
        """All cases, oldest first."""
        found: list[dict[str, Any]] = await self.ask("GET", "/api/cases?limit=100")
        return sorted(found, key=lambda case: int(case["number"]))

    async def case(self, id_: str) -> dict[str, Any]:
        """One case, whole."""
        return dict(await self.ask("GET", f"/api/cases/{id_}"))

    async def connections(self) -> dict[str, dict[str, str]]:
        """How every platform is connected, as the set-up page shows it."""
        return dict((await self.ask("GET", "/api/setup/state"))["platforms"])

    async def _missing(self) -> list[str]:
        """The platforms that should be connected and are not."""
        states = await self.connections()
        return [one for one in self._platforms if states[one]["state"] != "connected"]
