"""A person's Matrix client, as plain HTTP calls: what people do in tests owes nothing to the SDK under test."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.matrix.synapse import Synapse

V3 = "/_matrix/client/v3"


class Answer(Exception):
    """What the homeserver said instead of doing it."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body.get('errcode')}: {body.get('error')}")
        self.status = status
        self.code = str(body.get("errcode", ""))


@dataclass
class Person:
    """Somebody with an account, a token and a client."""

    session: aiohttp.ClientSession
    url: str
    id: str
    token: str
    count: Any = field(default_factory=itertools.count)

    async def call(self, method: str, path: str, body: Any = None, **query: str | int) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        base = self.url if path.startswith("/_") else self.url + V3
        async with self.session.request(method, base + path, json=body, params=query, headers=headers) as response:
            said: dict[str, Any] = await response.json(content_type=None)
            if response.status >= 400:
                raise Answer(response.status, said)
            return said

    async def send(self, room: str, kind: str, content: Mapping[str, Any]) -> str:
        path = f"/rooms/{quote(room)}/send/{kind}/{uuid.uuid4().hex}"
        return str((await self.call("PUT", path, dict(content)))["event_id"])

    async def say(self, room: str, text: str, **more: Any) -> str:
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    async def edit(self, room: str, event: str, text: str) -> str:
        relation = {"rel_type": "m.replace", "event_id": event}
        new = {"msgtype": "m.text", "body": text}
        return await self.say(room, f"* {text}", **{"m.new_content": new, "m.relates_to": relation})

    async def react(self, room: str, event: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room: str, event: str) -> None:
        await self.call("PUT", f"/rooms/{quote(room)}/redact/{quote(event)}/{uuid.uuid4().hex}", {})

    async def create(self, **what: Any) -> str:
        return str((await self.call("POST", "/createRoom", what))["room_id"])

    async def join(self, room: str) -> None:
        await self.call("POST", f"/join/{quote(room)}", {})

    async def leave(self, room: str) -> None:
        await self.call("POST", f"/rooms/{quote(room)}/leave", {})

    async def invite(self, room: str, person: str) -> None:
        await self.call("POST", f"/rooms/{quote(room)}/invite", {"user_id": person})

    async def state(self, room: str, kind: str, key: str = "") -> dict[str, Any]:
        return await self.call("GET", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}")

    async def set_state(self, room: str, kind: str, content: Mapping[str, Any], key: str = "") -> None:
        await self.call("PUT", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}", dict(content))

    async def set_power(self, room: str, person: str, level: int) -> None:
        powers = await self.state(room, "m.room.power_levels")
        powers.setdefault("users", {})[person] = level
        await self.set_state(room, "m.room.power_levels", powers)

    async def joined(self, room: str) -> set[str]:
        return set((await self.call("GET", f"/rooms/{quote(room)}/joined_members"))["joined"])

    async def history(self, room: str) -> list[dict[str, Any]]:
        """All a client shows of a room's events, oldest first."""
        found: list[dict[str, Any]] = []
        query: dict[str, str | int] = {"dir": "f", "limit": 500}
        while True:
            page = await self.call("GET", f"/rooms/{quote(room)}/messages", **query)
            found += page["chunk"]
            if "end" not in page or not page["chunk"]:
                return found
            query["from"] = page["end"]


def shown(events: list[dict[str, Any]], sender: str | None = None) -> list[tuple[str, str]]:
    """Event id and words of the messages a client shows: edits in place, redacted ones gone."""
    newest: dict[str, tuple[int, str, str]] = {}
    for event in events:
        relation = event["content"].get("m.relates_to", {})
        if event["type"] == "m.room.message" and relation.get("rel_type") == "m.replace":
            stamp = (event["origin_server_ts"], event["event_id"], event["content"]["m.new_content"]["body"])
            newest[relation["event_id"]] = max(newest.get(relation["event_id"], stamp), stamp)
    found = []
    for event in events:
        content = event["content"]
        if event["type"] != "m.room.message" or "body" not in content or (sender and event["sender"] != sender):
            continue
        if content.get("m.relates_to", {}).get("rel_type") == "m.replace":
            continue
        changed = newest.get(event["event_id"])
        found.append((event["event_id"], changed[2] if changed else content["body"]))
    return found


async def register(session: aiohttp.ClientSession, server: Synapse, user: str, *, admin: bool = False) -> Person:
    """A new account with a client on it."""
    url = f"{server.url}/_synapse/admin/v1/register"
    async with session.get(url) as response:
        nonce = (await response.json())["nonce"]
    body = {"nonce": nonce, "username": user, "password": "x", "admin": admin}
    body["mac"] = server.mac(nonce, user, "x", admin)
    async with session.post(url, json=body) as response:
        said = await response.json()
        if response.status != 200:
            raise Answer(response.status, said)
    return Person(session, server.url, said["user_id"], said["access_token"])
