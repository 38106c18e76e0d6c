"""What people do on Matrix → what Sereno hears of it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.homes import Home, Homes
from bot.adapters.matrix_events import Translator
from bot.adapters.matrix_rooms import Rooms
from bot.adapters.matrix_sync import MALFORMED
from moderation.model import (
    Attachment,
    Capability,
    MemberAdmitted,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageEdited,
    MessagePosted,
    MessageRemoved,
    ReactionAdded,
)
from moderation.ports import Card
from tests.matrix.connected import Connected, connected, eventually
from tests.matrix.synapse import NAME, Synapse
from tests.matrix.world import MatrixWorld

HOME = Home("matrix", "club", frozenset({"!a"}))
KINDS = ("m.room.message", "m.reaction", "m.room.member", "m.room.redaction", "m.poll.start", "m.room.power_levels")
NAMES = st.sampled_from(
    (
        "msgtype body format formatted_body filename info m.relates_to m.new_content m.mentions rel_type event_id key "
        "m.in_reply_to user_ids room membership displayname prev_content m.poll question answers m.text users redacts"
    ).split()
)


async def _texts(sereno: Connected) -> list[str]:
    return [event.message.text for event in sereno.events if isinstance(event, MessagePosted)]


async def test_a_message_is_heard_as_it_was_written(world: MatrixWorld, tmp_path: Path) -> None:
    """Text, author, channel, answer and mentions arrive; a mention of the room is one of everybody."""
    async with connected(world, tmp_path) as sereno:
        first = await world.says("ana", "hola a *todos*")
        eve = world.people["ana"]
        relation = {"m.in_reply_to": {"event_id": first.id}}
        called = {"user_ids": [world.member("bo").id], "room": True}
        await eve.say(world.rooms["general"], "@room", **{"m.relates_to": relation, "m.mentions": called})
        one, two = await sereno.heard(MessagePosted, 2)
        assert one.key == f"matrix:msg:{first.id}:0" and one.message.text == "hola a *todos*"
        assert one.message.author.ref == world.member("ana") and one.message.ref == first
        assert one.message.author.name == world.user("ana") and not one.message.author.is_staff
        assert one.message.ref.channel.name == "general" and one.message.author.here_since is not None
        assert two.message.reply_to == first and two.message.mentions == (world.member("bo").id,)
        assert two.message.mentions_everyone and not one.message.mentions_everyone


async def test_nothing_that_people_see_goes_unread(world: MatrixWorld, tmp_path: Path) -> None:
    """Where the HTML says more than the plain body, both are heard; where it says the same, it is heard once."""
    html = {"format": "org.matrix.custom.html"}
    async with connected(world, tmp_path) as sereno:
        ana = await world.person("ana")
        await world.joins("ana")
        room = world.rooms["general"]
        await ana.say(room, "**hi** all", formatted_body="<b>hi</b> all", **html)
        await ana.say(room, "hi", formatted_body="<i>buy lamps</i>", **html)
        await ana.say(room, "look", formatted_body='<a href="https://lamps.example/x">look</a>', **html)
        await sereno.heard(MessagePosted, 3)
        assert await _texts(sereno) == ["**hi** all", "hi\nbuy lamps", "look\nhttps://lamps.example/x"]


async def test_files_polls_and_stickers_are_described(world: MatrixWorld, tmp_path: Path) -> None:
    """A file is a name, a type and a size; a poll is its question and answers, a line each."""
    async with connected(world, tmp_path) as sereno:
        ana = await world.person("ana")
        await world.joins("ana")
        room, info = world.rooms["general"], {"mimetype": "image/png", "size": 7}
        picture = {"msgtype": "m.image", "url": "mxc://sereno.test/a", "info": info}
        await ana.send(room, "m.room.message", {**picture, "body": "cat.png"})
        await ana.send(room, "m.room.message", {**picture, "body": "my cat", "filename": "cat.png"})
        answers = [{"id": "1", "org.matrix.msc1767.text": "red"}, {"id": "2", "org.matrix.msc1767.text": "blue"}]
        poll = {"question": {"org.matrix.msc1767.text": "which?"}, "answers": answers, "max_selections": 1}
        await ana.send(room, "org.matrix.msc3381.poll.start", {"org.matrix.msc3381.poll.start": poll})
        named = [{"m.id": "1", "m.text": [{"body": "yes"}]}]
        stable = {"question": {"m.text": [{"body": "and?"}]}, "answers": named}
        await ana.send(room, "m.poll.start", {"m.poll": stable})
        await ana.send(room, "m.sticker", {"body": "wave", "url": "mxc://sereno.test/b", "info": info})
        events = await sereno.heard(MessagePosted, 5)
        assert await _texts(sereno) == ["", "my cat", "which?\nred\nblue", "and?\nyes", ""]
        assert events[0].message.attachments == (Attachment("cat.png", "image/png", 7),)
        assert events[1].message.attachments == (Attachment("cat.png", "image/png", 7),)
        assert events[4].message.attachments == (Attachment("wave", "image/png", 7),)


async def test_an_edit_is_an_edit_of_the_first_message(world: MatrixWorld, tmp_path: Path) -> None:
    """The message keeps its id and its time; deleting it takes the words it was edited to along."""
    async with connected(world, tmp_path) as sereno:
        ref = await world.says("ana", "what a nice lamp")
        await world.edits("ana", ref, "what an ugly lamp")
        (posted,), (edited,) = await sereno.heard(MessagePosted), await sereno.heard(MessageEdited)
        assert edited.message.ref == ref and edited.message.text == "what an ugly lamp"
        assert edited.message.at == posted.message.at and edited.at >= posted.at
        await sereno.adapter.chat.delete(ref)
        everything = str(await world.people["founder"].history(world.rooms["general"]))
        assert "nice lamp" not in everything and "ugly lamp" not in everything


async def test_nobody_edits_what_another_wrote(world: MatrixWorld, tmp_path: Path) -> None:
    """A forged edit is a message of its own sender: the other's is neither judged by it nor touched."""
    async with connected(world, tmp_path) as sereno:
        ref = await world.says("ana", "good morning")
        await world.edits("eve", ref, "terrible words")
        events = await sereno.heard(MessagePosted, 2)
        assert events[1].message.ref != ref and events[1].message.author.ref == world.member("eve")
        assert "terrible words" in events[1].message.text
        assert not [event for event in sereno.events if isinstance(event, MessageEdited)]


async def test_an_edit_of_what_was_written_long_ago_is_looked_up(world: MatrixWorld, tmp_path: Path) -> None:
    """Whose a message is, the homeserver tells where nobody remembers."""
    ref = await world.says("ana", "before Sereno came")
    async with connected(world, tmp_path) as sereno:
        await world.edits("ana", ref, "and after")
        (edited,) = await sereno.heard(MessageEdited)
        assert edited.message.ref == ref and edited.message.at < edited.at
        assert await _texts(sereno) == []


async def test_removals_and_reactions_are_heard(world: MatrixWorld, tmp_path: Path) -> None:
    """Whoever redacts a message; and who reacts with what."""
    async with connected(world, tmp_path) as sereno:
        ref = await world.says("ana", "oops")
        await world.people["ana"].react(world.rooms["general"], ref.id, "👍")
        await world.people["ana"].redact(world.rooms["general"], ref.id)
        (reaction,) = await sereno.heard(ReactionAdded)
        assert reaction.message == ref and reaction.emoji == "👍" and reaction.member.ref == world.member("ana")
        (removed,) = await sereno.heard(MessageRemoved)
        assert removed.message == ref


async def test_a_community_is_entered_with_its_first_room_and_left_with_the_last(
    world: MatrixWorld, tmp_path: Path
) -> None:
    """Joining a second room is no second arrival, and leaving one of two is no departure."""
    founder, general, other = world.people["founder"], world.rooms["general"], world.rooms["moderators"]
    async with connected(world, tmp_path) as sereno:
        await world.becomes_moderator("mod")
        mod = world.people["mod"]
        await founder.call("POST", f"/rooms/{other}/kick", {"user_id": mod.id})
        await founder.call("POST", f"/rooms/{general}/ban", {"user_id": mod.id})
        (left,) = await sereno.heard(MemberLeft)
        (joined,) = await sereno.heard(MemberJoined)
        assert joined.member.ref == left.member.ref == world.member("mod")
        assert joined.member.here_since is not None
        await world.says("ana", "afterwards")
        await sereno.heard(MessagePosted)
        assert len([e for e in sereno.events if isinstance(e, MemberLeft | MemberJoined)]) == 3


async def test_who_knocks_is_pending_until_let_in(world: MatrixWorld, tmp_path: Path) -> None:
    """A knock is an arrival that waits; the join after it is an admission."""
    founder, room = world.people["founder"], world.rooms["moderators"]
    await founder.set_state(room, "m.room.join_rules", {"join_rule": "knock"})
    async with connected(world, tmp_path) as sereno:
        ana = await world.person("ana")
        await ana.call("POST", f"/knock/{room}", {})
        (knock,) = await sereno.heard(MemberJoined)
        assert knock.member.pending and knock.member.ref == world.member("ana")
        await founder.invite(room, ana.id)
        await ana.join(room)
        (admitted,) = await sereno.heard(MemberAdmitted)
        assert not admitted.member.pending


async def test_a_new_name_is_heard_once(world: MatrixWorld, tmp_path: Path) -> None:
    """A person changes their name in all their rooms at once; that is one change."""
    async with connected(world, tmp_path) as sereno:
        await world.becomes_moderator("mod")
        mod = world.people["mod"]
        await mod.call("PUT", f"/profile/{mod.id}/displayname", {"displayname": "The Lamp"})
        (renamed,) = await sereno.heard(MemberRenamed)
        assert renamed.member.name == "The Lamp" and renamed.before == world.user("mod")
        await world.says("mod", "hello")
        (said,) = await sereno.heard(MessagePosted)
        assert said.message.author.name == "The Lamp" and said.message.author.is_staff
        assert len([e for e in sereno.events if isinstance(e, MemberRenamed)]) == 1


async def test_power_makes_staff(synapse: Synapse, tmp_path: Path) -> None:
    """Fifty is a moderator, a hundred an admin, and who made the room its owner; also where creators are listed."""
    for version, founder_is in (("12", "owner"), ("10", "admin")):
        async with (
            MatrixWorld.opened(synapse, version=version) as world,
            connected(world, tmp_path / version) as sereno,
        ):
            await world.becomes_moderator("mod")
            for name in ("mod", "founder", "trusted"):
                await world.says(name, "hello")
            heard = await sereno.heard(MessagePosted, 3)
            roles = [event.message.author.roles for event in heard]
            assert roles == [{"moderator"}, {founder_is}, {"trusted"}]
            rights = await sereno.adapter.chat.rights(world.member("mod"))
            assert {Capability.BAN, Capability.TIMEOUT} <= rights and Capability.LOCK not in rights


async def test_rooms_may_be_named_by_an_alias(world: MatrixWorld, tmp_path: Path) -> None:
    """An address in the settings leads to its room, for listening and for speaking; one that leads nowhere is said."""
    alias = f"#general-{world.tag}:{NAME}"
    path = "/directory/room/" + alias.replace("#", "%23")
    await world.people["founder"].call("PUT", path, {"room_id": world.rooms["general"]})
    lost = f"#nowhere-{world.tag}:{NAME}"
    home = replace(world.home, places=frozenset({alias, lost}), channels={"general": alias})
    async with connected(world, tmp_path, home=home) as sereno:
        await world.says("ana", "hello")
        (posted,) = await sereno.heard(MessagePosted)
        assert posted.message.ref.channel == world.general and posted.message.ref.channel.name == "general"
        await sereno.adapter.chat.post(replace(world.general, id=alias), "welcome", key="w")
        assert await world.reads() == ["hello", "welcome"]
        assert any(lost in about for about in await sereno.cases())


async def test_an_encrypted_room_is_said_to_be_unreadable(world: MatrixWorld, tmp_path: Path) -> None:
    """Moderators hear once that nobody can read it."""
    async with connected(world, tmp_path) as sereno:
        ana = await world.person("ana")
        await world.joins("ana")
        sealed = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x", "session_id": "s"}
        for _ in range(2):
            await ana.send(world.rooms["general"], "m.room.encrypted", sealed)
        await world.says("ana", "afterwards")
        await sereno.heard(MessagePosted)
        assert len([about for about in await sereno.cases() if "encrypted" in about]) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.text", "body": "x", "m.relates_to": {"rel_type": "m.replace"}, "m.new_content": {}},
        {"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": "x"}, "info": 3, "filename": []},
        {"msgtype": "m.image", "body": "x", "format": 1, "formatted_body": [], "info": {"size": "big"}},
        {"msgtype": "m.text", "body": "!warn", "m.relates_to": {"m.in_reply_to": {"event_id": "$nobody"}}},
    ],
)
async def test_malformed_messages_do_not_stop_the_others(
    content: dict[str, object], world: MatrixWorld, tmp_path: Path
) -> None:
    """What makes no sense is left out or read as far as it goes; what comes after it is heard."""
    async with connected(world, tmp_path) as sereno:
        ana = await world.person("ana")
        await world.joins("ana")
        await ana.send(world.rooms["general"], "m.room.message", content)
        await ana.send(world.rooms["general"], "m.reaction", {"m.relates_to": {"rel_type": "m.annotation"}})
        await world.says("ana", "afterwards")
        await eventually(lambda: _texts(sereno), lambda texts: "afterwards" in texts)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(st.sampled_from(KINDS), ODD, ODD, st.booleans())
def test_other_homeservers_may_send_anything(kind: str, content: object, unsigned: object, state: bool) -> None:
    """Whatever an event holds, it is translated or raises what the reader leaves out and counts."""
    translator = Translator(Rooms(Homes([HOME])))
    translator.rooms.me = "@sereno:x"
    translator.rooms.settle({})
    raw = {"type": kind, "content": content, "unsigned": unsigned, "sender": "@eve:x", "event_id": "$1"}
    if state:
        raw["state_key"] = "@eve:x"
    with contextlib.suppress(*MALFORMED):
        translator.events(translator.rooms.by_id["!a"], raw, datetime(2026, 3, 2, tzinfo=UTC))
    assert translator.rooms.member(HOME, "@eve:x").ref.id == "@eve:x" and translator.rooms.can("club") is not None


async def test_what_was_written_meanwhile_is_caught_up_with(world: MatrixWorld, tmp_path: Path) -> None:
    """After a restart everything since is heard once, in its order, however much it was."""
    async with connected(world, tmp_path) as sereno:
        await world.says("ana", "before")
        await sereno.heard(MessagePosted)
    ana = world.people["ana"]
    texts = [f"line {number}" for number in range(230)]
    for text in texts:
        await ana.say(world.rooms["general"], text)
    await world.joins("bo")
    await world.leaves("bo")
    await world.says("eve", "last")
    async with connected(world, tmp_path) as sereno:
        await eventually(lambda: _texts(sereno), lambda heard: "last" in heard)
        assert await _texts(sereno) == [*texts, "last"]
        kinds = [type(event) for event in sereno.events if not isinstance(event, MessagePosted)]
        assert kinds == [MemberJoined, MemberLeft, MemberJoined]
        assert not await sereno.cases()


async def test_what_cannot_be_caught_up_with_is_said(world: MatrixWorld, tmp_path: Path) -> None:
    """A bot that was out of the room while its history is for members only has missed something, and says so."""
    founder, room, bot = world.people["founder"], world.rooms["moderators"], world.people["sereno"]
    await founder.set_state(room, "m.room.history_visibility", {"history_visibility": "joined"})
    async with connected(world, tmp_path) as sereno:
        await founder.call("POST", f"/rooms/{room}/kick", {"user_id": bot.id})
        await eventually(sereno.cases, lambda cases: any("no longer in" in about for about in cases))
        await founder.say(room, "nobody hears this")
        await founder.invite(room, bot.id)
        await eventually(lambda: founder.joined(room), lambda joined: bot.id in joined)
        await founder.say(room, "but this")
        await eventually(lambda: _texts(sereno), lambda heard: heard == ["but this"])


async def test_a_card_is_nobodys_message(world: MatrixWorld, tmp_path: Path) -> None:
    """What the bot itself writes and reacts with is not heard."""
    async with connected(world, tmp_path) as sereno:
        await sereno.adapter.chat.post(world.general, "welcome", key="w")
        await sereno.adapter.chat.card(world.moderators, Card("c", "t", "b", (("Uphold", "v1:x:y"),)), key="c")
        await world.says("ana", "thanks")
        (posted,) = await sereno.heard(MessagePosted)
        assert posted.message.author.ref == world.member("ana")
        assert not [event for event in sereno.events if isinstance(event, ReactionAdded)]
