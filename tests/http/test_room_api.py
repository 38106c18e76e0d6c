from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.stores.tables import inbox, room_message
from moderation.ports import Card
from tests.http.helpers import BEARER, Listening, Site, until


async def test_a_message_is_answered_when_it_is_on_disk(web: Site) -> None:
    """201 and the id, and by then both the event and the room's row are committed."""
    answer = await web.say("good evening")
    assert answer.status_code == 201 and list(answer.json()) == ["id"]

    def counted(connection: object) -> tuple[int, int]:
        count = select(func.count())
        rows = [connection.scalar(count.select_from(table)) for table in (inbox, room_message)]  # type: ignore[attr-defined]
        return rows[0], rows[1]

    assert await web.room.journal.read(counted) == (1, 1)
    assert await web.texts() == ["good evening"]


async def test_the_same_key_again_gives_the_same_id(web: Site) -> None:
    """A client may repeat itself without fear."""
    first = await web.say("hello", key="abc")
    again = await web.say("hello", key="abc")
    assert (again.status_code, again.json()) == (201, first.json())
    assert await web.texts() == ["hello"]


async def test_editing_and_taking_back(web: Site) -> None:
    """What a member sees now is the newest text, and nothing once it was taken back."""
    line = (await web.say("good evening")).json()["id"]
    edited = await web.client.patch(f"/api/room/messages/{line}", json={"text": "good night"})
    assert edited.json()["text"] == "good night" and edited.json()["edited_at"]
    assert (await web.client.delete(f"/api/room/messages/{line}")).status_code == 204
    assert await web.texts() == []
    assert (await web.client.delete(f"/api/room/messages/{line}")).status_code == 404


async def test_removed_messages_are_absent_and_restored_ones_are_back(web: Site) -> None:
    """The answer is what a member sees, not what was written."""
    line = (await web.say("one")).json()["id"]
    await web.room.plaza.delete(web.room.ref(line))
    assert await web.texts() == []
    await web.room.plaza.restore(web.room.ref(line))
    assert await web.texts() == ["one"]


async def test_members_come_and_go(web: Site) -> None:
    """Coming in gives the person, leaving nothing; who is not here cannot leave."""
    account = (web.room.clock.now() - timedelta(days=2)).isoformat()
    answer = await web.client.post("/api/room/members", json={"id": "zoe", "name": "Zoe", "account_created": account})
    assert answer.status_code == 201 and answer.json()["here"] is True
    assert (await web.client.delete("/api/room/members/zoe")).status_code == 204
    assert (await web.client.delete("/api/room/members/zoe")).status_code == 404
    assert (await web.say("hi", "zoe")).status_code == 403


async def test_who_may_not_write_hears_why(web: Site) -> None:
    """Silence, exile and a locked channel are 403 with words; slow mode is 429 and says how long."""
    room = web.room
    await room.plaza.timeout(room.member("eve"), until=room.clock.now() + timedelta(hours=1))
    refused = await web.say("hi")
    assert refused.status_code == 403 and "Eve cannot write until" in refused.json()["detail"]
    await room.plaza.slow_mode(room.channel(), seconds=30)
    await web.say("one", "ana")
    slow = await web.say("two", "ana")
    assert (slow.status_code, slow.headers["retry-after"]) == (429, "30")
    await room.plaza.lock(room.channel(), locked=True)
    assert (await web.say("hi", "bo")).status_code == 403


async def test_the_room_at_a_glance(web: Site) -> None:
    """Channels and people with what holds them back at this moment, and nothing that has run out."""
    room = web.room
    await room.plaza.timeout(room.member("eve"), until=room.clock.now() + timedelta(minutes=1))
    glance = (await web.client.get("/api/room")).json()
    assert [one["id"] for one in glance["channels"]] == ["general", "help", "art", "mod-room"]
    eve = next(one for one in glance["members"] if one["id"] == "eve")
    assert eve["timeout_until"] is not None and glance["moderator"] is False
    room.clock.pass_(timedelta(minutes=2))
    glance = (await web.client.get("/api/room", headers=BEARER)).json()
    eve = next(one for one in glance["members"] if one["id"] == "eve")
    assert eve["timeout_until"] is None and glance["moderator"] is True


async def test_cards_are_for_moderators(web: Site) -> None:
    """The moderators' channel shows its cards to whoever holds the key."""
    room = web.room
    await room.plaza.card(room.channel("mod-room"), Card("c1", "A slur", "the text"), key="c")
    query = {"channel": "mod-room"}
    assert (await web.client.get("/api/room/messages", params=query)).json() == []
    [card] = (await web.client.get("/api/room/messages", params=query, headers=BEARER)).json()
    assert card["card"] == {"case": "c1", "title": "A slur", "buttons": []}


async def test_older_messages_are_a_page_further(web: Site) -> None:
    """`before` continues from the oldest message seen."""
    ids = [(await web.say(f"message {number}")).json()["id"] for number in range(5)]
    answer = await web.client.get("/api/room/messages", params={"channel": "general", "before": ids[2]})
    assert [line["id"] for line in answer.json()] == ids[:2]


async def test_the_stream_tells_what_happens_and_continues(web: Site) -> None:
    """Messages, removals and notices arrive with ids; who comes back with the last one misses nothing."""
    stay = asyncio.Event()

    async def connected() -> dict[str, str]:
        await stay.wait()
        return {"type": "http.disconnect"}

    first, moderator = Listening(web.app, {}), Listening(web.app, BEARER)
    tasks = [asyncio.create_task(one.run(connected)) for one in (first, moderator)]
    await until(lambda: web.room.plaza.feed.listeners == 2)
    room = web.room
    line = (await web.say("hello")).json()["id"]
    await room.plaza.delete(room.ref(line))
    await room.plaza.notify(room.member("eve"), "because", key="n")
    await room.plaza.card(room.channel("mod-room"), Card("c1", "A slur", "the text"), key="c")
    await until(lambda: "event: card" in moderator.text)
    kinds = [part.split("event: ")[1].split("\n")[0] for part in first.text.split("id: ")[1:]]
    assert kinds == ["message", "removal", "notice"]
    last = first.text.split("id: ")[2].split("\n")[0]
    again = Listening(web.app, {"Last-Event-ID": last})
    tasks.append(asyncio.create_task(again.run(connected)))
    await until(lambda: "event: notice" in again.text)
    assert "event: message" not in again.text
    room.plaza.feed.close()
    await asyncio.gather(*tasks)
    assert room.plaza.feed.listeners == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x" * 40_000,
        "\x00\x1b[31m",
        "{{7*7}} {0.__class__}",
        "\u202eevil",
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
    ],
)
async def test_strange_texts_are_kept_as_they_are(web: Site, text: str) -> None:
    """Nothing in a message is interpreted; it comes back exactly as written."""
    assert (await web.say(text)).status_code == 201
    assert await web.texts() == [text]


async def test_half_characters_are_replaced(web: Site) -> None:
    """A lone surrogate is no character: it is shown as one that is missing, and never breaks an answer."""
    body = b'{"channel": "general", "author": {"id": "eve"}, "text": "a\\ud800b"}'
    answer = await web.client.post("/api/room/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    assert await web.texts() == ["a\ufffdb"]


async def test_a_full_disk_acknowledges_nothing(web: Site) -> None:
    """503 while there is no room, and the next message after there is room again is kept."""
    await web.say("before")
    journal = web.room.journal
    pages = await journal.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one(), "test")
    await journal.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}"), "test")
    answers = [await web.say("x" * 3000) for _ in range(40)]
    kept = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(kept) + len(refused) == 40 and refused
    assert "disk is full" in refused[0].json()["detail"]
    assert len(await web.texts()) == 1 + len(kept)
    await journal.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"), "test")
    assert (await web.say("after")).status_code == 201
