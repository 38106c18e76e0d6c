"""What people do on Telegram, as events in the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.homes import Home
from moderation.model import (
    Attachment,
    MemberAdmitted,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
)
from tests.emulators.common import eventually
from tests.emulators.telegram_state import Place, User
from tests.telegram.bench import Bench, bench
from tests.telegram.world import TelegramWorld

LINKED = -1003333333333


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Bench]:
    async with TelegramWorld.opened() as world:
        world.emulator.group.linked = LINKED
        async with bench(world, tmp_path) as connected:
            yield connected


async def _said(club: Bench) -> MessagePosted:
    """The one message that was written."""
    await club.settled()
    (posted,) = club.of(MessagePosted)
    return posted


async def test_a_message_is_an_event_in_its_channel_by_its_author(club: Bench) -> None:
    """What somebody wrote arrives word for word, with who and where."""
    ref = await club.world.says("eve", "hola 🙂 a todos")
    posted = await _said(club)
    assert posted.message.ref == ref and posted.message.ref.channel.name == "general"
    assert posted.message.text == "hola 🙂 a todos" and posted.message.author.name == "Eve"
    assert posted.key == f"telegram:msg:{ref.channel.id}:{ref.id}:0" and posted.message.author.roles == frozenset()


async def test_an_edit_is_an_event_of_its_own_even_twice_within_a_second(club: Bench) -> None:
    """Telegram's stamp counts seconds; what a message says tells quick edits apart."""
    ref = await club.world.says("eve", "one")
    await club.world.edits("eve", ref, "two")
    await club.world.edits("eve", ref, "three")
    await club.settled()
    edits = club.of(MessageEdited)
    assert [edit.message.text for edit in edits] == ["two", "three"]
    assert all(edit.message.ref == ref and edit.message.at <= edit.at for edit in edits)


async def test_who_comes_and_leaves_is_told_once(club: Bench) -> None:
    """Telegram tells a join as a change and as a note; it is one event."""
    await club.world.joins("eve")
    await club.world.leaves("eve")
    await club.settled()
    eve = club.world.member("eve")
    assert [event.member.ref for event in club.of(MemberJoined)] == [eve]
    assert [event.member.ref for event in club.of(MemberLeft)] == [eve]


async def test_joins_are_read_from_notes_where_the_bot_is_no_administrator(club: Bench) -> None:
    """Only administrators are told of changes; the group's own notes stand in."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    folk.grants(group, None)
    await club.settled()
    await club.world.joins("eve")
    await club.world.leaves("eve")
    await club.settled()
    assert len(club.of(MemberJoined)) == 1 and len(club.of(MemberLeft)) == 1


async def test_who_asks_to_join_is_pending_until_let_in(club: Bench) -> None:
    """A request is a join that cannot write yet; being let in is an admission."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    folk.asks_to_join(group, "eve")
    folk.let_in(group, "eve", by="owner")
    await club.settled()
    (asked,), (admitted,) = club.of(MemberJoined), club.of(MemberAdmitted)
    assert asked.member.pending and not admitted.member.pending
    assert asked.member.ref == admitted.member.ref == club.world.member("eve")


async def test_a_gatekeeper_that_lets_somebody_speak_admits_them(club: Bench) -> None:
    """Another bot's door is a door; a moderator who ends a silence is none."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    keeper = folk.user("keeper", is_bot=True)
    await club.world.joins("eve")
    for by in (folk.user("owner"), keeper):
        folk.silences(group, "eve", by)
        folk.unsilences(group, "eve", by)
    await club.settled()
    assert len(club.of(MemberAdmitted)) == 1


async def test_a_new_name_shows_with_the_next_message(club: Bench) -> None:
    """Nobody is told when somebody changes their name; it is seen when they write again."""
    await club.world.says("eve", "hi")
    club.world.emulator.folk.user("eve").first_name = "Eve the Great"
    await club.world.says("eve", "hi again")
    await club.settled()
    (renamed,) = club.of(MemberRenamed)
    assert (renamed.before, renamed.member.name) == ("Eve", "Eve the Great")


async def test_a_reaction_is_an_event_on_its_message(club: Bench) -> None:
    """Who reacted, with what, to which message."""
    ref = await club.world.says("eve", "hi")
    club.world.emulator.folk.reacts(club.world.message(ref), "ana", "👎")
    await club.settled()
    (reaction,) = club.of(ReactionAdded)
    assert (reaction.message, reaction.emoji, reaction.member.ref) == (ref, "👎", club.world.member("ana"))


async def test_files_are_described_and_their_captions_are_the_words(club: Bench) -> None:
    """Name, type and size; never the content."""
    photo = [{"file_id": "a", "file_unique_id": "a", "width": 90, "height": 60, "file_size": 1234}]
    club.world.emulator.folk.says(club.world.emulator.group, "eve", photo=photo, caption="look")
    document = {"file_id": "b", "file_unique_id": "b", "file_name": "prices.pdf", "mime_type": "application/pdf"}
    club.world.emulator.folk.says(club.world.emulator.group, "eve", document=document | {"file_size": 99})
    await club.settled()
    first, second = (event.message for event in club.of(MessagePosted))
    assert first.text == "look" and first.attachments == (Attachment("photo.jpg", "image/jpeg", 1234),)
    assert second.attachments == (Attachment("prices.pdf", "application/pdf", 99),)


async def test_addresses_behind_words_are_read(club: Bench) -> None:
    """A link that hides behind harmless words is part of what was written."""
    words = "🙂 here it is"
    link = [{"type": "text_link", "offset": 3, "length": 4, "url": "https://shop.example/lamp"}]
    folk, group = club.world.emulator.folk, club.world.emulator.group
    folk.joins(group, "eve")
    folk.posts(group, folk.user("eve"), words, entities=link)
    assert (await _said(club)).message.text == "🙂 [here](https://shop.example/lamp) it is"


async def test_a_poll_is_read_line_by_line(club: Bench) -> None:
    """Question and options are words like others."""
    options = [{"text": text, "voter_count": 0, "persistent_id": text} for text in ("yes", "no")]
    poll = {"id": "1", "question": "Lamps?", "options": options, "total_voter_count": 0, "is_closed": False}
    poll |= {"is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False}
    club.world.emulator.folk.says(club.world.emulator.group, "eve", poll=poll | {"members_only": False})
    assert (await _said(club)).message.text == "Lamps?\nyes\nno"


async def test_a_forward_says_that_the_words_are_from_elsewhere(club: Bench) -> None:
    """Words brought from elsewhere are marked as such."""
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1_700_000_000}
    club.world.emulator.folk.says(club.world.emulator.group, "eve", "psst", forward_origin=origin)
    assert (await _said(club)).message.forwarded


async def test_a_reply_and_the_people_it_calls_are_known(club: Bench) -> None:
    """An answer refers to its message; `@name` is the person who is behind it, once they were seen."""
    ref = await club.world.says("ana", "hi")
    folk, group = club.world.emulator.folk, club.world.emulator.group
    folk.says(group, "eve", "@ana_t and <@bo> and @nobody_here", reply_to=int(ref.id))
    await club.settled()
    answered = club.of(MessagePosted)[-1].message
    assert answered.reply_to == ref
    assert set(answered.mentions) == {club.world.member("ana").id, club.world.member("bo").id, "@nobody_here"}


async def test_a_topic_is_a_channel_of_its_own(club: Bench) -> None:
    """In a group with topics each is a channel; a reaction is found in the topic of its message."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    group.topics[7] = "Lamps"
    message = folk.says(group, "eve", "bright", topic=7)
    folk.reacts(message, "ana", "👍")
    posted = await _said(club)
    assert posted.message.ref.channel.id == f"{group.id}/7"
    assert club.of(ReactionAdded)[0].message == posted.message.ref
    await club.adapter.chat.post(posted.message.ref.channel, "indeed", key="k")
    assert folk.reads(group, topic=7) == ["bright", "indeed"] and folk.reads(group) == []


async def test_who_runs_the_group_is_staff(club: Bench) -> None:
    """Owners and administrators are protected though nobody configured them; so is who speaks for the group."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    await club.world.becomes_moderator("mod")
    folk.says(group, "owner", "mine")
    folk.says(group, "mod", "ours")
    anonymous = folk.user("anonymous", is_bot=True)
    folk.posts(group, anonymous, "for the group", sender_chat=group.json())
    channel = {"id": LINKED, "type": "channel", "title": "News"}
    folk.posts(group, folk.user("telegram"), "news", sender_chat=channel, is_automatic_forward=True)
    stranger = {"id": -1009, "type": "channel", "title": "Ads"}
    folk.posts(group, folk.user("channel_bot", is_bot=True), "buy", sender_chat=stranger)
    await club.settled()
    authors = [event.message.author for event in club.of(MessagePosted)]
    assert [author.is_staff for author in authors] == [True, True, True, True, False]
    assert "owner" in authors[0].roles and authors[4].ref.id == "-1009" and not authors[4].is_bot


async def test_notes_and_strangers_groups_are_left_alone(club: Bench) -> None:
    """A pinned message is not a person's words, and other groups are nobody's business."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    folk.posts(group, folk.user("owner"), "", new_chat_title="Lamps and more")
    elsewhere = club.world.emulator.makes_group(-1004444444444, "Elsewhere")
    folk.says(elsewhere, "eve", "hi")
    folk.says(club.world.emulator.moderators, "owner", "among ourselves")
    await club.settled()
    assert club.accepted == []


async def test_a_group_that_becomes_a_supergroup_is_still_home(tmp_path: Path) -> None:
    """What was said in the old group cannot be reached, everything else goes on, after a restart too."""
    async with TelegramWorld.opened() as world:
        emulator = world.emulator
        emulator.group = emulator.makes_group(-444, "General", "group")
        home = Home("telegram", "club", frozenset({"-444"}), {"general": "-444"})
        async with bench(world, tmp_path, home=home) as club:
            before = home.channel("-444")
            emulator.folk.says(emulator.group, "eve", "hi")
            new = emulator.folk.migrates(emulator.group)
            emulator.folk.says(new, "eve", "hi from here")
            await club.settled()
            assert [event.message.ref.channel.name for event in club.of(MessagePosted)] == ["general", "general"]
            await club.adapter.chat.post(before, "to the old name", key="k")
            await club.adapter.chat.kick(world.member("eve"), reason="r")
        async with bench(world, tmp_path, home=home) as again:
            emulator.folk.says(new, "eve", "back")
            await again.settled()
            assert again.of(MessagePosted)[0].message.text == "back"
        assert "to the old name" in emulator.folk.reads(new)


async def test_while_invites_are_paused_nobody_new_stays(club: Bench) -> None:
    """Who comes by a link is shown out and may come back later; whom an administrator lets in stays."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    await club.adapter.chat.pause_invites("club", paused=True)
    folk.joins(group, "eve")
    folk.asks_to_join(group, "bo")
    folk.let_in(group, "bo", by="owner")
    await club.settled()
    await eventually(lambda: group.people[folk.user("eve").id].status == "left", saying="eve was shown out")
    assert await club.world.is_here("bo") and not group.permissions["can_invite_users"]
    await club.adapter.chat.pause_invites("club", paused=False)
    assert folk.joins(group, "eve") and group.permissions["can_invite_users"]


async def test_our_own_doing_is_no_admission(club: Bench) -> None:
    """Sereno ends a time-out: nobody was admitted."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    await club.world.joins("eve")
    bot: User = club.world.emulator.state.bot
    folk.silences(group, "eve", bot)
    await club.adapter.chat.timeout(club.world.member("eve"), until=None)
    await club.settled()
    assert club.of(MemberAdmitted) == [] and group.place(folk.user("eve").id) == Place("member")
