"""How a request to the Discord emulator is read: its route, its body and files, who asks, and which route answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from tests.emulators.discord_errors import Denied, check, invalid
from tests.emulators.discord_permissions import P, in_channel
from tests.emulators.discord_state import Channel, Guild, Json, Member, Message, State, User

Files = Mapping[str, tuple[str, str, bytes]]
"""Form field → file name, type, content."""
NO_BODY: Final[Mapping[str, Any]] = {}


@dataclass(slots=True)
class Ask:
    """A request, read. Look-ups raise Denied with what Discord answers when there is no such thing."""

    state: State
    parts: Mapping[str, str]
    query: Mapping[str, str]
    json: Any
    files: Files = field(default_factory=dict)
    reason: str | None = None

    @property
    def body(self) -> Json:
        check(isinstance(self.json, dict), "_errors", "Only dictionaries may be used in a DictType")
        return dict(self.json)

    def id(self, name: str) -> int:
        text = self.parts[name]
        if not text.isdecimal():
            raise invalid(name, f'Value "{text}" is not snowflake.', code="NUMBER_TYPE_COERCE")
        return int(text)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A number from the query, within the documented bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        check(text.isdecimal() and least <= int(text) <= most, name, f"int value should be {least} to {most}")
        return int(text)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")

    @property
    def guild(self) -> Guild:
        found = self.state.guilds.get(self.id("guild"))
        if found is None:
            raise Denied(10004)
        if self.state.bot.id not in found.members:
            raise Denied(50001)
        return found

    @property
    def channel(self) -> Channel:
        """A channel the bot can see."""
        found = self.state.channels.get(self.id("channel"))
        if found is None:
            raise Denied(10003)
        if not in_channel(self.state, found, self.state.bot.id) & P.VIEW_CHANNEL:
            raise Denied(50001)
        return found

    def guild_of(self, channel: Channel) -> Guild:
        """The server a channel is in; 50003 for a direct message."""
        if channel.guild is None:
            raise Denied(50003)
        return self.state.guilds[channel.guild]

    @property
    def message(self) -> Message:
        found = self.channel.messages.get(self.id("message"))
        if found is None:
            raise Denied(10008)
        return found

    @property
    def member(self) -> Member:
        found = self.guild.members.get(self.user.id)
        if found is None:
            raise Denied(10007)
        return found

    @property
    def user(self) -> User:
        if self.parts["user"] == "@me":
            return self.state.bot
        found = self.state.users.get(self.id("user"))
        if found is None:
            raise Denied(10013)
        return found


Answer = Json | list[Json] | None
"""None is 204 without a body."""


@dataclass(frozen=True, slots=True)
class Route:
    """A documented route. `open` ones carry their own token in the path and need no other."""

    method: str
    path: str
    work: Callable[[Ask], Answer]
    open: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@lru_cache(maxsize=512)
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


def find(routes: Sequence[Route], method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The route that answers, and what stands in its path; the more literal one first, as they are listed."""
    for route in routes:
        if route.method == method and (matched := _pattern(route.path).fullmatch(path)):
            return route, {name: unquote(value) for name, value in matched.groupdict().items()}
    return None


async def read_body(request: web.Request) -> tuple[Any, Files]:
    """JSON, or a form with `payload_json` and files."""
    if request.content_type.startswith("multipart/"):
        return await _form(request)
    raw = await request.read()
    if not raw:
        return NO_BODY, {}
    try:
        return json.loads(raw), {}
    except ValueError as error:
        raise Denied(50035, errors={"_errors": [{"code": "INVALID_JSON", "message": str(error)}]}) from error


async def _form(request: web.Request) -> tuple[Any, Files]:
    payload: Any = {}
    files: dict[str, tuple[str, str, bytes]] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            payload = json.loads(await part.text())
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name or ""] = (part.filename or "file", kind, bytes(await part.read()))
    return payload, files
