"""Sereno on Discord, through discord.py (docs/platforms/discord.md)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Final

import aiohttp
import discord
import structlog

from bot.adapters.discord_backfill import ALIVE, Backfill
from bot.adapters.discord_budget import Identifying, Spent
from bot.adapters.discord_chat import DiscordChat
from bot.adapters.discord_client import DISCONNECTED, SILENCE, Client, Ears, Lost
from bot.adapters.discord_commands import Registration
from bot.adapters.discord_ending import Endings
from bot.adapters.discord_enforcing import Enforcer
from bot.adapters.discord_events import Raw, Translator
from bot.adapters.discord_intake import PENDING, Intake
from bot.adapters.discord_interactions import Interactions
from bot.adapters.discord_once import Once
from bot.adapters.discord_people import People
from bot.adapters.discord_places import PLATFORM, Places
from bot.adapters.discord_refused import closed, unauthorised
from bot.adapters.discord_rest import Rest
from bot.adapters.discord_restoring import WEBHOOKS, Restorer
from bot.adapters.discord_sending import Speaker
from bot.adapters.ground import Adapter, Ground
from bot.configuration.environment import Environment
from moderation.errors import Refused, StoreError
from moderation.ports import Chat

HEARTBEAT: Final = 20.0
"""Seconds between two signs of life, by which a later start knows since when nobody listened."""
FIRST: Final = 10.0
"""Seconds that servers may take to be described after READY."""


def adapter(environment: Environment, ground: Ground) -> Adapter:
    """Sereno on Discord; nothing is opened before `connect`."""
    return Discord(environment, ground)


class Discord:
    """One bot account in any number of servers, over one connection. `silence` in seconds as in `Client`."""

    def __init__(self, environment: Environment, ground: Ground, *, silence: float = SILENCE) -> None:
        token, base = environment.discord_token, environment.discord_api
        self._token = token.get_secret_value() if token else ""
        self._base = base.get_secret_value().rstrip("/") if base else None
        self._silence = silence
        self._ground = ground
        self._trouble: str | None = "not connected yet"
        self._client: Client | None = None
        self._logged_in = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._catching: asyncio.Task[None] | None = None
        self._another = asyncio.Event()
        self._application = ""
        self._log: Any = structlog.get_logger(__name__)
        self._assemble()

    def _assemble(self) -> None:
        ground = self._ground
        self.rest = Rest(lambda: self._client, self._refused_too_often)
        self.places = Places(lambda: self._client, ground.homes, ground.clock)
        self.translator = Translator(ground.homes, self.places, ground.clock)
        self.people = People(self.rest, self.places, ground.homes, self.translator)
        self.intake = Intake(ground, self.rest, self.translator, self.people)
        self.interactions = Interactions(ground, self.rest, self.places, self.translator)
        self._backfill = Backfill(ground, self.rest, self.places, self.translator, self.intake)
        self._registration = Registration(ground, self.rest, self.places)
        once = Once(ground)
        speaker = Speaker(once, self.rest, self.interactions)
        restorer = Restorer(ground, once, self.rest, self.people, speaker)
        enforcer = Enforcer(ground, self.rest, self.places, self.people)
        self._identifying = Identifying(ground, self._tell, self._is_troubled)
        self._endings = Endings(ground, enforcer)
        self._chat = DiscordChat(self.places, self.people, speaker, enforcer, restorer, self.interactions)

    @property
    def chat(self) -> Chat:
        """What Sereno can do on Discord; Unavailable until logged in."""
        return self._chat

    @property
    def trouble(self) -> str | None:
        """Why nothing is delivered at the moment; None when all is well."""
        if self._trouble is None and (left := self.rest.breaker.left()) > 0:
            return f"Discord refused too many calls; nothing is called for {left:.0f} s"
        return self._trouble

    @property
    def caught_up(self) -> bool:
        """Whether all that was missed has been read."""
        return self._trouble is None and (self._catching is None or self._catching.done())

    @property
    def malformed(self) -> int:
        """Events that could not be read since the start."""
        return sum(self._client.malformed.values()) if self._client else 0

    async def connect(self) -> None:
        """Log in, listen, catch up; returns when the connection is lost for good."""
        if not self._token:
            raise Refused("there is no token for Discord", "set SERENO_DISCORD_TOKEN to the bot's token")
        helpers = [asyncio.create_task(work) for work in (self.intake.run(), self._live(), self._endings.run())]
        try:
            client = await self._log_in()
            await self._remember()
            await client.listen()
        except Spent as spent:
            self._trouble = str(spent)
        except discord.ConnectionClosed as error:
            refused = closed(error, self._client.application_flags if self._client else None)
            if refused is None:
                raise
            raise refused from error
        except (Lost, aiohttp.ClientError, discord.DiscordException, OSError) as error:
            self._trouble = f"Discord cannot be reached: {type(error).__name__}"
            raise
        finally:
            self._trouble = self._trouble or "the connection to Discord was lost"
            await self._stop(*helpers, *self._tasks)

    async def aclose(self) -> None:
        """Let go of sockets and sessions."""
        if self._client is not None:
            await self._client.close()
            self._client = None
            self._logged_in = False

    async def _log_in(self) -> Client:
        if self._client is not None and self._logged_in:
            return self._client
        await self.aclose()
        client = self.make_client()
        try:
            await client.login(self._token)
        except discord.LoginFailure as error:
            await self.aclose()
            raise unauthorised() from error
        except BaseException:
            await self.aclose()
            raise
        self._logged_in = True
        self._am(str(client.user.id) if client.user else "")
        return client

    def _am(self, account: str) -> None:
        self.interactions.account = account
        self._ground.me(account)

    def make_client(self) -> Client:
        """discord.py's client that this adapter listens with and calls through from now on."""
        ears = Ears(self._hear, self.intake.room, self._identifying.may, self.rest.answered, self.rest.held)
        self._client = client = Client(ears, self._base, silence=self._silence)
        return client

    def _is_troubled(self, why: str) -> None:
        self._trouble = why

    def _hear(self, name: str, raw: Raw) -> None:
        """Every event of the gateway, in order, on the event loop."""
        match name:
            case "INTERACTION_CREATE":
                self._start(self.interactions.take(raw), "discord interaction")
            case "READY":
                self._am(str(raw["user"]["id"]))
                self.intake.reading.hold()
                self._application = str(raw["application"]["id"])
                self._catch_up(len(raw.get("guilds") or ()))
            case "GUILD_CREATE":
                self._another.set()
                if self.caught_up:
                    self._start(self._registration.run(self._application), "discord server joined")
            case "RESUMED":
                self._trouble = None
            case "GUILD_DELETE" if not raw.get("unavailable"):
                self._start(self._removed(str(raw["id"])), "discord server left")
            case "GUILD_ROLE_UPDATE" | "GUILD_ROLE_DELETE" | "GUILD_UPDATE":
                self.people.forget_all()
            case _ if name == DISCONNECTED:
                self._trouble = "the connection to Discord was lost and is taken up again"
            case _:
                self.intake.hear(name, raw)

    async def _removed(self, place: str) -> None:
        """The bot was removed from a server, and its commands with it."""
        await self._registration.forget(place)
        home = self._ground.homes.at(place)
        if home is not None:
            about = "Sereno was removed from the Discord server. To bring it back, open the invite link again."
            reason = f"discord-removed|{place}|{self._ground.clock.now():%Y-%m-%d}"
            await self._ground.gaps.tell(reason, about, PLATFORM, home.community)

    def _catch_up(self, guilds: int) -> None:
        if self._catching is not None:
            self._catching.cancel()
        self._catching = self._start(self._caught_up(guilds), "discord backfill")

    async def _caught_up(self, guilds: int) -> None:
        """Once the servers are described: all is well, commands are registered, what was missed is read."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST):
                while not self._described(guilds):
                    self._another.clear()
                    await self._another.wait()
        self._trouble = None
        await self._registration.run(self._application)
        fetched = await self._backfill.run()
        self._log.info("caught up with Discord", messages=fetched)

    def _described(self, guilds: int) -> bool:
        """Whether Discord has described so many servers."""
        client = self._client
        return client is None or sum(not guild.unavailable for guild in client.guilds) >= guilds

    async def _live(self) -> None:
        """Note that somebody listens, so that a later start knows since when nobody did."""
        while True:
            if self.caught_up and self._catching is not None:
                with contextlib.suppress(StoreError):
                    await self._ground.cursors.put(ALIVE, self._ground.clock.now().isoformat())
            await asyncio.sleep(HEARTBEAT if self.caught_up else 0.1)

    async def _remember(self) -> None:
        """What an earlier run knew: the bot's own webhooks, and who has not accepted the rules yet."""
        for webhook in (await self._ground.cursors.all(WEBHOOKS)).values():
            self._ground.me(webhook)
        kept = await self._ground.cursors.all(PENDING)
        for name, value in kept.items():
            place, _, member = name.removeprefix(PENDING).partition(":")
            if value:
                self.translator.pending.add((place, member))

    def _refused_too_often(self, seconds: float) -> None:
        about = (
            f"Discord refused 1,000 calls in ten minutes; Sereno calls nothing for {seconds:.0f} s, because Discord "
        )
        self._start(self._tell("discord-refused", about + "locks an address out at 10,000"), "discord breaker")

    async def _tell(self, reason: str, about: str) -> None:
        day = f"{self._ground.clock.now():%Y-%m-%d}"
        for home in self._ground.homes:
            try:
                await self._ground.gaps.tell(f"{reason}|{day}", about, PLATFORM, home.community)
            except StoreError as error:
                self._log.warning("the desk could not be told", why=str(error))
            return

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - one task must not end the connection
            self._log.error("something about Discord broke", what=name, why=f"{type(error).__name__}: {error}"[:200])

    async def _stop(self, *tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
