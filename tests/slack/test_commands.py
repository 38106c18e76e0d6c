"""Commands, shortcuts, forms, buttons and their answers, as people use them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.spec import WORDS, Kind, Parameter, Spec
from moderation.errors import OutcomeUnknown
from moderation.model import ButtonPressed, CommandCalled, MessagePosted
from moderation.ports import Card
from tests.emulators.common import eventually, reset
from tests.slack.bench import Bench, connected
from tests.slack.world import opened

WHO = Parameter("who", Kind.MEMBER, {"en": "Whom", "es": "A quién"})
WHY = Parameter("why", Kind.LONG, {"en": "Why", "es": "Por qué"})
LONG = Parameter(
    "how_long", Kind.CHOICE, {"en": "How long", "es": "Cuánto"}, False, {"1h": {"en": "an hour", "es": "una hora"}}
)
SPECS = (
    Spec("warn", {"en": "Warn", "es": "Advertir"}, (WHO, WHY, LONG), menu={"en": "Warn…", "es": "Advertir…"}),
    Spec("report", {"en": "Report", "es": "Denunciar"}, menu={"en": "Report", "es": "Denunciar"}),
)
CARD = Card("case1", "A <case>", "eve wrote *this* <!here>", (("Uphold", "v1:ab:abcdefghijk"), ("Dismiss", "v1:cd:x")))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with opened(forms=frozenset({"warn"})) as world, connected(world, tmp_path, commands=SPECS) as one:
        yield one


async def test_a_typed_command_is_its_first_word_and_the_rest(bench: Bench) -> None:
    """People in it are ids, whatever Slack wrote beside them; it is acknowledged within Slack's three seconds."""
    bench.people.here("eve")
    await bench.world.calls("boss", "Warn", "<@eve> be kind & gentle")
    (event,) = await bench.heard(CommandCalled)
    assert event.name == "warn" and event.member.ref == bench.member("boss") and event.member.is_staff
    assert event.arguments == {WORDS: f"<@{bench.member('eve').id}> be kind & gentle"}
    assert event.channel == bench.general and event.channel.name == "general"
    await bench.settled()
    assert [one.took is not None for one in bench.world.slack.sockets.deliveries if one.kind == "slash_commands"] == [
        True
    ]


async def test_the_command_alone_is_help(bench: Bench) -> None:
    """Whoever types nothing wants to know what there is."""
    bench.people.types("eve", "")
    (event,) = await bench.heard(CommandCalled)
    assert event.name == "help" and event.arguments == {WORDS: ""}


async def test_an_answer_is_seen_by_nobody_else_and_given_once(bench: Bench) -> None:
    """However often it is tried."""
    bench.people.types("eve", "help")
    (event,) = await bench.heard(CommandCalled)
    for _ in range(2):
        await bench.chat.answer(event, "hello <@U1> & all")
    assert await bench.told("eve") == ["hello <@U1> & all"] and await bench.reads() == []
    assert bench.world.slack.space.ephemerals[0].text == "hello &lt;@U1&gt; &amp; all"


async def test_a_later_answer_finds_another_way(bench: Bench) -> None:
    """When Slack takes no more answers there, the person is told as any other."""
    bench.people.types("eve", "help")
    (event,) = await bench.heard(CommandCalled)
    bench.world.slack.space.response_urls.clear()
    for _ in range(2):
        await bench.chat.answer(event, "late")
    assert await bench.told("eve") == ["late"]
    assert bench.world.slack.space.ephemerals[0].by == "chat.postEphemeral"


async def test_an_answer_whose_end_nobody_saw_is_not_repeated(bench: Bench) -> None:
    """The connection broke after Slack had it."""
    bench.people.types("eve", "help")
    (event,) = await bench.heard(CommandCalled)
    bench.world.slack.desk.faults.add("POST /response/*", reset(after=True))
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await bench.chat.answer(event, "hi")
    assert await bench.told("eve") == ["hi"]


async def test_a_shortcut_calls_its_command_on_a_message(bench: Bench) -> None:
    """And on who wrote it."""
    ref = await bench.says("eve", "bad")
    await bench.world.calls("bo", "report", on=ref)
    (event,) = await bench.heard(CommandCalled)
    assert (event.name, event.message, event.about) == ("report", ref, bench.member("eve"))
    assert event.member.ref == bench.member("bo")


async def test_what_a_shortcut_lacks_is_asked_for_in_a_form(bench: Bench) -> None:
    """The person is the message's author; the rest is filled in; cancelling calls nothing."""
    ref = await bench.says("eve", "bad")
    await bench.world.calls("boss", "warn", on=ref)
    view = bench.world.slack.space.views[-1]
    assert [block["block_id"] for block in view["blocks"]] == ["why", "how_long"]
    assert [block["optional"] for block in view["blocks"]] == [False, True]
    bench.people.submits("boss", {"why": "that was\nunkind", "how_long": "1h"})
    (event,) = await bench.heard(CommandCalled)
    assert event.arguments == {"who": bench.member("eve").id, "why": "that was\nunkind", "how_long": "1h"}
    assert (event.name, event.message, event.about) == ("warn", ref, bench.member("eve"))
    await bench.chat.answer(event, "done")
    assert await bench.told("boss") == ["done"]


async def test_a_form_speaks_the_persons_language(bench: Bench) -> None:
    """Spanish to who reads Slack in Spanish."""
    bench.people.joins("ana", locale="es-ES")
    ref = await bench.says("ana", "hola")
    await bench.world.calls("ana", "warn", on=ref)
    view = bench.world.slack.space.views[-1]
    assert (view["title"]["text"], view["submit"]["text"]) == ("Advertir…", "Enviar")
    assert bench.chat.language_of(bench.member("ana")) == "es"


async def test_a_form_that_does_not_open_is_said(bench: Bench) -> None:
    """Slack gives three seconds; afterwards the person hears what to do instead."""
    ref = await bench.says("eve", "bad")
    delivery = bench.people.picks("boss", "warn", ref.id)
    bench.world.slack.space.triggers.clear()
    await eventually(lambda: bench.world.slack.space.ephemerals and delivery.took is not None)
    assert "/sereno warn" in (await bench.told("boss"))[0]


async def test_a_card_shows_its_case_and_its_buttons_press(bench: Bench) -> None:
    """What people wrote is shown as it is and calls nobody; the token comes back as it went out."""
    await bench.world.becomes_moderator("mod")
    ref = await bench.chat.card(bench.world.moderators, CARD, key="c1")
    (card,) = await bench.world.cards()
    assert card.text == "A <case>\neve wrote *this* <!here>" and card.buttons == ("Uphold", "Dismiss")
    raw = bench.world.slack.space.named("moderators").messages[ref.id]
    assert "<!" not in str(raw["blocks"]) and {one["text"]["type"] for one in raw["blocks"][:2]} == {"plain_text"}
    await bench.world.presses("mod", card, "Dismiss")
    (event,) = await bench.heard(ButtonPressed)
    assert event.token == "v1:cd:x" and event.message == ref and event.member.ref == bench.member("mod")
    await bench.chat.answer(event, "dismissed")
    await bench.chat.recard(ref, Card("case1", "A case", "It was dismissed."))
    (card,) = await bench.world.cards()
    assert card.buttons == () and "dismissed" in card.text and await bench.told("mod") == ["dismissed"]


async def test_a_long_card_with_many_buttons_fits(bench: Bench) -> None:
    """Slack takes 3,000 characters a section and 25 buttons."""
    buttons = tuple((f"Button <{number}> " + "x" * 90, f"v1:t:{number:011d}") for number in range(30))
    await bench.chat.card(bench.world.moderators, Card("c", "T" * 300, "wörter & <mehr> " * 900, buttons), key="c1")
    (card,) = await bench.world.cards()
    assert len(card.buttons) == 25 and len(card.text) > 9_000


async def test_buttons_of_others_are_left_alone(bench: Bench) -> None:
    """Acknowledged, and no event."""
    await bench.chat.card(bench.world.moderators, CARD, key="c1")
    (card,) = await bench.world.cards()
    row = bench.world.slack.space.named("moderators").messages[card.ref.id]
    bench.people.buttons(row)[0]["action_id"] = "somebody elses"
    await bench.world.presses("boss", card, "Uphold")
    await bench.settled()
    assert bench.of(ButtonPressed) == [] and not any(one.given_up for one in bench.world.slack.sockets.deliveries)


async def test_commands_are_acknowledged_while_a_thousand_events_arrive(bench: Bench) -> None:
    """Nobody sees `operation_timeout` because others talk."""
    for number in range(1_000):
        bench.people.says(f"p{number % 20}", f"word {number}")
    deliveries = [bench.people.types("eve", "help") for _ in range(20)]
    await bench.heard(CommandCalled, 20)
    await bench.heard(MessagePosted, 1_000)
    await bench.settled()
    assert not any(one.given_up for one in deliveries)
