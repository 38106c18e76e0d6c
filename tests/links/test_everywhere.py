"""Sanctions that also hold for a person's linked accounts on another platform of the same community."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord_commands import commands
from bot.adapters.twin import Twin, TwinState
from bot.commands.ban import BanSomebody
from bot.commands.execution import Execution
from bot.commands.kick import KickSomebody
from bot.commands.parsing import parse
from bot.commands.spec import Spec
from bot.commands.timeout import TimeoutSomebody
from bot.commands.usage import example, usage
from bot.commands.warn import WarnSomebody
from bot.stores.budgets import Budgets
from bot.stores.buttons import Buttons
from bot.stores.cases import Cases, CaseView
from bot.stores.links import Linking, Links
from bot.stores.opening import open_journal
from moderation.brakes import CommunityBrake, Limit
from moderation.errors import ChatError, Forbidden, UserError
from moderation.i18n import catalogue
from moderation.model import Capability, MemberRef
from tests.commands.club import club
from tests.pipeline.stage import Stage, SteppingClock

MOD, BO = MemberRef("twin", "club", "mod"), MemberRef("twin", "club", "bo")
MOD_THERE, BO_THERE = MemberRef("telegram", "club", "7"), MemberRef("telegram", "club", "42")
WARN, TIMEOUT, KICK, BAN = WarnSomebody.spec, TimeoutSomebody.spec, KickSomebody.spec, BanSomebody.spec
NOWHERE = "This person has linked no other account, so it holds here only."


@dataclass
class Both:
    """A community on two platforms, and who is whom on them."""

    here: Stage
    there: Twin
    links: Links

    async def link(self, one: MemberRef, other: MemberRef) -> None:
        assert (await self.links.redeem(other, await self.links.code(one))).came is Linking.DONE

    async def case(self, number: int) -> CaseView:
        view = await Cases(self.here.app.journal).get(str(number))
        assert view is not None
        return view

    async def cases(self) -> list[tuple[str, str]]:
        """Platform and person of each case, oldest first."""
        page = await Cases(self.here.app.journal).page(limit=50)
        refs = [one.member for one in sorted(page, key=lambda one: one.number)]
        return [(ref.platform, ref.id) for ref in refs if ref is not None]


@asynccontextmanager
async def both(
    data: Path, *, linked: bool = True, state: TwinState | None = None, there: TwinState | None = None, **how: Any
) -> AsyncIterator[Both]:
    clock = SteppingClock()
    journal = open_journal(data / "links", clock)
    await journal.start()
    links = Links(journal, Budgets(journal, clock), clock)
    async with club(data / "bot", state=state, clock=clock, more={Links: links}, **how) as here:
        other = Twin(clock, platform="telegram", state=there)
        if there is None:
            other.member("7", name="Mod T", roles=frozenset({"moderator"}))
            other.member("42", name="Bo T")
        here.app.services.chats["telegram"] = other  # type: ignore[index]
        scene = Both(here, other, links)
        if linked:
            await scene.link(MOD, MOD_THERE)
            await scene.link(BO, BO_THERE)
        yield scene
    await journal.stop()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Both]:
    async with both(tmp_path) as scene:
        yield scene


async def test_without_the_word_a_sanction_holds_where_it_is_given(scene: Both) -> None:
    """Links change nothing unless a moderator asks for it."""
    assert await scene.here.asks("mod", "/timeout <@bo> 1h calm down") == "Bo cannot write for 1h. (case 1)"
    assert await scene.cases() == [("twin", "bo")] and not scene.there.state.log


async def test_everywhere_holds_for_the_linked_account_too(scene: Both) -> None:
    """Each account is a case of its own, by the moderator's own account there, and the person reads the same reason."""
    said = await scene.here.asks("mod", "/timeout <@bo> 1h everywhere calm down")
    assert said.splitlines() == [
        "Bo cannot write for 1h. (case 1)",
        "Telegram: Bo T cannot write for 1h. (case 2)",
    ]
    until = scene.here.clock.now() + timedelta(hours=1)
    assert scene.there.state.members["42"].timeout_until == until
    assert scene.here.twin.state.members["bo"].timeout_until == until
    assert await scene.cases() == [("twin", "bo"), ("telegram", "42")]
    assert [(await scene.case(number)).case.changed_by for number in (1, 2)] == ["twin:mod", "telegram:7"]
    ((who, _, told),) = scene.there.state.told
    assert who == "42" and "calm down" in told


async def test_what_was_written_here_is_no_part_of_the_case_there(scene: Both) -> None:
    """Neither the message nor its channel goes to another platform."""
    written = scene.here.twin.says("bo", "you are all fools")
    await scene.here.hear(written)
    await scene.here.asks("mod", "/warn everywhere stop", on=written.message.ref)
    here, there = await scene.case(1), await scene.case(2)
    assert [one.text for one in here.evidence] == ["you are all fools"] and not there.evidence
    assert here.case.channel == written.message.ref.channel and there.case.channel is None


async def test_nobody_but_the_moderator_hears_of_the_link(scene: Both) -> None:
    """Neither what the person reads on either platform, nor what others read, names the other one."""
    await scene.here.asks("mod", "/ban <@bo> everywhere spam")
    read = [text for who, _, text in [*scene.here.twin.state.told, *scene.there.state.told] if who in ("bo", "42")]
    assert len(read) == 2 and not any("elegram" in text or "twin" in text or "Bo" in text for text in read)
    assert not scene.here.twin.visible() and not scene.there.visible()


@pytest.mark.parametrize(
    ("typed", "done"),
    [
        ("/warn <@bo> everywhere stop", "notify"),
        ("/kick <@bo> everywhere", "kick"),
        ("/ban <@bo> 7d everywhere", "ban"),
    ],
)
async def test_each_sanction_can_hold_everywhere(scene: Both, typed: str, done: str) -> None:
    """A warning, a removal and a ban, too."""
    assert "\nTelegram: Bo T was " in await scene.here.asks("mod", typed)
    assert done in [line.split()[0] for line in scene.there.state.log]
    assert done in [line.split()[0] for line in scene.here.twin.state.log]


async def test_it_is_said_when_nothing_is_linked(scene: Both) -> None:
    """The sanction holds here all the same."""
    assert await scene.here.asks("mod", "/warn <@eve> everywhere stop") == f"Eve was warned. (case 1)\n{NOWHERE}"
    assert await scene.cases() == [("twin", "eve")]


async def test_who_has_no_account_there_does_nothing_there(tmp_path: Path) -> None:
    """The bot never does for somebody what they could not do themselves."""
    async with both(tmp_path, linked=False) as scene:
        await scene.link(BO, BO_THERE)
        said = await scene.here.asks("mod", "/ban <@bo> everywhere spam")
        assert said.splitlines() == [
            "Bo was banned. (case 1)",
            "Telegram: not done. You have linked no account of yours there (/link).",
        ]
        assert await scene.cases() == [("twin", "bo")] and not scene.there.state.log


@pytest.mark.parametrize("platform_says", ["no role", "no right", "gone"])
async def test_role_and_right_are_asked_for_there_as_they_are_now(scene: Both, platform_says: str) -> None:
    """Being a moderator here makes nobody one elsewhere."""
    there = scene.there.state.members
    why = {
        "no role": "This is for moderators only.",
        "no right": "telegram does not give you the right to do that yourself (ban).",
        "gone": "You are not here any more.",
    }[platform_says]
    if platform_says == "no role":
        scene.there.member("7", roles=frozenset[str]())
        there["7"].rights = frozenset(Capability)
    elif platform_says == "no right":
        there["7"].rights = frozenset(Capability) - {Capability.BAN}
    else:
        del there["7"]
    said = await scene.here.asks("mod", "/ban <@bo> everywhere spam")
    assert said == f"Bo was banned. (case 1)\nTelegram: not done. {why}"
    assert not there["42"].banned and await scene.cases() == [("twin", "bo")]


async def test_who_keeps_order_there_is_protected_there(scene: Both) -> None:
    """A member here may be an admin elsewhere; a bot is nobody's account."""
    scene.there.member("42", name="Bo T", roles=frozenset({"admin"}))
    said = await scene.here.asks("mod", "/ban <@bo> everywhere spam")
    assert said.splitlines()[1] == "Telegram: not done. Bo T keeps order here: that is between the owner and them."
    assert not scene.there.state.members["42"].banned and await scene.cases() == [("twin", "bo")]


async def test_who_is_protected_here_is_reached_nowhere(scene: Both) -> None:
    """The order is refused as a whole, before anything is done elsewhere."""
    scene.here.twin.member("bo", name="Bo", roles=frozenset({"moderator"}))
    said = await scene.here.asks("mod", "/ban <@bo> everywhere stop")
    assert said == "Bo keeps order here: that is between the owner and them."
    assert not await scene.cases() and not scene.there.state.log


async def test_what_that_platform_cannot_do_is_named(scene: Both) -> None:
    """No case is opened that goes nowhere."""
    scene.here.app.services.chats["telegram"] = Twin(  # type: ignore[index]
        scene.here.clock, platform="telegram", state=scene.there.state, can=frozenset({Capability.DELETE})
    )
    said = await scene.here.asks("mod", "/kick <@bo> everywhere")
    assert "\nTelegram: not done. telegram does not give you the right" in said
    del scene.here.app.services.chats["telegram"]  # type: ignore[attr-defined]
    said = await scene.here.asks("mod", "/warn <@bo> everywhere stop")
    assert said.endswith("\nTelegram: not done. That platform is not connected at the moment.")
    assert await scene.cases() == [("twin", "bo"), ("twin", "bo")]


async def test_a_platform_that_is_down_stops_nothing_here(scene: Both) -> None:
    """Rights that cannot be read are none."""

    def trouble(call: str) -> ChatError | None:
        return Forbidden("down") if call == "rights" else None

    scene.there.trouble = trouble
    said = await scene.here.asks("mod", "/warn <@bo> everywhere stop")
    first, second = said.splitlines()
    assert first == "Bo was warned. (case 1)" and second.startswith("Telegram: not done. Your rights cannot be read")


async def test_a_removal_that_waits_here_waits_everywhere(tmp_path: Path) -> None:
    """What needs a second person is not done behind their back on another platform."""
    brake = CommunityBrake(removals=Limit(0, timedelta(minutes=10)))
    async with both(tmp_path, brakes_of={"club": brake}) as scene:
        said = await scene.here.asks("mod", "/ban <@bo> everywhere spam")
        assert "it waits for one. (case 1)\nNothing was done on their other accounts" in said
        assert await scene.cases() == [("twin", "bo")]


async def test_trouble_in_the_middle_is_carried_on_from_there(scene: Both) -> None:
    """What was done here before is not done again."""
    falls = iter([True, False])

    def trouble(call: str) -> ChatError | None:
        if call == "who" and next(falls, False):
            raise RuntimeError("the bot stumbles")
        return None

    scene.there.trouble = trouble
    said = await scene.here.asks("mod", "/kick <@bo> everywhere out")
    assert said.splitlines()[1] == "Telegram: Bo T was removed and may come back. (case 2)"
    assert [line.split()[0] for line in scene.here.twin.state.log] == ["notify", "kick", "answer"]
    assert [line.split()[0] for line in scene.there.state.log] == ["notify", "kick"]


async def test_the_same_order_again_after_a_restart_does_nothing_twice(tmp_path: Path) -> None:
    """The answer is the same, there is one case per account, and nobody is told twice."""
    here, there = TwinState(), None
    async with both(tmp_path, state=here) as scene:
        order = scene.here.twin.calls("mod", "timeout", "<@bo> 1h everywhere calm down")
        first = await Execution(scene.here.app.services)(order)
        there = scene.there.state
    logs = [list(here.log), list(there.log)]
    async with both(tmp_path, state=here, there=there, linked=False) as scene:
        again = await asyncio.gather(*(Execution(scene.here.app.services)(order) for _ in range(3)))
        assert set(again) == {first} and await scene.cases() == [("twin", "bo"), ("telegram", "42")]
        assert [here.log, there.log] == logs


async def test_moderators_are_answered_in_spanish(tmp_path: Path) -> None:
    """The word is the same in every language; everything around it is not."""
    async with both(tmp_path, languages={"club": "es"}) as scene:
        said = await scene.here.asks("mod", "/timeout <@bo> 1h everywhere cálmate")
        assert said.splitlines() == [
            "Bo no puede escribir durante 1h. (caso 1)",
            "Telegram: Bo T no puede escribir durante 1h. (caso 2)",
        ]
        scene.there.member("42", name="Bo T", roles=frozenset({"admin"}))
        said = await scene.here.asks("mod", "/warn <@bo> everywhere basta")
        assert "\nTelegram: no se ha hecho. " in said
        said = await scene.here.asks("mod", "/warn <@eve> everywhere basta")
        assert said.endswith("Esta persona no ha enlazado ninguna otra cuenta, así que solo vale aquí.")


async def test_a_case_tells_moderators_of_cases_elsewhere(scene: Both) -> None:
    """How many there are on each platform; of somebody without links, and to others, nothing."""
    await scene.here.asks("mod", "/warn <@bo> stop")
    assert "Cases of their linked accounts: Telegram 0" in (await scene.here.asks("mod", "/case 1")).splitlines()
    await scene.here.asks("mod", "/warn <@bo> everywhere stop")
    assert "Cases of their linked accounts: Telegram 1" in await scene.here.asks("mira", "/case 1")
    assert "Cases of their linked accounts: twin 2" in await scene.here.asks("mira", "/case 3")
    await scene.here.asks("mod", "/warn <@eve> stop")
    assert "linked" not in await scene.here.asks("mod", "/case 4")
    assert await scene.here.asks("bo", "/case 1") == "This is for moderators only."
    assert "elegram" not in await scene.here.asks("bo", "/me")


def given(spec: Spec, typed: str) -> tuple[str, str, str]:
    """How far, for how long, and why."""
    event = Twin(SteppingClock()).calls("mod", spec.name, typed)
    arguments = parse(spec, event, catalogue("en").gettext, "en")
    return arguments.text("everywhere"), str(arguments.span("for") or ""), arguments.text("reason")


def test_the_word_stands_before_the_reason_and_nowhere_else() -> None:
    """A reason that begins with anything else is a reason, and so is the word in quotes or further on."""
    assert given(TIMEOUT, "<@bo> 1h everywhere calm down") == ("everywhere", "1:00:00", "calm down")
    assert given(TIMEOUT, "<@bo> 1h calm down everywhere") == ("", "1:00:00", "calm down everywhere")
    assert given(TIMEOUT, "<@bo> 1h everything is spam") == ("", "1:00:00", "everything is spam")
    assert given(WARN, '<@bo> "everywhere" is no answer') == ("", "", '"everywhere" is no answer')
    assert given(WARN, "<@bo> Everywhere stop") == ("everywhere", "", "stop")
    assert given(KICK, "<@bo> everywhere") == ("everywhere", "", "")
    with pytest.raises(UserError, match="Something is missing"):
        given(WARN, "<@bo> everywhere")


def test_a_time_may_stand_on_either_side_of_the_word() -> None:
    """Lest a ban for a week become one for ever, everywhere."""
    assert given(BAN, "<@bo> 7d everywhere rude") == ("everywhere", "7 days, 0:00:00", "rude")
    assert given(BAN, "<@bo> everywhere 7d rude") == ("everywhere", "7 days, 0:00:00", "rude")
    assert given(BAN, "<@bo> everywhere rude 7d") == ("everywhere", "", "rude 7d")
    with pytest.raises(UserError, match="no duration"):
        given(BAN, "<@bo> everywhere 7days rude")


def test_fields_offer_it_as_a_choice_after_what_must_be_given() -> None:
    """Discord refuses a command that asks for something after what may be left out."""
    for command in commands([WARN, TIMEOUT, KICK, BAN]):
        needed = [option["required"] for option in command["options"]]
        assert needed == sorted(needed, reverse=True)
        (field,) = (option for option in command["options"] if option["name"] == "everywhere")
        assert [choice["value"] for choice in field["choices"]] == ["everywhere"]
        assert field["description_localizations"]["es-ES"] and len(field["description"]) <= 100
    event = Twin(SteppingClock()).calls(
        "mod", "warn", fields={"member": "bo", "reason": "x", "everywhere": "everywhere"}
    )
    assert parse(WARN, event, catalogue("en").gettext, "en").text("everywhere") == "everywhere"


def test_help_shows_it_where_it_is_typed() -> None:
    """Before the reason, also where fields show it last; examples leave it out, lest it be copied by accident."""
    assert usage(WARN) == "/warn member [everywhere] reason"
    assert usage(BAN) == "/ban member [for] [everywhere] [reason]"
    assert example(TIMEOUT, "en") == "/timeout @eve 10m please stay polite"


async def test_a_case_of_another_platform_is_taken_back_by_who_moderates_there(scene: Both) -> None:
    """A moderator here has no say there without an account of their own that could do it itself."""
    await scene.here.asks("mod", "/timeout <@bo> 1h everywhere calm down")
    refused = "This case is of Telegram, and you have linked no account of yours there (/link)."
    assert await scene.here.asks("mira", "/undo 2") == refused
    assert scene.there.state.members["42"].timeout_until is not None
    assert await scene.here.asks("mira", "/undo 1") == "Case 1 is taken back."
    assert await scene.here.asks("mod", "/undo 2") == "Case 2 is taken back."
    await scene.here.app.settled()
    assert scene.there.state.members["42"].timeout_until is None


async def test_a_button_asks_for_the_rights_of_the_cases_platform(scene: Both) -> None:
    """A card that hangs here about a case there decides nothing for who is nobody there."""
    await scene.here.asks("mod", "/timeout <@bo> 1h everywhere calm down")
    view = await scene.case(2)
    buttons = Buttons(scene.here.app.journal, scene.here.clock)
    ((_, token),) = await buttons.made(view.case, {"undo": "un"})
    assert "you have linked no account" in await scene.here.presses("mira", token)
    assert await scene.here.presses("mod", token) == "Case 2 is taken back."
