from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.feed import Edited, PersonChanged, Said, Vanished
from bot.adapters.plaza_people import Author
from moderation.errors import Forbidden, Gone, RateLimited, Unsupported
from moderation.model import (
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageEdited,
    MessagePosted,
    MessageRemoved,
    author_of,
    message_of,
)
from moderation.ports import KnowsLanguages
from tests.room.helpers import ANA, EVE, MOD, HandClock, House, house


async def test_what_somebody_writes_is_read_by_everybody_and_accepted_once(room: House) -> None:
    """A message is in the channel and in the journal, with its author as the room knows them."""
    line = await room.people.say(EVE, "general", "good evening")
    assert await room.texts() == ["good evening"]
    [accepted] = room.accepted
    assert isinstance(accepted.event, MessagePosted)
    assert accepted.event.key == f"plaza:msg:{line}:0"
    author = accepted.event.message.author
    assert (author.name, author.messages, author.here_since) == ("Eve", 1, room.clock.now())


async def test_the_same_key_is_the_same_message(room: House) -> None:
    """A client that repeats itself after a lost answer gets the first message's id and writes nothing twice."""
    first = await room.people.say(EVE, "general", "hello", key="k1")
    again = await asyncio.gather(*(room.people.say(EVE, "general", "hello", key="k1") for _ in range(5)))
    assert set(again) == {first}
    assert await room.texts() == ["hello"]
    assert len(room.accepted) == 1


async def test_the_same_key_is_recognised_after_a_restart_and_after_a_timeout(tmp_path: Path) -> None:
    """A repeated key is answered with the old id even when its author may not write any more."""
    clock = HandClock()
    async with house(tmp_path, clock) as room:
        first = await room.people.say(EVE, "general", "hello", key="k1")
        await room.plaza.timeout(room.member("eve"), until=clock.now() + timedelta(hours=1))
    async with house(tmp_path, clock) as room:
        assert await room.people.say(EVE, "general", "hello", key="k1") == first


async def test_two_people_may_use_keys_of_their_own(room: House) -> None:
    """Without a key every message is a new one."""
    await room.people.say(EVE, "general", "hi")
    await room.people.say(EVE, "general", "hi")
    assert await room.texts() == ["hi", "hi"]


async def test_somebody_unknown_has_just_walked_in(room: House) -> None:
    """An author nobody introduced is a newcomer from this moment on, and no join is made up for them."""
    await room.people.say(Author("zoe"), "general", "hi")
    [zoe] = [one for one in await room.people.residents() if one.id == "zoe"]
    assert (zoe.name, zoe.here_since) == ("zoe", room.clock.now())
    assert [type(one.event) for one in room.accepted] == [MessagePosted]


async def test_an_author_may_say_who_they_are(room: House) -> None:
    """Roles and the time of arrival that come with a message are what rules see, then and later."""
    since = room.clock.now() - timedelta(days=400)
    await room.people.say(Author("zoe", "Zoe", frozenset({"trusted"}), since), "general", "hi")
    await room.people.say(Author("zoe"), "general", "again")
    for accepted in room.accepted:
        author = author_of(accepted.event)
        assert author is not None
        assert (author.name, author.roles, author.here_since) == ("Zoe", frozenset({"trusted"}), since)
        assert author.account_created is not None and author.account_created <= since


async def test_a_new_name_that_comes_with_a_message_is_a_rename(room: House) -> None:
    """A rule about names must see a name that slips in with a message."""
    await room.people.say(Author("eve", "Somebody Else"), "general", "hi")
    renamed, posted = (one.event for one in room.accepted)
    assert isinstance(renamed, MemberRenamed) and (renamed.before, renamed.member.name) == ("Eve", "Somebody Else")
    assert isinstance(posted, MessagePosted) and posted.message.author.name == "Somebody Else"


async def test_mentions_are_found_by_id_and_by_name(room: House) -> None:
    """Distinct people who were called, and whether everybody was."""
    await room.people.say(EVE, "general", "@ana @Ana @BO and mail@mod, @everyone look")
    message = message_of(room.accepted[0].event)
    assert message is not None
    assert (message.mentions, message.mentions_everyone) == (("ana", "bo"), True)


async def test_an_edit_is_an_event_of_its_own(room: House) -> None:
    """The new text is judged; the time of posting stays."""
    line = await room.people.say(EVE, "general", "good evening")
    posted = room.clock.now()
    room.clock.pass_(timedelta(minutes=5))
    await room.people.edit(line, "good night")
    await room.people.edit(line, "good morning")
    edits = [one.event for one in room.accepted if isinstance(one.event, MessageEdited)]
    assert [edit.key for edit in edits] == [f"plaza:msg:{line}:1", f"plaza:msg:{line}:2"]
    assert [edit.message.text for edit in edits] == ["good night", "good morning"]
    assert {edit.message.at for edit in edits} == {posted}
    assert await room.texts() == ["good morning"]
    assert isinstance(room.news()[-1], Edited)


async def test_what_an_author_takes_back_nobody_gives_back(room: House) -> None:
    """A message its author deleted is gone for good, text included."""
    line = await room.people.say(EVE, "general", "oh no")
    await room.people.withdraw(line)
    assert await room.texts() == []
    assert isinstance(room.accepted[-1].event, MessageRemoved)
    for attempt in (room.plaza.restore(room.ref(line)), room.plaza.delete(room.ref(line))):
        with pytest.raises(Gone):
            await attempt
    kept = await room.journal.read(lambda c: room.plaza.hall.rows.line(c, line))
    assert kept is not None and kept.text == ""


async def test_nobody_edits_what_nobody_sees(room: House) -> None:
    """A removed message cannot be edited, a held one waits for a moderator, an unknown one does not exist."""
    removed = await room.people.say(EVE, "general", "one")
    held = await room.people.say(EVE, "general", "two")
    await room.plaza.delete(room.ref(removed))
    await room.plaza.hold(room.ref(held))
    with pytest.raises(Gone):
        await room.people.edit(removed, "x")
    with pytest.raises(Unsupported):
        await room.people.edit(held, "x")
    with pytest.raises(Gone):
        await room.people.withdraw("never-said")


async def test_the_watchmans_words_are_his_own(room: House) -> None:
    """Nobody edits what Sereno posted, writes under his name, or walks in as him."""
    posted = await room.plaza.post(room.channel(), "the watch is on", key="p1")
    for attempt in (
        room.people.edit(posted.id, "x"),
        room.people.withdraw(posted.id),
        room.people.say(Author("sereno"), "general", "I am the watchman"),
    ):
        with pytest.raises(Forbidden):
            await attempt
    with pytest.raises(Forbidden):
        await room.people.enter("sereno", "Sereno")


async def test_silence_and_exile_hold(room: House) -> None:
    """Who is timed out, banned or removed cannot write, and hears why; when the time is over they can."""
    end = room.clock.now() + timedelta(minutes=10)
    await room.plaza.timeout(room.member("eve"), until=end)
    with pytest.raises(Forbidden, match="Eve cannot write until 2026-03-14 22:10:00 UTC"):
        await room.people.say(EVE, "general", "hi")
    room.clock.pass_(timedelta(minutes=10))
    await room.people.say(EVE, "general", "back")
    await room.plaza.ban(room.member("eve"), until=None, reason="x")
    with pytest.raises(Forbidden, match="kept out"):
        await room.people.say(EVE, "general", "hi")
    await room.plaza.kick(room.member("ana"), reason="x")
    with pytest.raises(Forbidden, match="not in the room"):
        await room.people.say(ANA, "general", "hi")
    assert await room.texts() == ["back"]


async def test_a_timed_out_author_cannot_edit_either(room: House) -> None:
    """An edit is a way of writing."""
    line = await room.people.say(EVE, "general", "hi")
    await room.plaza.timeout(room.member("eve"), until=room.clock.now() + timedelta(minutes=1))
    with pytest.raises(Forbidden):
        await room.people.edit(line, "worse")


async def test_locked_channels_slow_mode_and_the_moderators_room(room: House) -> None:
    """Staff may write where others have to wait."""
    await room.plaza.lock(room.channel(), locked=True)
    with pytest.raises(Forbidden, match="locked"):
        await room.people.say(EVE, "general", "hi")
    await room.people.say(MOD, "general", "quiet, please")
    await room.plaza.lock(room.channel(), locked=False)
    await room.plaza.slow_mode(room.channel(), seconds=30)
    await room.people.say(EVE, "general", "one")
    room.clock.pass_(timedelta(seconds=10))
    with pytest.raises(RateLimited) as refused:
        await room.people.say(EVE, "general", "two")
    assert refused.value.retry_after == 20
    await room.people.say(EVE, "help", "elsewhere")
    room.clock.pass_(timedelta(seconds=20))
    await room.people.say(EVE, "general", "two")
    with pytest.raises(Forbidden):
        await room.people.say(EVE, "mod-room", "let me in")


async def test_coming_and_going(room: House) -> None:
    """Joining, leaving and taking another name are events; who is already here does not join twice."""
    await room.people.enter("zoe", "Zoe")
    await room.people.enter("zoe", "Zoe")
    await room.people.enter("zoe", "Zoé")
    await room.people.leave("zoe")
    assert [type(one.event) for one in room.accepted] == [MemberJoined, MemberRenamed, MemberLeft]
    with pytest.raises(Gone):
        await room.people.leave("zoe")
    await room.people.enter("zoe", "Zoé")
    assert isinstance(room.accepted[-1].event, MemberJoined)
    assert isinstance(room.news()[-1], PersonChanged)


async def test_the_door_can_be_closed(room: House) -> None:
    """While invites are paused nobody new comes in; who is banned waits for the end of the ban."""
    await room.plaza.pause_invites("local", paused=True)
    assert await room.people.invites_paused()
    with pytest.raises(Forbidden):
        await room.people.enter("zoe", "Zoe")
    await room.plaza.pause_invites("local", paused=False)
    await room.people.enter("zoe", "Zoe")
    await room.plaza.ban(room.member("zoe"), until=room.clock.now() + timedelta(days=1), reason="x")
    with pytest.raises(Forbidden):
        await room.people.enter("zoe", "Zoe")
    room.clock.pass_(timedelta(days=1))
    await room.people.enter("zoe", "Zoe")
    await room.people.say(Author("zoe"), "general", "I am back")


async def test_a_message_is_seen_before_it_is_removed(room: House) -> None:
    """Whoever removes a message the moment it is accepted waits until everybody has heard of it."""
    removals: list[asyncio.Task[None]] = []

    def at_once(batch: object) -> None:
        removals.append(asyncio.ensure_future(room.plaza.delete(room.ref(line))))

    line = await room.people.say(EVE, "general", "first", key="a")
    room.journal.on_accepted = at_once
    from bot.adapters.plaza import line_id

    line = line_id("said:by:b")
    await room.people.say(EVE, "general", "second", key="b")
    await asyncio.gather(*removals)
    about = [news for news in room.news() if isinstance(news, (Said, Vanished))]
    assert [type(news) for news in about] == [Said, Said, Vanished]
    assert await room.texts() == ["first"]


async def test_the_count_of_messages_survives_a_restart(tmp_path: Path) -> None:
    """A regular is not a newcomer again because the program was restarted."""
    clock = HandClock()
    async with house(tmp_path, clock) as room:
        for number in range(3):
            await room.people.say(EVE, "general", f"message {number}")
        await room.plaza.notify(room.member("eve"), "a notice is not hers", key="n")
    async with house(tmp_path, clock) as room:
        await room.people.say(EVE, "general", "message 3")
        author = author_of(room.accepted[-1].event)
        assert author is not None and author.messages == 4


async def test_the_room_knows_which_language_somebody_reads(room: House) -> None:
    """Notices are written in the language their reader last used; nothing is guessed about others."""
    await room.people.say(Author("eve", language="es"), "general", "buenas noches")
    await room.people.say(EVE, "general", "otra vez")
    assert isinstance(room.plaza, KnowsLanguages)
    assert room.plaza.language_of(room.member("eve")) == "es"
    assert room.plaza.language_of(room.member("ana")) is None
