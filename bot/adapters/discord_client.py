"""discord.py's client as Sereno runs it. All that is changed in the SDK itself is here and in `discord_http`:

- the API's address, per client; the gateway's comes from the API (`GET /gateway/bot`, READY's `resume_gateway_url`);
- every event of the gateway is first given to `hear` as Discord sent it, then to discord.py's own parser, which keeps
  the guilds with their channels and roles; what either of them cannot read is counted and skipped. In discord.py
  itself one malformed event ends the connection;
- who identifies asks before: identifying too often costs the token;
- a lost connection is resumed here; discord.py's own loop logs a traceback each time and does not tell us.
"""
# ruff: noqa: SLF001 - changing the SDK in one place means touching what it keeps to itself

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Self

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure
from discord.state import ConnectionState

from bot.adapters.discord_http import Answered, Held, Http

RESUMES: Final = 5
"""Times in a row that a lost connection is taken up again; after that it is begun anew from the start."""
SILENCE: Final = 60.0
"""Seconds without any frame after which a connection is taken for dead."""
HELLO: Final = 60.0
"""Seconds a gateway may take to say hello."""
DISCONNECTED: Final = "DISCONNECTED"
"""The name under which `hear` is told that the connection is gone; Discord has no event of this name."""

Hear = Callable[[str, dict[str, Any]], None]
"""Given the name and the data of each event, in order."""
Wait = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ears:
    """What the client tells Sereno, and asks it: `room` returns when there is room for another event, `may_identify`
    when identifying is allowed, or raises."""

    hear: Hear
    room: Wait
    may_identify: Wait
    answered: Answered
    held: Held


class Lost(Exception):
    """The connection is gone and could not be resumed."""


def intents() -> discord.Intents:
    """What Sereno listens to. Members and message content are the two that are switched on in the developer portal."""
    wanted = discord.Intents.none()
    wanted.guilds = wanted.members = wanted.moderation = True
    wanted.guild_messages = wanted.guild_reactions = wanted.message_content = True
    return wanted


class Socket(DiscordWebSocket):
    """A connection to the gateway that outlives what it cannot read."""

    @property
    def _client(self) -> Client:
        client = self._connection._get_client()
        assert isinstance(client, Client)
        return client

    async def identify(self) -> None:
        """Ask, then identify."""
        try:
            await self._client.ears.may_identify()
        except BaseException:
            await self.close(code=1000)
            raise
        await super().identify()

    async def received_message(self, msg: Any, /) -> None:
        """Read a frame; a broken stream is begun anew, a broken frame is skipped."""
        try:
            await super().received_message(msg)
        except zlib.error as error:
            self._client.unreadable("stream", error)
            await self.close()
            raise ReconnectWebSocket(self.shard_id) from error
        except (ReconnectWebSocket, WebSocketClosure, discord.ConnectionClosed, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one frame breaks must not end the connection
            self._client.unreadable("frame", error)


class Client(discord.Client):
    """One connection to Discord. `base` as in `Http`; `silence` in seconds."""

    def __init__(self, ears: Ears, base: str | None = None, *, silence: float = SILENCE) -> None:
        self.ears = ears
        self.malformed: Counter[str] = Counter()
        self._base = base
        self._lost = 0
        self._log: Any = structlog.get_logger(__name__)
        super().__init__(
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            heartbeat_timeout=silence,
        )
        state = self._connection
        state.parsers = {name: self._guarded(name, parse) for name, parse in state.parsers.items()}

    def _get_state(self, **options: Any) -> ConnectionState[Self]:
        """The one moment at which discord.py lets its HTTP client be another."""
        self.http = Http(self.loop, self._base, self.ears.answered, self.ears.held)
        return super()._get_state(**options)

    def _guarded(self, name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        def parsed(data: Any) -> None:
            heard: Callable[[Any], None] = partial(self.ears.hear, name)
            for step in (parse, heard):
                try:
                    step(data)
                except Exception as error:  # noqa: BLE001 - one event must not end the connection
                    self.unreadable(name, error)
            if name in {"READY", "RESUMED"}:
                self._lost = 0

        return parsed

    def unreadable(self, name: str, error: Exception) -> None:
        """Count what could not be read."""
        self.malformed[name] += 1
        self._log.warning("an event of Discord's was skipped", kind=name, why=type(error).__name__)

    async def listen(self) -> None:
        """Connect and read until cancelled.

        Raises Lost when the connection is gone for good, discord.ConnectionClosed when Discord closed it with a code
        that forbids coming back, discord.GatewayNotFound and aiohttp.ClientError when there is no gateway.
        """
        _, url, _ = await self.http.get_bot_gateway()
        first, resume, self._lost = yarl.URL(url), False, 0
        while not self.is_closed():
            try:
                await self._open(self.ws.gateway if resume else first, resume=resume)
                await self._read()
            except ReconnectWebSocket as again:
                resume = again.resume and self._resumable
            except (OSError, aiohttp.ClientError) as error:
                if not self._resumable:
                    raise Lost(f"the gateway cannot be reached: {type(error).__name__}") from error
                resume = True
            self.ears.hear(DISCONNECTED, {})
            self._lost += 1
            if self._lost > RESUMES:
                raise Lost("the connection was lost and could not be resumed")
            await asyncio.sleep(0.0 if self._lost == 1 else min(2.0 ** (self._lost - 1), 30.0))

    @property
    def _resumable(self) -> bool:
        ws: DiscordWebSocket | None = self.ws
        return ws is not None and ws.session_id is not None

    async def _open(self, gateway: yarl.URL, *, resume: bool) -> None:
        last: dict[str, Any] = {}
        if resume:
            last = {"resume": True, "session": self.ws.session_id, "sequence": self.ws.sequence}
        async with asyncio.timeout(HELLO):
            self.ws = await Socket.from_client(self, gateway=gateway, initial=True, **last)

    async def _read(self) -> None:
        while True:
            await self.ears.room()
            await self.ws.poll_event()
