"""Commands, buttons and notices on Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.spec import WORDS, Audience, Kind, Parameter, Spec
from moderation.errors import Forbidden
from moderation.model import ButtonPressed, CommandCalled, MessagePosted
from moderation.ports import Card
from tests.emulators.common import eventually
from tests.telegram.bench import Bench, bench
from tests.telegram.world import TelegramWorld

MEMBER = Parameter("member", Kind.MEMBER, {"en": "Who", "es": "Quién"})
COMMANDS = (
    Spec("help", {"en": "What the bot can do", "es": "Qué sabe hacer el bot"}),
    Spec("report", {"en": "Report a message", "es": "Denunciar un mensaje"}),
    Spec("warn", {"en": "Warn somebody", "es": "Advertir a alguien"}, (MEMBER,), Audience.MODERATORS),
)
CARD = Card(
    "case1", "A case", "Somebody wrote something.", (("Uphold", "v1:ab:abcdefghijk"), ("Undo", "v1:cd:abcdefghijk"))
)


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Bench]:
    async with TelegramWorld.opened(strangers=True) as world, bench(world, tmp_path, commands=COMMANDS) as connected:
        yield connected


async def _called(club: Bench) -> CommandCalled:
    await club.settled()
    (called,) = club.of(CommandCalled)
    return called


async def test_a_command_as_a_reply_is_about_that_message(club: Bench) -> None:
    """`/report` in answer to a message carries the message, its author and the words behind it."""
    rude = await club.world.says("eve", "nobody asked you")
    await club.world.calls("ana", "report@sereno_test_bot", "rude to me", on=rude)
    called = await _called(club)
    assert (called.name, called.arguments) == ("report", {WORDS: "rude to me"})
    assert (called.message, called.about) == (rude, club.world.member("eve"))
    assert called.member.ref == club.world.member("ana") and called.channel.name == "general"


async def test_people_in_the_words_are_their_ids(club: Bench) -> None:
    """Whether they are named by Telegram's own mention or by `@name`; who was never seen stays a name."""
    await club.world.says("eve", "hi")
    await club.world.becomes_moderator("mod")
    await club.world.calls("mod", "warn", "🙂 <@bo> @eve_t and @nobody_here")
    eve, bo = club.world.member("eve").id, club.world.member("bo").id
    assert (await _called(club)).arguments == {WORDS: f"🙂 <@{bo}> <@{eve}> and @nobody_here"}


async def test_a_command_is_taken_out_of_the_group_and_judged_all_the_same(club: Bench) -> None:
    """Who reports somebody does not do it before everybody; who advertises behind a slash is read like others."""
    await club.world.calls("ana", "report", "buy at shop.example")
    await _called(club)
    assert [event.message.text for event in club.of(MessagePosted)] == ["/report buy at shop.example"]
    group = club.world.emulator.group
    await eventually(lambda: club.world.emulator.folk.reads(group) == [], saying="the command is gone")


async def test_other_bots_commands_are_words(club: Bench) -> None:
    """`/warn@another_bot` and commands nobody knows are ordinary messages."""
    await club.world.calls("ana", "report@another_bot")
    await club.world.calls("ana", "weather")
    await club.settled()
    assert club.of(CommandCalled) == [] and len(club.of(MessagePosted)) == 2


async def test_commands_are_listed_by_who_may_see_them_and_in_both_languages(club: Bench) -> None:
    """Everybody sees what everybody may call; administrators see all; nothing is sent when nothing changed."""
    commands = club.world.emulator.state.commands
    shown = {scope: [each["command"] for each in listed] for scope, listed in commands.items()}
    everybody, all_ = ["help", "report"], ["help", "report", "warn"]
    assert shown[("default", "")] == shown[("default", "es")] == everybody
    assert shown[("all_chat_administrators", "")] == shown[("all_chat_administrators", "es")] == all_
    assert commands[("default", "es")][0]["description"] == "Qué sabe hacer el bot"
    sent = len(club.world.emulator.desk.named("POST setMyCommands"))
    await club.falls()
    again = Bench(club.world, club.journal, club.clock, COMMANDS)
    await again.connects()
    assert len(club.world.emulator.desk.named("POST setMyCommands")) == sent
    await again.falls()


async def test_a_member_calls_a_command_in_private(club: Bench) -> None:
    """In the private chat with the bot a command belongs to the community whose member calls it; strangers' do not."""
    folk = club.world.emulator.folk
    await club.world.joins("ana")
    folk.starts("ana")
    for name in ("ana", "stranger"):
        folk.starts(name)
        folk.says(club.world.emulator.state.chat(folk.user(name).id), name, "/help")
    called = await _called(club)
    assert called.channel.id == called.member.ref.id == club.world.member("ana").id
    await club.adapter.chat.answer(called, "this is what I can do")
    assert "this is what I can do" in await club.world.told("ana")


async def test_an_answer_goes_to_the_person_alone(club: Bench) -> None:
    """Who has started the bot is answered in private, however often the answer is tried."""
    club.world.emulator.folk.starts("ana")
    await club.world.calls("ana", "help")
    called = await _called(club)
    for _ in range(2):
        await club.adapter.chat.answer(called, "this is what I can do")
    assert await club.world.told("ana") == ["this is what I can do"]


async def test_what_cannot_be_told_waits_behind_a_button(club: Bench) -> None:
    """Who never started the bot is called once, by name and without a word of what it is about, and reads it then."""
    await club.world.says("eve", "hm")
    await club.settled()
    eve, emulator = club.world.member("eve"), club.world.emulator
    ways = [await club.adapter.chat.notify(eve, "you were warned", key="n1", near=club.world.general) for _ in range(2)]
    assert all("waits" in way for way in ways)
    (nudge,) = [m for m in emulator.group.messages.values() if m.sender == emulator.state.bot.id]
    assert "warned" not in nudge.text and nudge.text.startswith("Eve, ") and nudge.pinged == [int(eve.id)]
    emulator.folk.presses(nudge, "eve", "Read it in private")
    await eventually(lambda: emulator.folk.told("eve") == ["you were warned"], saying="eve read it")
    emulator.folk.starts("eve")
    await club.settled()
    assert emulator.folk.told("eve") == ["you were warned"]


async def test_without_a_place_to_say_so_a_stranger_cannot_be_told(club: Bench) -> None:
    """Telegram lets no bot write first; the words say what would help."""
    await club.world.says("eve", "hm")
    with pytest.raises(Forbidden, match="has not started a chat with the bot"):
        await club.adapter.chat.notify(club.world.member("eve"), "you were warned", key="n1")


async def test_who_asks_to_join_may_be_written_to_for_a_while(club: Bench) -> None:
    """For five minutes after a request the bot may write first."""
    club.world.emulator.folk.asks_to_join(club.world.emulator.group, "eve")
    await club.settled()
    await club.adapter.chat.notify(club.world.member("eve"), "read the rules first", key="n1")
    assert await club.world.told("eve") == ["read the rules first"]


async def test_who_blocks_the_bot_is_told_in_the_group(club: Bench) -> None:
    """A closed private chat is no reason to lose a notice."""
    club.world.emulator.folk.starts("eve")
    await club.settled()
    club.world.emulator.folk.user("eve").blocked = True
    way = await club.adapter.chat.notify(club.world.member("eve"), "why", key="n1", near=club.world.general)
    assert "waits" in way and await club.world.told("eve") == []


async def test_a_button_is_an_event_and_its_answer_a_window(club: Bench) -> None:
    """A press carries the token and the card; a short answer is shown where the button was pressed."""
    await club.world.becomes_moderator("mod")
    ref = await club.adapter.chat.card(club.world.moderators, CARD, key="c1")
    (card,) = await club.world.cards()
    assert card.ref == ref and card.buttons == ("Uphold", "Undo")
    await club.world.presses("mod", card, "Undo")
    await club.settled()
    (pressed,) = club.of(ButtonPressed)
    assert (pressed.token, pressed.message) == ("v1:cd:abcdefghijk", ref) and pressed.member.is_staff
    await club.adapter.chat.answer(pressed, "vera was first")
    assert await club.world.told("mod") == ["vera was first"]
    await club.adapter.chat.recard(ref, Card("case1", "A case", "It was undone."))
    (card,) = await club.world.cards()
    assert card.buttons == () and "undone" in card.text


async def test_a_long_answer_to_a_button_is_said_where_moderators_read(club: Bench) -> None:
    """A window holds 200 characters."""
    await club.world.becomes_moderator("mod")
    await club.adapter.chat.card(club.world.moderators, CARD, key="c1")
    (card,) = await club.world.cards()
    await club.world.presses("mod", card, "Uphold")
    await club.settled()
    await club.adapter.chat.answer(club.of(ButtonPressed)[0], "word " * 60)
    assert (await club.world.cards())[-1].text == ("word " * 60).strip()
    assert club.world.emulator.state.queries == {}


async def test_a_button_does_not_spin_for_ever(club: Bench) -> None:
    """Without an answer the waiting ends by itself."""
    await club.world.becomes_moderator("mod")
    await club.adapter.chat.card(club.world.moderators, CARD, key="c1")
    (card,) = await club.world.cards()
    await club.world.presses("mod", card, "Uphold")
    await eventually(lambda: club.world.emulator.state.queries == {}, saying="the button is at rest")
    assert await club.world.told("mod") == []


async def test_a_forged_press_is_an_event_without_authority(club: Bench) -> None:
    """A client may send any data; it arrives as it is, from whoever sent it, and a stranger's is a stranger's."""
    await club.adapter.chat.card(club.world.moderators, CARD, key="c1")
    (card,) = await club.world.cards()
    eve = club.world.emulator.folk.user("eve")
    club.world.emulator.folk.sends_press(club.world.message(card.ref), eve, "v1:zz:forged00000")
    await club.settled()
    (pressed,) = club.of(ButtonPressed)
    assert pressed.token == "v1:zz:forged00000" and not pressed.member.is_staff


async def test_nobody_is_called_by_a_quotation(club: Bench) -> None:
    """Names and markup in what people wrote are only shown."""
    await club.world.says("eve", "hm")
    await club.adapter.chat.post(club.world.general, "@eve_t wrote: <b>*hi*</b> @admin", key="k")
    emulator = club.world.emulator
    (said,) = [m for m in emulator.group.messages.values() if m.sender == emulator.state.bot.id]
    assert said.pinged == [] and "entities" not in said.body and "<b>*hi*</b>" in said.text
    call = emulator.desk.named("POST sendMessage")[-1]
    assert b"parse_mode" not in call.body and b"is_disabled" in call.body
