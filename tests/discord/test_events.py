"""What people do on Discord reaches Sereno: the genuine discord.py, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moderation.model import (
    MemberAdmitted,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageEdited,
    MessagePosted,
    MessageRemoved,
    ReactionAdded,
)
from tests.discord.connected import Connected, connected
from tests.emulators import discord_shapes as shapes
from tests.emulators.common import eventually
from tests.emulators.discord_town import add_channel


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(tmp_path) as here:
        yield here


async def test_a_message_comes_with_its_author_place_and_time(one: Connected) -> None:
    """Who wrote, since when they are here and have an account, where, when, and what exactly."""
    ref = await one.says("eve", "hola **a todos** <@ana>")
    message = (await one.heard.hears(MessagePosted)).message
    ana = one.member("ana").id
    assert message.ref == ref and message.ref.channel.name == "general"
    assert message.text == f"hola **a todos** <@{ana}>" and message.mentions == (ana,)
    assert message.author.ref == one.member("eve") and message.author.name == "eve"
    assert message.author.account_created is not None
    assert datetime.now(UTC) - message.author.account_created > timedelta(days=700)
    assert message.author.here_since is not None and abs(datetime.now(UTC) - message.at) < timedelta(minutes=5)
    assert not message.author.is_bot and not message.author.is_staff and not message.mentions_everyone
    assert one.heard.events[-1].key == f"discord:msg:{ref.channel.id}:{ref.id}:0"


async def test_staff_is_known_by_our_role_and_by_discords_rights(one: Connected) -> None:
    """The moderators' role has our name, and its rights alone would protect as well."""
    await one.becomes_moderator("mod")
    await one.says("mod", "buenas")
    author = (await one.heard.hears(MessagePosted)).message.author
    assert "moderator" in author.roles and author.is_staff


async def test_the_owner_needs_no_role(one: Connected) -> None:
    """Who owns the server is staff."""
    emulator = one.world.emulator
    emulator.people.say(emulator.state.users[emulator.guild.owner].name, "hi")
    assert "owner" in (await one.heard.hears(MessagePosted)).message.author.roles


async def test_an_edit_is_an_event_and_a_link_preview_is_not(one: Connected) -> None:
    """Discord sends the same event for both; only the one with a time of editing counts."""
    ref = await one.says("eve", "see https://example.org")
    emulator = one.world.emulator
    shape = shapes.message(emulator.state, one.world.message(ref))
    emulator.gateway.send("MESSAGE_UPDATE", {**shape, "guild_id": str(emulator.guild.id), "embeds": [{"title": "x"}]})
    await one.world.edits("eve", ref, "see https://example.com")
    edited = await one.heard.hears(MessageEdited)
    assert edited.message.text == "see https://example.com" and edited.message.ref == ref
    assert edited.at >= edited.message.at and len(one.heard.of(MessageEdited)) == 1


async def test_an_edit_without_words_is_completed(one: Connected) -> None:
    """Discord may send only what changed; the message is fetched then."""
    ref = await one.says("eve", "before")
    emulator = one.world.emulator
    emulator.gateway.spoil["MESSAGE_UPDATE"] = lambda data: {
        key: data[key] for key in ("id", "channel_id", "guild_id", "edited_timestamp")
    }
    await one.world.edits("eve", ref, "after")
    edited = await one.heard.hears(MessageEdited)
    assert edited.message.text == "after" and edited.message.author.here_since is not None


async def test_deleted_messages_are_reported_one_by_one(one: Connected) -> None:
    """A purge of many is one event per message."""
    refs = [await one.says("eve", f"line {number}") for number in range(3)]
    await one.becomes_moderator("mod")
    people = one.world.emulator.people
    people.delete("eve", one.world.message(refs[0]))
    people.purge("mod", [one.world.message(ref) for ref in refs[1:]])
    await one.heard.hears(MessageRemoved, 3)
    assert {event.message for event in one.heard.of(MessageRemoved)} == set(refs)


async def test_reactions_come_with_who_and_what(one: Connected) -> None:
    """A reaction names the person, the message and the emoji."""
    ref = await one.says("eve", "look")
    await one.world.joins("ana")
    one.world.emulator.people.react("ana", one.world.message(ref), "👍")
    reaction = await one.heard.hears(ReactionAdded)
    assert (reaction.member.ref, reaction.message, reaction.emoji) == (one.member("ana"), ref, "👍")


async def test_people_come_accept_the_rules_and_go(one: Connected) -> None:
    """Somebody at the server's own door is pending until they have accepted its rules."""
    people = one.world.emulator.people
    people.join("eve", pending=True)
    joined = await one.heard.hears(MemberJoined)
    assert joined.member.ref == one.member("eve") and joined.member.pending
    people.accept_rules("eve")
    assert not (await one.heard.hears(MemberAdmitted)).member.pending
    people.leave("eve")
    assert (await one.heard.hears(MemberLeft)).member.ref == one.member("eve")


async def test_who_is_banned_leaves_once(one: Connected) -> None:
    """Discord tells the ban and the leaving; both are one event."""
    await one.says("eve", "x")
    await one.becomes_moderator("mod")
    one.world.emulator.people.ban("mod", "eve")
    await eventually(lambda: len(one.heard.of(MemberLeft)) + len([e for e in one.heard.again if "leave" in e.key]) == 2)
    assert len(one.heard.of(MemberLeft)) == 1


async def test_a_new_name_is_told_with_the_old_one(one: Connected) -> None:
    """Roles and time-outs change a member as well; only a name is a new name."""
    await one.says("eve", "x")
    people = one.world.emulator.people
    people.give("eve", "trusted")
    people.rename("eve", "Support Team")
    renamed = await one.heard.hears(MemberRenamed)
    assert (renamed.before, renamed.member.name) == ("eve", "Support Team")
    assert len(one.heard.of(MemberRenamed)) == 1 and "trusted" in renamed.member.roles


async def test_files_are_described(one: Connected) -> None:
    """Name, type and size; the content is never fetched."""
    await one.world.joins("eve")
    one.world.emulator.people.say("eve", "look", files=[("cat.png", "image/png", b"\x89PNG....")])
    (file,) = (await one.heard.hears(MessagePosted)).message.attachments
    assert (file.name, file.type, file.size) == ("cat.png", "image/png", 8)


async def test_forwarded_words_are_words(one: Connected) -> None:
    """What somebody brings from elsewhere is read, and marked."""
    ref = await one.says("eve", "buy now")
    await one.world.joins("ana")
    one.world.emulator.people.forward("ana", one.world.message(ref))
    message = (await one.heard.hears(MessagePosted, 2)).message
    assert message.forwarded and message.text == "buy now" and message.reply_to is None


async def test_a_poll_is_read_line_by_line(one: Connected) -> None:
    """The question and every answer can break a rule."""
    await one.world.joins("eve")
    one.world.emulator.people.poll("eve", "Who first?", ["you", "me"])
    assert (await one.heard.hears(MessagePosted)).message.text == "Who first?\nyou\nme"


async def test_a_reply_names_what_it_answers(one: Connected) -> None:
    """The message that was answered is known."""
    ref = await one.says("eve", "question")
    one.world.emulator.people.say("eve", "answer", reply_to=one.world.message(ref))
    assert (await one.heard.hears(MessagePosted, 2)).message.reply_to == ref


async def test_a_thread_goes_by_its_channels_name(one: Connected) -> None:
    """Rules for a channel hold in its threads; what is done there is done in the thread."""
    await one.says("eve", "x")
    thread = one.world.emulator.people.thread("eve", "more of that")
    one.world.emulator.people.say("eve", "hello", thread)
    ref = (await one.heard.hears(MessagePosted, 2)).message.ref
    assert (ref.channel.id, ref.channel.name) == (str(thread.id), "general")
    await one.chat.delete(ref)
    assert not thread.messages


async def test_strangers_servers_are_left_alone(one: Connected) -> None:
    """What happens in a server that is not configured is neither kept nor answered."""
    emulator = one.world.emulator
    shape = shapes.message(emulator.state, one.world.message(await one.says("eve", "x")))
    before = len(one.heard.events)
    emulator.gateway.send("MESSAGE_CREATE", {**shape, "id": str(emulator.state.snowflake()), "guild_id": "999"})
    await one.says("eve", "y")
    assert len(one.heard.events) == before + 1


async def test_the_bots_own_words_are_not_events(one: Connected) -> None:
    """Sereno never answers itself."""
    await one.chat.post(one.general, "hola", key="k")
    await one.says("eve", "x")
    assert [event.message.text for event in one.heard.of(MessagePosted)] == ["x"]


async def test_an_event_that_comes_twice_is_one(one: Connected) -> None:
    """Discord repeats events; the second collides with the first."""
    one.world.emulator.gateway.twice["MESSAGE_CREATE"] = 1
    await one.says("eve", "x")
    await eventually(lambda: len(one.heard.again) == 1)
    assert len(one.heard.of(MessagePosted)) == 1


async def test_a_new_channel_goes_by_its_own_name(one: Connected) -> None:
    """A channel nobody configured has the name it has on Discord."""
    emulator = one.world.emulator
    channel = add_channel(emulator.state, emulator.guild, "memes")
    emulator.gateway.send("CHANNEL_CREATE", shapes.channel(emulator.state, channel))
    await one.world.joins("eve")
    emulator.people.say("eve", "x", channel)
    assert (await one.heard.hears(MessagePosted)).message.ref.channel.name == "memes"
