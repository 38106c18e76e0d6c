"""A served set-up page with platforms that say what the test wants, and a person who fills in forms."""

from __future__ import annotations

import html
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.adapters.setup import Found, FoundPlace, Missing, Named, Weight
from bot.config import Settings, settings_at_home
from bot.configuration.environment import Environment
from bot.console.address import Address
from bot.console.app import Parts, create
from bot.console.keys import Keys
from bot.console.setup import SetUp
from bot.log import SecretFilter
from bot.setting_up import Look
from bot.wiring import load_rules
from moderation.errors import Refused, SerenoError
from rules.model import RuleSet
from tests.http.helpers import HOST, KEY, MemoryDesk
from tests.room.helpers import house

TOKEN = "MTAx.Fake-token-of-a-test.that-no-platform-takes-7f3a"
ORIGIN = f"http://{HOST}"


def words(en: str, es: str) -> Mapping[str, str]:
    return {"en": en, "es": es}


INTENT = Missing(
    Weight.STOPS,
    words("Message Content Intent is off.", "Message Content Intent está desactivado."),
    words("Switch it on under Bot.", "Actívalo en Bot."),
)
RIGHT = Missing(
    Weight.LACKS,
    words("It may not ban.", "No puede expulsar."),
    words("Grant Ban Members.", "Concede Expulsar miembros."),
)
CLUB = FoundPlace(
    "111",
    "Our Club",
    channels=(Named("113", "welcome"), Named("112", "mod-room"), Named("114", "debate"), Named("115", "general")),
    roles=(Named("221", "Moderators"), Named("222", "Admin"), Named("223", "Regulars"), Named("224", "Blue")),
)
SERENO = Found("900", "Sereno", places=(CLUB,), invite="https://chat.example/invite?client_id=900")
GROUPS = Found(
    "901",
    "sereno_bot",
    places=(FoundPlace("-100123", "The club"), FoundPlace("-100124", "Club moderators")),
    summary=words("Add it as an administrator.", "Añádelo como administrador."),
)


@dataclass
class Platform:
    """What one platform answers; a token that is not `token` is refused."""

    found: Found
    variable: str
    token: str = TOKEN
    error: SerenoError | None = None
    asked: list[Environment] = field(default_factory=list)

    async def look(self, environment: Environment) -> Found:
        self.asked.append(environment)
        if self.error is not None:
            raise self.error
        if environment.value(self.variable) != self.token:
            raise Refused("401 Unauthorized", "reset the token")
        return self.found


@dataclass
class Line:
    """One platform's connection."""

    state: str = "connected"
    trouble: str | None = None
    refused: Refused | None = None


@dataclass
class Person:
    """Somebody in front of the set-up page, with the moderators' key."""

    client: httpx.AsyncClient
    setup: SetUp
    platforms: dict[str, Platform]
    masked: SecretFilter
    restarts: list[str]
    data: Path
    pages: list[str] = field(default_factory=list)

    async def open(self, path: str, *, lang: str = "en") -> httpx.Response:
        answer = await self.client.get(path, headers={"Accept-Language": lang})
        self.pages.append(answer.text)
        return answer

    async def press(
        self, path: str, fields: Mapping[str, str | Sequence[str]] = {}, *, lang: str = "en", **headers: str
    ) -> httpx.Response:
        """Send a form as a browser does."""
        sent = {name: list(value) if not isinstance(value, str) else value for name, value in fields.items()}
        answer = await self.client.post(path, data=sent, headers={"Origin": ORIGIN, "Accept-Language": lang, **headers})
        self.pages.append(answer.text)
        return answer

    async def until_rules(self, **more: str) -> httpx.Response:
        """From the token to the rules, taking what the page proposes."""
        await self.press("/setup/discord", {"token": TOKEN})
        await self.press("/setup/discord/check", {"place": "111"})
        await self.press("/setup/discord/names", {"channel:moderators": "112", "role:221": "moderator", **more})
        return await self.press(
            "/setup/community", {"name": "Our Club", "languages": "en,es", "time_zone": "Europe/Madrid"}
        )


def text(answer: httpx.Response) -> str:
    """What a person reads on a page."""
    bare = re.sub(r"<(style|script)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def shipped(settings: Settings) -> RuleSet:
    rule_set = load_rules(settings, settings.communities[0]).rule_set
    assert rule_set is not None
    return rule_set


@asynccontextmanager
async def set_up(
    folder: Path,
    *,
    address: Address | None = None,
    settings: Settings | None = None,
    connections: Mapping[str, Line] | None = None,
    keyed: bool = True,
    host: str = HOST,
) -> AsyncIterator[Person]:
    """The page of a Sereno whose data folder is `folder`."""
    settings = settings or settings_at_home({**os.environ, "SERENO_DATA_DIR": str(folder)})
    platforms = {
        "discord": Platform(SERENO, "SERENO_DISCORD_TOKEN"),
        "telegram": Platform(GROUPS, "SERENO_TELEGRAM_TOKEN"),
    }
    looks: dict[str, Look] = {name: platform.look for name, platform in platforms.items()}
    masked, restarts = SecretFilter(), list[str]()
    rules = shipped(settings)
    setup = SetUp(
        settings,
        looks,
        rules=lambda: rules,
        restart=lambda: restarts.append("again"),
        hide=masked.hide,
        connections=connections or {},
    )
    async with house(folder / "room") as room:
        app = create(Parts(room.plaza, MemoryDesk(), room.clock, address or Address(), Keys(KEY), setup=setup))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        key = Keys(KEY)
        cookies = {key.cookie_name: key.cookie(room.clock.now())} if keyed else {}
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}", cookies=cookies) as client:
            yield Person(client, setup, platforms, masked, restarts, settings.data)
