"""Discord on loopback, for tests and for trying Sereno by hand: REST (v10) and the gateway, with a server and people.

It is our reading of Discord's documentation (discord.com/developers/docs) and of what discord.py 2.7.1 expects; it is
not Discord. It keeps state and permissions on its own side and really refuses: 403 with codes 50001 and 50013, role
hierarchy, timeouts, slow mode, closed direct messages, disallowed intents.

    async with DiscordEmulator().opened() as discord:
        discord.api, discord.token              # http://127.0.0.1:PORT/api/v10, and the bot's token
        discord.gateway_url                     # ws://…, also from GET /gateway/bot and READY's resume_gateway_url
        discord.people.join("eve")              # what people do: discord_people.People
        discord.people.say("eve", "hola <@mod>")
        discord.calls.words("mod", "warn <@eve> be kind")   # slash commands, menus, buttons, forms: discord_calls.Calls
        discord.calls.press("mod", message, "Uphold")
        discord.eyes.told("eve")                # what people see: discord_eyes.Eyes
        discord.desk.calls                      # every REST call in order; discord.desk.named("POST /channels/*")
        discord.check()                         # AssertionError if a route was unknown or the emulator broke

`opened()` checks on leaving. Trouble, each countable:

    discord.desk.faults.add("POST /channels/*/messages", fails(503, html=True), times=2)     # common.py: fails, reset,
    discord.desk.faults.add("DELETE *", reset(after=True))                                   # late, held
    discord.limit("POST /channels/*/messages", 0.3)     # 429; scope="global"|"shared", via=False, html=True
    discord.limits.tight()                              # real buckets and 50/s; discord.limits.rules for one's own
    discord.limits.invalid, discord.limits.inside       # 401/403/429 answers; calls made inside a Retry-After
    await discord.server.refuse(); discord.server.cut(); await discord.server.start()
    discord.gateway.close(4000)                         # 4004, 4009, 4014 …; 1006 cuts the connections
    discord.gateway.ask_to_reconnect()                  # op 7
    discord.gateway.invalidate(resumable=False)         # op 9
    discord.gateway.acks = False; discord.gateway.interval = 0.2     # seconds, from the next connection on
    discord.gateway.on_identify.append(4014)            # the next IDENTIFY is answered so; on_resume likewise
    discord.gateway.twice["MESSAGE_CREATE"] = 1         # the next one comes twice
    discord.gateway.spoil["MESSAGE_CREATE"] = lambda data: data.pop("author") and data
    discord.gateway.send("NOBODY_KNOWS", {"x": 1})      # unknown or malformed events; raw({...}) for whole frames
    discord.gateway.hold(); …; discord.gateway.release(random.shuffle)   # out of order
    discord.gateway.identifies, resumes, resumed, beats, closes
    discord.state.ahead(901)                            # 15 minutes pass for the emulator
    discord.state.application.flags = 0                 # no privileged intent was switched on
    discord.owner.set_bot_permissions(0)                # what the server's owner does: discord_owner.Owner
    discord.owner.remove_bot(); discord.owner.invite_bot(); discord.owner.outage(); discord.owner.delete_channel("general")

A slash command that is not registered, an unknown option, a banned person who joins raise `CannotDo`: Discord's client
would not let that be done. `python -m tests.emulators.discord [PORT]` starts it by hand (discord_by_hand.py).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import unquote

from aiohttp import web

from tests.emulators import (
    discord_commands,
    discord_rest_guilds,
    discord_rest_interactions,
    discord_rest_members,
    discord_rest_messages,
    discord_rest_threads,
)
from tests.emulators.common import Call, Desk, Fault, Server, answer, unknown_route
from tests.emulators.discord_calls import Calls
from tests.emulators.discord_errors import Denied
from tests.emulators.discord_eyes import Eyes
from tests.emulators.discord_gateway import Gateway
from tests.emulators.discord_interactions import Interactions
from tests.emulators.discord_limits import Limits, Scope, limited
from tests.emulators.discord_owner import Owner
from tests.emulators.discord_people import People
from tests.emulators.discord_rest_interactions import Answering
from tests.emulators.discord_routes import Answer, Ask, Route, find, read_body
from tests.emulators.discord_state import Application, State, User
from tests.emulators.discord_town import found_guild

TOKEN: Final = "MTAwMDAwMDAwMDAwMDAwMDAwMA.emulat.not-a-secret-made-up-for-tests-0123"
INTENTS_ON: Final = (1 << 15) | (1 << 19)
"""Members and message content are switched on in the developer portal, as for a bot in few servers."""
_API: Final = "/api/v10"
_BOT_ID: Final = 1000000000000000000


class DiscordEmulator:
    """See the module. One server (`guild`) to start with; `port` 0 takes a free one."""

    def __init__(self, *, token: str = TOKEN, port: int = 0) -> None:
        self.token = token
        self.gateway = Gateway()
        bot = User(_BOT_ID, "Sereno", bot=True, discriminator="0001")
        application = Application(_BOT_ID, "Sereno", User(_BOT_ID - 1, "developer"), INTENTS_ON)
        self.state = self.gateway.state = State(bot, application, token, emit=self.gateway.emit)
        self.guild = found_guild(self.state, "Plaza")
        self.people = People(self.state, self.guild)
        self.people.adopt(self.state.users[self.guild.owner])
        self.owner = Owner(self.state, self.guild)
        self.eyes = Eyes(self.state, self.guild, self.people)
        self.interactions = Interactions(self.state)
        self.calls = Calls(self.state, self.guild, self.people, self.interactions)
        self.limits = Limits()
        self.desk = Desk(self._work, name=_path)
        self.server = Server(self.desk, port=port)
        self.state.base = self.server.url
        self._fresh = asyncio.Event()
        self._routes = self._all_routes()

    def _all_routes(self) -> tuple[Route, ...]:
        answering = Answering(self.interactions, self._fresh.set)
        return (
            Route("GET", "/gateway", lambda ask: {"url": self.gateway_url}),
            Route("GET", "/gateway/bot", self._gateway_bot),
            *discord_rest_guilds.ROUTES,
            *discord_rest_threads.ROUTES,
            *discord_rest_members.ROUTES,
            *discord_rest_messages.ROUTES,
            *discord_commands.ROUTES,
            *discord_rest_interactions.routes(answering),
        )

    @property
    def api(self) -> str:
        """The base of REST, as SERENO_DISCORD_API has it."""
        return f"{self.server.url}{_API}"

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[DiscordEmulator]:
        """Serve; at the end it must have known every route it was asked for."""
        await self.server.start()
        try:
            yield self
        finally:
            await self.server.stop()
        self.check()

    def check(self) -> None:
        """AssertionError when something was asked that the emulator does not know, or it broke."""
        self.desk.check()

    def limit(
        self,
        pattern: str,
        seconds: float,
        *,
        scope: Scope = "user",
        via: bool = True,
        html: bool = False,
        times: int | None = 1,
    ) -> Fault:
        """The next `times` calls that fit are answered 429 and must wait so many seconds."""
        way = limited(self.limits, seconds, self._limit_key, scope=scope, via=via, html=html)
        return self.desk.faults.add(pattern, way, times=times)

    def set_bot_permissions(self, permissions: int) -> None:
        """From now on the bot's role has these permissions, and the bot is told."""
        self.owner.set_bot_permissions(permissions)

    def _limit_key(self, call: Call) -> str:
        found = find(self._routes, call.method, call.path)
        return call.name if found is None else self.limits.key(*found)

    def _gateway_bot(self, ask: Ask) -> Answer:
        limit = {
            "total": 1000,
            "remaining": self.gateway.starts_left,
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        }
        return {"url": self.gateway_url, "shards": 1, "session_start_limit": limit}

    async def _work(self, call: Call, request: web.Request) -> web.StreamResponse:
        if call.path == "/ws/":
            return await self.gateway.serve(request)
        if call.path.startswith("/cdn/attachments/"):
            data = self.state.files.get(int(call.path.split("/")[3]))
            return web.Response(body=data) if data is not None else web.Response(status=404)
        found = find(self._routes, call.method, call.path) if request.path.startswith(_API) else None
        if found is None:
            return unknown_route(self.desk, call)
        done = await self._answer(*found, call, request)
        self.limits.count(done)
        return done

    async def _answer(self, route: Route, parts: Mapping[str, str], call: Call, request: web.Request) -> web.Response:
        if not route.open and request.headers.get("Authorization") != f"Bot {self.token}":
            return answer(Denied(0).body, status=401)
        refused, headers = self.limits.enter(route, parts)
        if refused is not None:
            return refused
        try:
            json, files = await read_body(request)
            reason = request.headers.get("X-Audit-Log-Reason")
            done = route.work(Ask(self.state, parts, call.query, json, files, _unquoted(reason)))
        except Denied as no:
            return answer(no.body, status=no.status, headers=headers)
        if done is None:
            return web.Response(status=204, headers=headers)
        return answer(done, headers=headers)


def _path(request: web.Request) -> str:
    return request.path.removeprefix(_API)


def _unquoted(reason: str | None) -> str | None:
    return unquote(reason) if reason else None


if __name__ == "__main__":
    from tests.emulators.discord_by_hand import main

    with suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
