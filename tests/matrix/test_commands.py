"""Commands and cards on Matrix: words in a room, reactions under a card."""

from __future__ import annotations

from pathlib import Path

from bot.commands.parsing import parse
from bot.commands.report import Report
from moderation.model import ButtonPressed, CommandCalled, MessagePosted, MessageRef
from moderation.ports import Card
from tests.matrix.connected import Connected, connected, eventually
from tests.matrix.world import MatrixWorld

BUTTONS = (("Uphold", "v1:ab:0123456789a"), ("Not a problem", "v1:ab:0123456789b"))
CARD = Card("case1", "Case 1", "Eve wrote something.", BUTTONS)


async def _card(world: MatrixWorld, sereno: Connected) -> MessageRef:
    await world.becomes_moderator("mod")
    return await sereno.adapter.chat.card(world.moderators, CARD, key="card1")


async def test_a_command_is_called_with_people_by_their_ids(world: MatrixWorld, tmp_path: Path) -> None:
    """`!warn` and `!sereno warn` are the same; a person typed out or picked from the list is the same person."""
    eve = world.member("eve").id
    async with connected(world, tmp_path) as sereno:
        await world.calls("ana", "warn", "<@eve> be kind")
        pill = f'!sereno warn <a href="https://matrix.to/#/{eve}">Eve</a> be kind'
        html = {"format": "org.matrix.custom.html", "formatted_body": pill}
        await world.people["ana"].say(world.rooms["general"], "!sereno warn Eve be kind", **html)
        calls = await sereno.heard(CommandCalled, 2)
        assert [call.name for call in calls] == ["warn", "warn"]
        assert [call.arguments for call in calls] == [{"": f"<@{eve}> be kind"}] * 2
        assert calls[0].member.ref == world.member("ana") and calls[0].channel == world.general
        assert calls[0].message is None and calls[0].about is None


async def test_a_command_on_a_message_is_about_its_author(world: MatrixWorld, tmp_path: Path) -> None:
    """A report is a reply; it leaves the room at once, so that nobody has to report in public."""
    rude = await world.says("eve", "from before Sereno came")
    async with connected(world, tmp_path) as sereno:
        await world.calls("ana", "report", "rude", on=rude)
        (call,) = await sereno.heard(CommandCalled)
        assert parse(Report.spec, call, str, "en").text("member") == world.member("eve").id
        assert call.message == rude and call.about == world.member("eve") and call.arguments == {"": "rude"}

        async def history() -> str:
            return str(await world.people["eve"].history(world.rooms["general"]))

        await eventually(history, lambda seen: "!report" not in seen)
        assert not [event for event in sereno.events if isinstance(event, MessagePosted)]


async def test_words_after_an_exclamation_mark_are_words(world: MatrixWorld, tmp_path: Path) -> None:
    """What is no command of ours is talk, and editing a message calls nothing."""
    async with connected(world, tmp_path) as sereno:
        ref = await world.says("ana", "!dance with me")
        await world.edits("ana", ref, "!warn <@x> me")
        await world.says("ana", "last")
        await sereno.heard(MessagePosted, 2)
        assert not [event for event in sereno.events if isinstance(event, CommandCalled)]


async def test_an_answer_is_read_by_the_caller_alone(world: MatrixWorld, tmp_path: Path) -> None:
    """It comes once, in a room with nobody else in it, and commands may be called from there."""
    async with connected(world, tmp_path) as sereno:
        await world.calls("ana", "help")
        (call,) = await sereno.heard(CommandCalled)
        for _ in range(2):
            await sereno.adapter.chat.answer(call, "Ask away.")
        assert await world.told("ana") == ["Ask away."] and await world.reads() == []
        ana = world.people["ana"]
        (private,) = set((await ana.call("GET", "/joined_rooms"))["joined_rooms"]) - set(world.rooms.values())
        await ana.say(private, "!link")
        await ana.say(private, "thank you")
        calls = await sereno.heard(CommandCalled, 2)
        assert calls[1].name == "link" and calls[1].member.ref == world.member("ana")
        await sereno.adapter.chat.answer(calls[1], "Here is your code.")
        assert await world.told("ana") == ["Ask away.", "Here is your code."]
        assert not [event for event in sereno.events if isinstance(event, MessagePosted)]


async def test_whoever_left_the_private_room_is_invited_again(world: MatrixWorld, tmp_path: Path) -> None:
    """There is one private room per person, also after a restart."""
    async with connected(world, tmp_path) as sereno:
        await world.says("ana", "x")
        await sereno.adapter.chat.notify(world.member("ana"), "one", key="n1")
        assert await world.told("ana") == ["one"]
    ana = world.people["ana"]
    (private,) = set((await ana.call("GET", "/joined_rooms"))["joined_rooms"]) - set(world.rooms.values())
    await ana.leave(private)
    async with connected(world, tmp_path) as sereno:
        await sereno.adapter.chat.notify(world.member("ana"), "two", key="n2")
        assert await world.told("ana") == ["one", "two"]
        direct = await world.people["sereno"].call("GET", f"/user/{world.people['sereno'].id}/account_data/m.direct")
        assert direct == {ana.id: [private]}


async def test_a_number_under_a_card_is_pressed(world: MatrixWorld, tmp_path: Path) -> None:
    """The numbers are there to press; another reaction is no press; after a restart they mean the same."""
    async with connected(world, tmp_path) as sereno:
        ref = await _card(world, sereno)
        (card,) = await world.cards()
        assert card.buttons == ("Uphold", "Not a problem") and "Eve wrote" in card.text and card.ref == ref
        mod = world.people["mod"]
        found = await mod.call("GET", f"/_matrix/client/v1/rooms/{world.rooms['moderators']}/relations/{ref.id}")
        keys = [one["content"]["m.relates_to"]["key"] for one in found["chunk"] if one["type"] == "m.reaction"]
        assert sorted(keys) == ["①", "②"]
        await mod.react(world.rooms["moderators"], ref.id, "👍")
        await world.presses("mod", card, "Not a problem")
        (press,) = await sereno.heard(ButtonPressed)
        assert press.token == BUTTONS[1][1] and press.member.ref == world.member("mod") and press.message == ref
    async with connected(world, tmp_path) as sereno:
        await world.presses("mod", card, "Uphold")
        (press,) = await sereno.heard(ButtonPressed)
        assert press.token == BUTTONS[0][1]


async def test_a_reply_presses_as_well(world: MatrixWorld, tmp_path: Path) -> None:
    """For clients where reacting is hard: `!2`, or the button's words."""
    async with connected(world, tmp_path) as sereno:
        ref = await _card(world, sereno)
        await world.calls("mod", "2", on=ref)
        await world.calls("mod", "not", "a problem", on=ref)
        await world.calls("mod", "uphold", on=ref)
        presses = await sereno.heard(ButtonPressed, 3)
        assert [press.token for press in presses] == [BUTTONS[1][1], BUTTONS[1][1], BUTTONS[0][1]]


async def test_a_decided_card_has_nothing_to_press(world: MatrixWorld, tmp_path: Path) -> None:
    """Its text changes, its numbers go, and pressing what was there presses nothing."""
    async with connected(world, tmp_path) as sereno:
        ref = await _card(world, sereno)
        (before,) = await world.cards()
        await sereno.adapter.chat.recard(ref, Card("case1", "Case 1", "It was upheld."))
        (card,) = await world.cards()
        assert "upheld" in card.text and card.buttons == ()
        found = await world.people["mod"].call(
            "GET", f"/_matrix/client/v1/rooms/{world.rooms['moderators']}/relations/{ref.id}/m.annotation"
        )
        assert found["chunk"] == []
        await world.presses("mod", before, "Uphold")
        await world.says("ana", "afterwards")
        await sereno.heard(MessagePosted)
        assert not [event for event in sereno.events if isinstance(event, ButtonPressed)]


async def test_nobody_is_pinged_by_what_the_bot_repeats(world: MatrixWorld, tmp_path: Path) -> None:
    """What people wrote comes back as plain words: nobody is mentioned, nothing is HTML."""
    async with connected(world, tmp_path) as sereno:
        text = f"@room {world.member('ana').id} <b>x</b> https://matrix.to/#/{world.member('ana').id}"
        ref = await world.says("eve", text)
        await sereno.heard(MessagePosted)
        await sereno.adapter.chat.delete(ref)
        await sereno.adapter.chat.restore(ref)
        history = await world.people["founder"].history(world.rooms["general"])
        (said,) = [
            event["content"]
            for event in history
            if event["sender"] == world.people["sereno"].id and text in event["content"].get("body", "")
        ]
        assert said["m.mentions"] == {} and "formatted_body" not in said and said["msgtype"] == "m.notice"


async def test_long_texts_are_cut_at_a_word(world: MatrixWorld, tmp_path: Path) -> None:
    """A homeserver takes only so much; the beginning is shown, also in an edit."""
    async with connected(world, tmp_path) as sereno:
        ref = await sereno.adapter.chat.post(world.general, "palabra " * 20_000, key="long")
        (read,) = await world.reads()
        assert read.endswith("palabra…") and len(read) > 10_000
        await sereno.adapter.chat.edit(ref, "é" * 90_000)
        (read,) = await world.reads()
        assert read.endswith("é…")
