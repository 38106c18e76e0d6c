"""A Slack workspace on loopback: Web API and Socket Mode, for the genuine SDK.

This is our reading of https://docs.slack.dev, not Slack. State, rights and scopes live here; calls are kept in order
(`desk.calls`); faults are injected with `desk.faults` and through `sockets`. A method it does not know fails loudly.

By hand: `python -m tests.emulators.slack` prints the variables to set; then type as people:

    eve: hola                  eve: /sereno help           eve! 3 be kind      (edit message 3)
    eve- 3                     (delete)                    eve> 3 hola         (answer in its thread)
    mod* 7 Uphold              (press)                     +bo  -bo            (join, leave)
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.emulators.common import Call, Desk, Server, answer, unknown_route
from tests.emulators.slack_api import METHODS, Refuses
from tests.emulators.slack_socket import Sockets
from tests.emulators.slack_state import BOT_SCOPES, USER_SCOPES, Channel, Ephemeral, Json, Token, Workspace

BOT_TOKEN = "xoxb-emulator-bot-000000"
APP_TOKEN = "xapp-emulator-app-000000"
USER_TOKEN = "xoxp-emulator-user-0000"


class SlackEmulator:
    """One workspace with Sereno installed, the channels `general` and `moderators`, and an owner."""

    def __init__(self, port: int = 0) -> None:
        self.space = Workspace()
        self.sockets = Sockets()
        self.desk = Desk(self._work, name=lambda request: request.path.removeprefix("/api"))
        self._server = Server(self._handle, port=port)
        self.bot_id = "B00001"
        self.kicks_restricted = False
        space = self.space
        self.bot = space.add_person("Sereno", is_bot=True).id
        self.owner = space.add_person("boss", is_owner=True, is_admin=True).id
        self.general = space.add_channel("general", [self.bot, self.owner]).id
        self.moderators = space.add_channel("moderators", [self.bot, self.owner], is_private=True).id
        self.hall = space.add_channel("all-club", [self.bot, self.owner], is_general=True).id
        space.tokens = {
            BOT_TOKEN: Token("bot", self.bot, set(BOT_SCOPES)),
            APP_TOKEN: Token("app", self.bot, {"connections:write"}),
            USER_TOKEN: Token("user", self.owner, set(USER_SCOPES)),
        }

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        return f"{self._server.url}/"

    @property
    def server(self) -> Server:
        return self._server

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self.sockets.stop()
        await self._server.stop()

    def environment(self, *, admin: bool = True) -> dict[str, str]:
        """The variables that connect Sereno to it; without the admin's token nothing of members can be deleted."""
        given = {
            "SERENO_SLACK_BOT_TOKEN": BOT_TOKEN,
            "SERENO_SLACK_APP_TOKEN": APP_TOKEN,
            "SERENO_SLACK_API": f"{self._server.url}/api/",
        }
        return given | ({"SERENO_SLACK_USER_TOKEN": USER_TOKEN} if admin else {})

    # What happens in the workspace, and is told to the app.

    def put(self, channel: Channel, user: str, row: Mapping[str, Any]) -> Json:
        """A message appears."""
        said: Json = {"type": "message", "user": user, "team": self.space.team, "ts": self.space.ts(), **row}
        channel.messages[said["ts"]] = said
        self.tell({**said, **self._where(channel), "event_ts": said["ts"]})
        return said

    def changed(self, channel: Channel, row: Json, before: Json) -> None:
        """A message reads differently, or shows more."""
        body = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": self.space.ts()}
        self.tell({**body, "message": dict(row), "previous_message": before, **self._where(channel)})

    def remove(self, channel: Channel, row: Json) -> None:
        """A message is gone; where a thread hangs on it, a tombstone stays."""
        before = dict(row)
        if self.space.replies(channel, row["ts"]):
            row.clear()
            row |= {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": before["ts"]}
            row |= {"text": "This message was deleted.", "thread_ts": before["ts"]}
            self.changed(channel, row, before)
            return
        del channel.messages[row["ts"]]
        body = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": self.space.ts()}
        self.tell({**body, "deleted_ts": row["ts"], "previous_message": before, **self._where(channel)})

    def reacted(self, channel: Channel, user: str, ts: str, name: str) -> None:
        """A reaction appears."""
        item = {"type": "message", "channel": channel.id, "ts": ts}
        author = channel.messages[ts]["user"]
        self.tell({"type": "reaction_added", "user": user, "reaction": name, "item": item, "item_user": author})

    def tell(self, event: Json) -> None:
        """An event goes to the app."""
        event.setdefault("event_ts", event.get("ts") or self.space.ts())
        self.sockets.push("events_api", self.wrapped(event))

    def wrapped(self, event: Json) -> Json:
        """An event as the Events API carries it."""
        return {
            "type": "event_callback",
            "team_id": self.space.team,
            "api_app_id": "A00001",
            "event": event,
            "event_id": f"Ev{self.space.number():08d}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": self.space.team, "user_id": self.bot, "is_bot": True}],
        }

    def _where(self, channel: Channel) -> Json:
        kind = "im" if channel.is_im else "group" if channel.is_private else "channel"
        return {"channel": channel.id, "channel_type": kind}

    # The Web API.

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/socket":
            return await self.sockets.serve(request)
        return await self.desk(request)

    async def _work(self, call: Call, request: web.Request) -> web.StreamResponse:
        if call.path.startswith("/response/"):
            return self._responded(call)
        known = METHODS.get(call.path.removeprefix("/"))
        if known is None:
            return unknown_route(self.desk, call)
        method, kinds, scopes = known
        given = await _arguments(call, request)
        token = self.space.tokens.get(_token(request, given))
        try:
            self._check(token, kinds, scopes)
            assert token is not None
            body = {"ok": True, **await method(self, token, given)}
        except Refuses as refusal:
            body = refusal.body
        headers = {"x-oauth-scopes": ",".join(sorted(token.scopes))} if token else {}
        return answer(body, headers=headers)

    def _check(self, token: Token | None, kinds: str, scopes: frozenset[str]) -> None:
        if token is None:
            raise Refuses("invalid_auth")
        if token.error:
            raise Refuses(token.error)
        if token.kind not in kinds.split():
            raise Refuses("not_allowed_token_type")
        missing = scopes - token.scopes
        if missing:
            raise Refuses("missing_scope", needed=",".join(sorted(missing)), provided=",".join(sorted(token.scopes)))

    def _responded(self, call: Call) -> web.Response:
        """An answer to a command or a press: five of them."""
        way = self.space.response_urls.get(call.path)
        if way is None or way["uses"] <= 0:
            return web.Response(status=404, text="used_url")
        way["uses"] -= 1
        body = call.json
        assert body["response_type"] == "ephemeral", "Sereno answers privately"
        self.space.ephemerals.append(Ephemeral(way["channel"], way["user"], str(body["text"]), "response_url"))
        return web.Response(text="ok")


async def _arguments(call: Call, request: web.Request) -> Json:
    """From the address, a form or JSON, as Slack takes them."""
    given: Json = dict(request.query)
    if request.content_type == "application/json" and call.body:
        given |= call.json
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given |= {name: str(value) for name, value in (await request.post()).items()}
    for name in ("blocks", "metadata", "view", "attachments"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given


def _token(request: web.Request, given: Json) -> str:
    """The `token` argument, else the header."""
    return str(given.pop("token", "") or request.headers.get("Authorization", "").removeprefix("Bearer "))


if __name__ == "__main__":
    from tests.emulators.slack_typing import main

    asyncio.run(main())
