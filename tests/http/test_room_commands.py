"""Commands in the room over HTTP: the game of roles there opens nothing that moderators alone may see or do."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.http.helpers import HOST
from tests.http.test_whole import Live
from tests.http.test_whole import live as live  # noqa: PLC0414 - pytest finds a fixture by its name

pytestmark = pytest.mark.timeout(60)


def stranger(live: Live) -> httpx.AsyncClient:
    """Somebody on this machine who was not given the link."""
    return httpx.AsyncClient(transport=live.client._transport, base_url=f"http://{HOST}")


async def told(client: httpx.AsyncClient, name: str) -> list[str]:
    query = {"channel": "general", "member": name}
    lines = (await client.get("/api/room/messages", params=query)).json()
    return [line["text"] for line in lines if line["only_for"] == name]


async def test_moderators_commands_need_the_key(live: Live) -> None:
    """Whoever calls themselves a moderator in the room can neither read cases nor act on them without the key."""
    await live.say("blarg", "eve")
    await live.app.settled()
    author = {"id": "mallory", "name": "Mallory", "roles": ["moderator"]}
    async with stranger(live) as client:
        for words in ("/queue", "/case 1", "/undo 1", "/ban @eve because"):
            body = {"channel": "general", "author": author, "text": words}
            refused = await client.post("/api/room/messages", json=body)
            assert refused.status_code == 403 and "link that was printed" in refused.json()["detail"]
        help_ = {"channel": "general", "author": author, "text": "/help"}
        assert (await client.post("/api/room/messages", json=help_)).status_code == 201
    [case] = [one for one in await live.cases() if "room-slur" in one["rules"]]
    assert case["state"] == "decided"


async def test_answers_to_moderators_are_read_with_the_key_alone(live: Live) -> None:
    """What a case says does not leak to who asks for a moderator's private lines, whatever role they take away first."""
    await live.say("/queue", "mod")

    while not await told(live.client, "mod"):
        await asyncio.sleep(0.005)
    async with stranger(live) as client:
        body = {"channel": "general", "author": {"id": "mod", "roles": []}, "text": "good evening"}
        await client.post("/api/room/messages", json=body)
        assert await told(client, "mod") == [] and await told(live.client, "mod")
