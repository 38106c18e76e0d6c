"""Slack, on slack-bolt in Socket Mode: connects, catches up, listens, and offers the `Chat` port.

What comes in goes to the journal before it is acknowledged (bot/adapters/slack_socket.py). Every new socket is followed
by reading what was said meanwhile (bot/adapters/slack_past.py); both meet at the same natural keys.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.slack_chat import SlackChat, State
from bot.adapters.slack_errors import problem, refusal
from bot.adapters.slack_events import Events
from bot.adapters.slack_inbox import Inbox
from bot.adapters.slack_past import ALIVE, PATIENCE, Marks, Past
from bot.adapters.slack_people import People
from bot.adapters.slack_socket import PING, Ended, Socket, bolt
from bot.adapters.slack_web import Web
from bot.configuration.environment import Environment
from moderation.errors import ChatError, Refused, Unavailable

ALIVE_EVERY: Final = 30.0
"""Seconds between the notes that the socket is well."""
SWITCHED_OFF: Final = Refused(
    "Socket Mode is switched off for this app",
    "switch it on at api.slack.com/apps → your app → Socket Mode, then start Sereno again",
)


def adapter(environment: Environment, ground: Ground) -> SlackAdapter:
    """Slack, not yet connected."""
    return SlackAdapter(environment, ground)


class SlackAdapter:
    """One workspace, one socket at a time."""

    def __init__(
        self, environment: Environment, ground: Ground, *, ping: float = PING, patience: float = PATIENCE
    ) -> None:
        self._environment = environment
        self._ground = ground
        self._ping = ping
        self._patience = patience
        self._web: Web | None = None
        self._state = State()
        self._people = People(self._client)
        self._events = Events(self._people)
        self._marks = Marks()
        self._met = False
        self._ready = False
        """What the bot may do and where it is, is known: before that, nothing is refused for good."""
        self._watched: list[str] = []
        self._trouble: str | None = "not connected yet"
        self._socket: Socket | None = None
        self._chat = SlackChat(ground, self._connected, self._people, self._state)
        self._inbox = Inbox(ground, self._events, self._marks, self._chat.answers, self._connected, self._full)
        self._log: Any = structlog.get_logger(__name__)

    @property
    def chat(self) -> SlackChat:
        """What Sereno can do there."""
        return self._chat

    @property
    def trouble(self) -> str | None:
        """Why nothing is delivered at the moment."""
        return self._trouble

    async def connect(self) -> None:
        """Deliver until the socket is lost; when Slack asks for a new one, that one is opened at once.

        Raises Refused for tokens Slack does not take, another workspace's tokens, and a Socket Mode that is off.
        """
        try:
            while True:
                ended = await self._listen()
                if ended is Ended.DISABLED:
                    raise SWITCHED_OFF
                if ended is not Ended.ASKED:
                    raise Unavailable(ended.value)
        except SlackApiError as error:
            raise Unavailable(f"Slack answered {type(error).__name__}") from error
        finally:
            self._trouble = self._trouble or "not connected"

    async def aclose(self) -> None:
        """Let go of the HTTP session."""
        if self._web is not None:
            await self._web.aclose()
            self._web = None

    async def _listen(self) -> Ended:
        """One socket, from its opening to its end."""
        if self._web is None:
            self._web = Web(self._environment)
        web = self._web
        home = await self._introduce(web)
        async with self._open(web) as socket:
            await self._catch_up(web, home)
            self._trouble = None
            self._log.info("connected", platform="slack", channels=len(self._events.names))
            tasks = {
                asyncio.create_task(socket.until_ended()),
                asyncio.create_task(self._keep_up(web, home)),
            }
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            for task in done:
                ended = task.result()
                if ended is not None:
                    self._trouble = ended.value
                    return ended
        return Ended.LOST

    async def _introduce(self, web: Web) -> Home:
        """Who the bot is, where it is, and what the admin's token is worth."""
        try:
            me = await web.raw("auth.test")
        except SlackApiError as error:
            raise (refusal(error, "bot") or _unwell(error)) from error
        home = self._ground.homes.at(str(me.get("team_id")))
        if home is None:
            raise Refused(
                f"the bot token belongs to the workspace {me.get('team')} ({me.get('team_id')})",
                f"write {me.get('team_id')} under `slack:` in the configuration, or use the right workspace's token",
            )
        for account in (me.get("user_id"), me.get("bot_id")):
            if account:
                self._ground.me(str(account))
        self._inbox.me = str(me.get("user_id") or "")
        self._state.admin = await self._is_admin(web, str(me.get("team_id")))
        if not self._met:
            await self._people.meet_all(home)
            self._met = True
        self._watched = await self._channels(web)
        self._ready = True
        return home

    async def _is_admin(self, web: Web, team: str) -> bool:
        """Whether there is a user token of somebody who may delete what others wrote."""
        if web.admin is None:
            return False
        try:
            me = await web.raw("auth.test", by=web.admin)
            user = (await web.call("users.info", user=str(me.get("user_id"))))["user"]
        except SlackApiError as error:
            refused = refusal(error, "user")
            if refused is None:
                raise _unwell(error) from error
            self._log.error(str(refused), platform="slack", mend=refused.mend)
            return False
        may = me.get("team_id") == team and bool(user.get("is_admin") or user.get("is_owner"))
        if not may:
            self._log.error("the Slack user token is not that of an admin of this workspace", platform="slack")
        return may

    @asynccontextmanager
    async def _open(self, web: Web) -> AsyncIterator[Socket]:
        """A socket that has said hello. Raises Refused or Unavailable."""
        token = self._environment.slack_app_token
        app_token = token.get_secret_value() if token else ""
        try:
            url = str((await web.bot.apps_connections_open(app_token=app_token)).get("url") or "")
        except SlackApiError as error:
            raise (refusal(error, "app") or _unwell(error)) from error
        app = bolt(web.bot, web.bot.token or "", self._inbox.keep, self._inbox.show)
        socket = Socket(app, app_token, web.bot, ping=self._ping)
        self._socket = socket
        try:
            await socket.open(url)
            yield socket
        except TimeoutError as error:
            raise Unavailable("Slack's socket does not open") from error
        finally:
            self._socket = None
            await socket.close()

    async def _catch_up(self, web: Web, home: Home) -> None:
        """Read what was said in the channels the bot is in."""
        await Past(self._ground, web, self._events, self._marks, self._patience).catch_up(home, self._watched)

    async def _channels(self, web: Web) -> list[str]:
        """The channels the bot is in; also notes what they are called and which are public."""
        found: dict[str, Mapping[str, Any]] = {}
        cursor: str | None = None
        while True:
            page = await web.call(
                "users.conversations",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor,
            )
            found |= {str(one["id"]): one for one in page.get("channels") or ()}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        self._events.names.update({id_: str(one.get("name") or "") for id_, one in found.items()})
        self._state.channels = tuple(id_ for id_, one in found.items() if not one.get("is_private"))
        return list(found)

    async def _keep_up(self, web: Web, home: Home) -> None:
        """While the socket is well: note that it is, and catch up where the bot was invited or Slack fell behind."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_EVERY):
                    await self._inbox.behind.wait()
            if self._inbox.behind.is_set():
                self._inbox.behind.clear()
                self._watched = await self._channels(web)
                await self._catch_up(web, home)
            await self._ground.cursors.put(ALIVE, f"{self._ground.clock.now().timestamp():.6f}")

    def _full(self) -> None:
        """The journal has taken nothing for too long: connect anew later and read what was missed."""
        if self._socket is not None:
            self._socket.client.end(Ended.FULL)

    def _client(self) -> Web:
        if self._web is None:
            raise Unavailable("Slack is not connected yet")
        return self._web

    def _connected(self) -> Web:
        if not self._ready:
            raise Unavailable("Slack is not connected yet")
        return self._client()


def _unwell(error: SlackApiError) -> ChatError:
    return problem(error, "connecting")
