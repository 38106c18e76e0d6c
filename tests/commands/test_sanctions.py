"""What moderators do to people by commands, as it reads in a chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.adapters.twin import Twin
from bot.stores.cases import Cases, CaseView
from moderation.case import CaseState, Origin
from moderation.errors import ChatError, Forbidden
from moderation.model import Capability, MemberRef
from tests.commands.club import club
from tests.pipeline.stage import Stage


async def case(here: Stage, number: int) -> CaseView:
    view = await Cases(here.app.journal).get(str(number))
    assert view is not None
    return view


def told(here: Stage, member: str) -> list[str]:
    return [text for who, _, text in here.twin.state.told if who == member]


async def test_a_warning_reaches_the_person_with_its_reason_and_the_way_to_appeal(tmp_path: Path) -> None:
    """The person hears what a human wants of them, in private; the case says who decided."""
    async with club(tmp_path) as here:
        assert await here.asks("mod", "/warn <@eve> be kind") == "Eve was warned. (case 1)"
        view = await case(here, 1)
        assert told(here, "eve") == [
            f"be kind\nA moderator decided this.\nTo appeal, give a moderator the number of your case: {view.case.id}"
        ]
        assert (view.case.origin, view.case.state, view.case.changed_by) == (
            Origin.MODERATOR,
            CaseState.DECIDED,
            "twin:mod",
        )
        assert view.reasons is not None and view.reasons["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
        assert view.reasons["automated_detection"] is False


async def test_a_time_out_silences_and_undo_lets_the_person_write_again(tmp_path: Path) -> None:
    """Both go through the enforcer, with receipts, and the person hears of both."""
    async with club(tmp_path) as here:
        assert await here.asks("mod", "/timeout <@eve> 10m calm down") == "Eve cannot write for 10m. (case 1)"
        assert here.twin.state.members["eve"].timeout_until == here.clock.now() + timedelta(minutes=10)
        assert await here.asks("mira", "/undo 1") == "Case 1 is taken back."
        assert here.twin.state.members["eve"].timeout_until is None
        assert "has been taken back" in told(here, "eve")[-1]


async def test_a_ban_for_good_says_so_and_is_lifted_by_unban(tmp_path: Path) -> None:
    """Automation never does this; a person may."""
    async with club(tmp_path) as here:
        assert await here.asks("mod", "/ban <@eve>") == "Eve was banned. (case 1)"
        assert here.twin.state.members["eve"].banned
        assert "You have been removed from the community.\n" in told(here, "eve")[0]
        assert await here.asks("mod", "/unban <@eve>") == "Eve may come back. (case 2)"
        assert not here.twin.state.members["eve"].banned


async def test_a_kick_removes_after_the_person_was_told(tmp_path: Path) -> None:
    """The reason arrives while it still can."""
    async with club(tmp_path) as here:
        assert await here.asks("mod", "/kick <@eve> twice now") == "Eve was removed and may come back. (case 1)"
        log = [line.split()[0] for line in here.twin.state.log]
        assert log[:2] == ["notify", "kick"] and not here.twin.state.members["eve"].here


async def test_a_command_on_a_message_takes_it_as_evidence(tmp_path: Path) -> None:
    """What the moderator saw stands in the case, whoever deletes it later."""
    async with club(tmp_path) as here:
        written = here.twin.says("eve", "you are all fools")
        await here.hear(written)
        assert await here.asks("mod", "/warn be kind", on=written.message.ref) == "Eve was warned. (case 1)"
        assert [one.text for one in (await case(here, 1)).evidence] == ["you are all fools"]


async def test_who_keeps_order_and_who_is_a_bot_is_protected(tmp_path: Path) -> None:
    """Nobody turns the bot against those who run the place, against bots, against itself or oneself."""
    async with club(tmp_path) as here:
        for target, says in {
            "mod": "Nobody does that to themselves.",
            "mira": "Mira keeps order here: that is between the owner and them.",
            "admin": "Admin keeps order here: that is between the owner and them.",
            "owner": "Owner keeps order here: that is between the owner and them.",
            "robo": "Robo is a bot: only the platform itself restricts bots.",
            "sereno": "I do not do that to myself.",
            "nobody": "That person is not here.",
        }.items():
            assert await here.asks("mod", f"/timeout <@{target}> 1h") == says
        assert not await Cases(here.app.journal).page() and len(here.twin.state.told) == 7


async def test_what_the_platform_cannot_do_is_not_promised(tmp_path: Path) -> None:
    """A missing ability is named instead of a case that goes nowhere."""
    can = frozenset(Capability) - {Capability.TIMEOUT}
    async with club(tmp_path, twin=lambda clock, state: Twin(clock, can=can, state=state)) as here:
        here.twin.state.members["mod"].rights = frozenset(Capability)
        said = await here.asks("mod", "/timeout <@eve> 1h")
        assert said == "twin does not give you the right to do that yourself (timeout)."


async def test_a_refusal_of_the_platform_is_told_to_the_moderator(tmp_path: Path) -> None:
    """They learn at once that nothing happened, and why."""

    def trouble(call: str) -> ChatError | None:
        return Forbidden("the bot may not ban") if call == "ban" else None

    async with club(tmp_path) as here:
        here.twin.trouble = trouble
        assert await here.asks("mod", "/ban <@eve> 7d") == "That is under way. (case 1)"
        assert not here.twin.state.members["eve"].banned


async def test_too_many_removals_by_one_moderator_wait_for_a_second(tmp_path: Path) -> None:
    """The sixth ban in ten minutes is nobody's alone; whoever wanted it does not let it go themselves."""
    async with club(tmp_path) as here:
        for number in range(6):
            here.twin.member(f"spammer{number}")
        for number in range(5):
            said = await here.asks("mod", f"/ban <@spammer{number}> 2d")
            assert said == f"spammer{number} was banned for 2d. (case {number + 1})"
        said = await here.asks("mod", "/ban <@spammer5> 7d")
        assert said == "That many removals in so short a time need a second person: it waits for one. (case 6)"
        assert not here.twin.state.members["spammer5"].banned and told(here, "spammer5") == []
        waiting = await here.asks("mira", "/queue")
        assert "spammer5" in waiting
        assert await here.asks("mira", "/ban <@eve> 1d") == "Eve was banned for 1d. (case 8)"


async def test_everything_one_moderator_did_is_taken_back_at_once(tmp_path: Path) -> None:
    """A moderator whose account was stolen is stopped by an admin with one line, and no more than that hour."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/timeout <@bo> 1d long ago")
        here.clock.pass_(hours=2)
        await here.asks("mod", "/timeout <@eve> 1h")
        await here.asks("mod", "/ban <@ana> 7d")
        await here.asks("mira", "/warn <@bo> stop")
        assert await here.asks("mira", "/undo <@mod> 1h") == "Taking back all that somebody else did is for admins."
        assert await here.asks("admin", "/undo <@mod> 1h") == "Taken back: 2, 3."
        people = here.twin.state.members
        assert people["eve"].timeout_until is None and not people["ana"].banned
        assert people["bo"].timeout_until is not None
        assert await here.asks("admin", "/undo <@mod>") == "Taken back: 2, 3."


async def test_two_moderators_who_undo_the_same_case_are_one_and_a_late_one(tmp_path: Path) -> None:
    """The second is told who was first and when."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/timeout <@eve> 1h")
        assert await here.asks("mira", "/undo 1") == "Case 1 is taken back."
        assert await here.asks("admin", "/undo 1") == "Mira was first, at 12:00:00 UTC: case 1 is taken back."


async def test_undo_asks_for_the_right_to_what_it_takes_back(tmp_path: Path) -> None:
    """The bot lifts no ban for somebody who could not lift it."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/ban <@eve> 7d")
        here.twin.state.members["mira"].rights = frozenset({Capability.TIMEOUT, Capability.DELETE})
        assert await here.asks("mira", "/undo 1") == "twin does not give you the right to do that yourself (ban)."
        assert here.twin.state.members["eve"].banned


async def test_a_case_of_another_community_does_not_exist_here(tmp_path: Path) -> None:
    """Numbers are easy to guess."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/warn <@eve> stop")
        call = here.twin.calls("mod", "case", "1")
        foreign = replace(call.member, ref=MemberRef("twin", "elsewhere", "mod"))
        assert await here.answer_to(replace(call, member=foreign)) == "There is no case 1 here."
