"""The socket to Slack: bolt's Socket Mode over aiohttp, with the write to the journal before the acknowledgement.

Bolt acknowledges before a listener runs. What must be on disk first therefore happens in a middleware before all
others; when it raises, bolt answers nothing and Slack delivers the envelope again. It also is the catch-all: what
nobody has a use for is acknowledged, or Slack would deliver it again and again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import structlog
from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_web import loopback, quiet

PING: Final = 10.0
"""Seconds between pings; a socket that answers none for four times as long is dead."""
OPEN: Final = 20.0
"""Seconds for the socket to open and Slack to say hello."""
FAREWELL: Final = 1.0
"""Seconds for the other side to say goodbye."""
AT_ONCE: Final = 256
"""Envelopes in work at a time; as many more wait in memory, the rest in the network."""
Body = Mapping[str, Any]
Keep = Callable[[Body], Awaitable[bool]]
"""Keeps what an envelope says; True when it was only a wish to see a form. Raises when it must come again."""
Show = Callable[[Body], Awaitable[None]]


class Ended(StrEnum):
    """Why a socket is over."""

    ASKED = "Slack asked to connect anew"
    DISABLED = "Socket Mode was switched off"
    LOST = "the socket was lost"
    SILENT = "the socket went silent"
    FULL = "the journal takes nothing"


class _Client(SocketModeClient):
    """The SDK's client, which never reconnects by itself: who connects anew must also read what was missed."""

    ended: asyncio.Future[Ended]
    hello: asyncio.Event
    room: asyncio.Semaphore
    working: set[asyncio.Task[None]]

    def __init__(self, app_token: str, web: AsyncWebClient, ping: float) -> None:
        super().__init__(
            app_token=app_token,
            logger=quiet(),
            web_client=web,
            proxy=web.proxy,
            auto_reconnect_enabled=False,
            ping_interval=ping,
        )
        if loopback(web.base_url):
            self.proxy = None
        self.ended = asyncio.get_running_loop().create_future()
        self.hello = asyncio.Event()
        self.room = asyncio.Semaphore(AT_ONCE)
        self.working = set()
        self.message_queue = asyncio.Queue(AT_ONCE)

    def end(self, why: Ended) -> None:
        """It is over; the first reason counts."""
        if not self.ended.done():
            self.ended.set_result(why)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """What the SDK calls when it finds the socket dead or Slack asks for a new one."""
        self.end(Ended.ASKED if force else Ended.SILENT)

    async def process_message(self) -> None:
        """As the SDK does it, for so many envelopes at a time."""
        await self.room.acquire()
        task: asyncio.Task[None] | None = None
        try:
            raw = await self.message_queue.get()
            task = asyncio.create_task(self.run_message_listeners(_parsed(raw), raw))
            self.working.add(task)
            task.add_done_callback(self._worked)
        finally:
            if task is None:
                self.room.release()

    def _worked(self, task: asyncio.Task[None]) -> None:
        self.working.discard(task)
        self.room.release()

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Take Slack's own words about the socket, then do as the SDK does."""
        if message.get("type") == "hello":
            self.hello.set()
        elif message.get("type") == "disconnect" and message.get("reason") == "link_disabled":
            self.end(Ended.DISABLED)
        else:
            await super().run_message_listeners(message, raw_message)


def _parsed(raw: str | None) -> dict[str, Any]:
    """What came, if it is an envelope."""
    try:
        message = json.loads(raw or "")
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


class Socket(AsyncBaseSocketModeHandler):
    """One connection, from `open` to `close`; bolt's handler with the client above."""

    client: _Client

    def __init__(self, app: AsyncApp, app_token: str, web: AsyncWebClient, *, ping: float = PING) -> None:
        self.app = self._app = app
        self.client = _Client(app_token, web, ping)
        self.client.socket_mode_request_listeners.append(self.handle)
        self._ping = ping
        self._log: Any = structlog.get_logger(__name__)

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """One envelope: to the journal, then the acknowledgement."""
        loop = asyncio.get_running_loop()
        response = await run_async_bolt_app(self._app, req)
        try:
            await send_async_response(client, req, response, loop.time())
        except ConnectionError as error:
            self._log.debug("an acknowledgement found no socket", platform="slack", why=type(error).__name__)

    async def open(self, url: str, within: float = OPEN) -> None:
        """Connect to the address that apps.connections.open gave. TimeoutError when Slack does not say hello."""
        self.client.wss_uri = url
        async with asyncio.timeout(within):
            await self.client.connect()  # type: ignore[no-untyped-call]
            await self.client.hello.wait()

    async def until_ended(self) -> Ended:
        """Return when it is over: Slack asks for another, or nothing comes, not even answers to pings."""
        while True:
            done, _ = await asyncio.wait({self.client.ended}, timeout=min(1.0, self._ping))
            if done:
                return self.client.ended.result()
            session = self.client.current_session
            if session is None or session.closed:
                self.client.end(Ended.LOST)
            elif await self.client.is_ping_pong_failing():
                self.client.end(Ended.SILENT)

    async def _finish(self) -> None:
        """Slack still listens on a socket it asks to leave: what is in work is acknowledged there."""
        end = asyncio.get_running_loop().time() + FAREWELL
        while self.client.working and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(set(self.client.working), timeout=left)

    async def close(self) -> None:
        """Let go of the connection and of everything that works for it; what was not acknowledged comes again."""
        client = self.client
        if client.ended.done() and not client.ended.cancelled() and client.ended.result() is Ended.ASKED:
            await self._finish()
        client.closed = True
        tasks = [client.message_processor, client.current_session_monitor, client.message_receiver, *client.working]
        for task in filter(None, tasks):
            task.cancel()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)
        client.ended.cancel()
        if client.current_session is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await client.current_session.close()
        await client.aiohttp_client_session.close()


def bolt(web: AsyncWebClient, token: str, keep: Keep, show: Show) -> AsyncApp:
    """A bolt app that keeps whatever comes before it is acknowledged, and opens forms afterwards."""

    async def first(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:  # noqa: A002 - bolt's name
        if await keep(body):
            await next()
            return None
        return BoltResponse(status=200, body="")

    async def authorized(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    app = AsyncApp(
        name="sereno",
        logger=quiet(),
        client=web,
        before_authorize=first,
        authorize=authorized,
        signing_secret="",
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
    )

    async def form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await show(body)

    app.shortcut(re.compile(".*"))(form)
    return app
