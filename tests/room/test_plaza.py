from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.feed import Returned, Said, Vanished
from bot.stores.room import Shown
from moderation.errors import Gone, Unavailable
from moderation.model import Capability
from moderation.ports import Card
from tests.room.helpers import EVE, HandClock, House, house


async def test_the_room_can_do_everything(room: House) -> None:
    """No rule needs an `else` here."""
    assert room.plaza.capabilities("local") == frozenset(Capability)
    assert room.plaza.platform == "plaza"


async def test_removing_holding_and_giving_back(room: House) -> None:
    """What is hidden is absent for everybody, and comes back as it was written."""
    line = await room.people.say(EVE, "general", "hello, all")
    ref = room.ref(line)
    await room.plaza.hold(ref)
    assert await room.texts() == []
    await room.plaza.delete(ref)
    await room.plaza.delete(ref)
    await room.plaza.hold(ref)
    kept = await room.journal.read(lambda c: room.plaza.hall.rows.line(c, line))
    assert kept is not None and kept.state is Shown.REMOVED
    await room.plaza.restore(ref)
    await room.plaza.restore(ref)
    assert await room.texts() == ["hello, all"]
    news = [one for one in room.news() if isinstance(one, (Said, Vanished, Returned))]
    assert [type(one) for one in news] == [Said, Vanished, Vanished, Returned]


async def test_what_does_not_exist_is_gone(room: House) -> None:
    """Nobody can be acted on who was never here, nor a message that was never written."""
    for attempt in (
        room.plaza.delete(room.ref("nothing")),
        room.plaza.restore(room.ref("nothing")),
        room.plaza.timeout(room.member("nobody"), until=None),
        room.plaza.notify(room.member("nobody"), "psst", key="n"),
        room.plaza.post(room.channel("nowhere"), "hello?", key="p"),
    ):
        with pytest.raises(Gone):
            await attempt


async def test_the_same_key_is_shown_once(room: House) -> None:
    """A retry after a crash shows no text twice, and one key in two uses are two texts."""
    first = await room.plaza.post(room.channel(), "the watch is on", key="k")
    again = await room.plaza.post(room.channel(), "the watch is on", key="k")
    assert first == again
    await room.people.say(EVE, "general", "hi", key="k")
    assert await room.texts() == ["the watch is on", "hi"]
    assert len([one for one in room.news() if isinstance(one, Said)]) == 2


async def test_a_notice_is_for_one_person(room: House) -> None:
    """Only the one it is about reads it, near to where it happened."""
    way = await room.plaza.notify(room.member("eve"), "removed, because", key="n", near=room.channel("help"))
    assert way == "a note in the room that nobody else sees"
    assert await room.texts("help") == []
    assert await room.texts("help", "ana") == []
    assert await room.texts("help", "eve") == ["removed, because"]


async def test_a_card_lies_in_the_moderators_room(room: House) -> None:
    """It says which case it is about."""
    card = Card("c1", "A slur", "in #general", (("undo", "t1"),))
    await room.plaza.card(room.channel("mod-room"), card, key="c")
    [line] = await room.people.read("mod-room")
    assert line.card is not None and (line.card["case"], line.card["title"], line.text) == (
        "c1",
        "A slur",
        "in #general",
    )


async def test_roles_and_restrictions_are_kept(tmp_path: Path) -> None:
    """What was done to a person holds after a restart."""
    clock = HandClock()
    until = clock.now() + timedelta(hours=1)
    async with house(tmp_path, clock) as room:
        eve = room.member("eve")
        await room.plaza.give_role(eve, "trusted")
        await room.plaza.give_role(eve, "helper")
        await room.plaza.take_role(eve, "trusted")
        await room.plaza.timeout(eve, until=until)
        await room.plaza.ban(eve, until=until, reason="x")
        await room.plaza.slow_mode(room.channel(), seconds=5)
    async with house(tmp_path, clock) as room:
        eve_now = {one.id: one for one in await room.people.residents()}["eve"]
        assert (eve_now.roles, eve_now.timeout_until, eve_now.banned_until) == (frozenset({"helper"}), until, until)
        assert {one.id: one.slow_mode for one in await room.people.places()}["general"] == 5
        await room.plaza.unban(room.member("eve"))
        await room.plaza.timeout(room.member("eve"), until=None)
        eve_now = {one.id: one for one in await room.people.residents()}["eve"]
        assert (eve_now.banned, eve_now.timeout_until) == (False, None)


async def test_unflagged_words_are_forgotten_within_the_hour(room: House) -> None:
    """What nobody flagged goes; what was held or removed and what somebody was told stays, so that it can be undone."""
    await room.people.say(EVE, "general", "small talk")
    removed = await room.people.say(EVE, "general", "something bad")
    await room.plaza.delete(room.ref(removed))
    await room.plaza.notify(room.member("eve"), "why", key="n")
    room.clock.pass_(timedelta(minutes=56))
    assert await room.plaza.sweep() == 1
    assert await room.texts(reader="eve") == ["why"]
    await room.plaza.restore(room.ref(removed))
    assert await room.texts() == ["something bad"]
    room.clock.pass_(timedelta(days=31))
    assert await room.plaza.sweep() == 2
    with pytest.raises(Gone):
        await room.plaza.restore(room.ref(removed))


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_words_lie_sealed_on_the_disk(tmp_path: Path) -> None:
    """Neither the database nor its log holds a word anybody wrote in clear."""
    async with house(tmp_path) as room:
        await room.people.say(EVE, "general", "canary-in-the-street")
        await room.plaza.notify(room.member("eve"), "canary-in-the-notice", key="n")
        files = contents(tmp_path)
    assert files
    assert not any(b"canary-in-the" in content for content in files)


async def test_a_store_that_cannot_write_makes_the_room_unavailable(room: House) -> None:
    """An action on a full disk is certainly not done, and may be tried again."""
    line = await room.people.say(EVE, "general", "hello")
    with room.journal.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    await room.journal.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}"), "test")

    async def fill() -> None:
        for number in range(500):
            await room.plaza.post(room.channel(), "x" * 2000, key=f"fill-{number}")

    with pytest.raises(Unavailable):
        await fill()
    await room.journal.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"), "test")
    await room.plaza.delete(room.ref(line))
    assert "hello" not in await room.texts()
