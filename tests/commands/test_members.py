"""What members ask of Sereno: help, rules, reports, their own standing, and another look at a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.stores.cases import Cases
from moderation.actions.base import Action
from moderation.case import CaseState, Origin
from moderation.model import ReportFiled, Signals
from moderation.verdict import CLEAN, Match, Mode, Planned, Verdict
from tests.commands.club import club
from tests.pipeline.stage import RULES, Stage, WordStream


async def cases(here: Stage) -> Sequence[tuple[Origin, CaseState, int]]:
    return [(case.origin, case.state, case.events) for case in reversed(await Cases(here.app.journal).page())]


async def test_help_shows_each_person_what_they_may_call(tmp_path: Path) -> None:
    """It is made from the tree, so that it cannot lie."""
    async with club(tmp_path) as here:
        lists = {who: (await here.asks(who, "/help")).splitlines() for who in ("eve", "mod", "admin")}
        names = {who: [line.partition(":")[0] for line in lines] for who, lines in lists.items()}
        assert names["eve"] == ["/help", "/rules", "/report", "/me", "/appeal", "/link", "/unlink"]
        assert "/ban" in names["mod"] and "/config" not in names["mod"] and "/config" in names["admin"]
        assert await here.asks("eve", "/help ban") == "There is no command /ban for you. /help shows what there is."
        assert (await here.asks("mod", "/help timeout")).splitlines() == [
            "Silence a person for a time",
            "/timeout member for [everywhere] [reason]",
            "  member: Who",
            "  for: For how long, up to 28d",
            "  everywhere: Also for their linked accounts elsewhere (may be left out)",
            "    everywhere: Everywhere",
            "  reason: Why; the person reads it (may be left out)",
            "For example: /timeout @eve 10m please stay polite",
        ]


async def test_help_speaks_spanish(tmp_path: Path) -> None:
    """Whoever reads Spanish is helped in Spanish."""
    async with club(tmp_path, languages={"club": "es"}) as here:
        assert "/report: Pedir a los moderadores que miren algo" in await here.asks("eve", "/help")
        assert "Por ejemplo: /timeout @eve 10m por favor, sé amable" in await here.asks("mod", "/help timeout")


async def test_the_rules_are_told_as_people_hear_them(tmp_path: Path) -> None:
    """In the words of each rule, in the caller's language."""
    async with club(tmp_path) as here:
        assert (await here.asks("eve", "/rules")).splitlines()[:2] == ["• No slur here.", "• No scam here."]
    async with club(tmp_path / "es", languages={"club": "es"}) as here:
        assert "• Aquí no va slur." in await here.asks("eve", "/rules")


async def test_a_reported_message_is_one_case_however_many_report_it(tmp_path: Path) -> None:
    """Its text is evidence, what reporters say are notes, and each of them is thanked."""
    async with club(tmp_path) as here:
        bad = here.twin.says("eve", "you fools")
        await here.hear(bad)
        for who in ("ana", "bo"):
            said = await here.asks(who, f"/report {who} saw it", on=bad.message.ref)
            assert said == "Thank you. People will look at it."
        assert await cases(here) == [(Origin.REPORT, CaseState.OPEN, 2)]
        view = await Cases(here.app.journal).get("1")
        assert view is not None and view.name == "Eve"
        assert [one.text for one in view.evidence] == ["you fools"]
        assert [(note.by, note.text) for note in view.notes] == [("twin:ana", "ana saw it"), ("twin:bo", "bo saw it")]


async def test_a_reported_person_is_a_new_case_once_the_old_one_is_closed(tmp_path: Path) -> None:
    """What was judged stays judged; what comes after is looked at anew."""
    async with club(tmp_path) as here:
        await here.asks("ana", "/report <@eve> rude in private")
        await here.asks("bo", "/report <@eve>")
        (case,) = await Cases(here.app.journal).page()
        await here.app.desk.uphold(case.id, "twin:mod")
        await here.asks("bo", "/report <@eve> again")
        assert await cases(here) == [(Origin.REPORT, CaseState.DECIDED, 2), (Origin.REPORT, CaseState.OPEN, 1)]


async def test_a_report_about_nothing_asks_what_it_is_about(tmp_path: Path) -> None:
    """Nobody opens an empty case, nor one about themselves."""
    async with club(tmp_path) as here:
        assert (await here.asks("ana", "/report")).startswith("What shall people look at?")
        assert await here.asks("ana", "/report <@ana> me") == "That is about yourself."
        assert not await cases(here)


@dataclass
class Takes(WordStream):
    """A rule that takes reports: it deletes what was reported."""

    def decide(self, noted: object, signals: Signals) -> Verdict:
        if not isinstance(noted, ReportFiled) or noted.message is None:
            return CLEAN
        actions: Mapping[str, tuple[Action, ...]] = self.rules
        match = Match("slur", Mode.ENFORCE, actions["slur"], (noted.message,))
        return Verdict((match,), (), (Planned(actions["slur"][0], ("slur",), (noted.message,)),))


async def test_a_report_that_a_rule_takes_is_that_rules_case(tmp_path: Path) -> None:
    """Rules judge reports as they judge messages; there is no second case for the same thing."""
    async with club(tmp_path, stream=Takes(RULES)) as here:
        bad = here.twin.says("eve", "you fools")
        await here.hear(bad)
        await here.asks("ana", "/report", on=bad.message.ref)
        assert await cases(here) == [(Origin.RULES, CaseState.DECIDED, 1)]
        assert here.twin.visible() == []


async def test_people_see_what_weighs_on_them_and_nothing_else(tmp_path: Path) -> None:
    """Points with the day they are forgotten, cases with the way to object; reports about them stay unknown."""
    async with club(tmp_path) as here:
        assert await here.asks("eve", "/me") == "Nothing weighs on you here."
        await here.says("eve", "a slur")
        await here.asks("ana", "/report <@eve> rude")
        assert (await here.asks("eve", "/me")).splitlines() == [
            "3 on conduct, forgotten on 2026-04-01",
            "Case 1 of 2026-03-02: decided",
            "To object: /appeal 1 and your side of it",
        ]
        assert await here.asks("ana", "/me") == "Nothing weighs on you here."


async def test_an_appeal_is_decided_by_somebody_else(tmp_path: Path) -> None:
    """Only the person appeals, once, in time; whoever decided before does not decide again."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/timeout <@eve> 1h")
        assert await here.asks("ana", "/appeal 1 let her go") == "There is no case 1 here."
        said = "Your appeal of case 1 is noted. Somebody who did not decide it will look at it."
        assert await here.asks("eve", "/appeal #1 I was quoting") == said
        assert await here.asks("mod", "/undo 1") == "You decided this yourself: another person must look at it."
        assert await here.asks("mira", "/undo 1") == "Case 1 is taken back."
        assert await here.asks("eve", "/appeal 1 again") == "Mira was first, at 12:00:00 UTC: case 1 is taken back."


async def test_an_appeal_comes_too_late_after_half_a_year(tmp_path: Path) -> None:
    """The person is told so, with the number of days they had."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/timeout <@eve> 1h")
        here.clock.pass_(days=184)
        said = await here.asks("eve", "/appeal 1 sorry")
        assert said == "Case 1 could be appealed for 183 days; they have passed."


async def test_what_waits_for_people_cannot_be_appealed_yet(tmp_path: Path) -> None:
    """There is no decision to object to."""
    async with club(tmp_path) as here:
        await here.says("eve", "a link")
        said = await here.asks("eve", "/appeal 1 it is my own page")
        assert said == "Case 1 is not decided yet: people are still looking at it."


async def test_appeals_and_reports_are_taken_however_late_they_arrive(tmp_path: Path) -> None:
    """An outage of ours costs nobody their say."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/timeout <@eve> 1h")
        long_ago = here.clock.now() - timedelta(hours=5)
        said = await here.answer_to(here.twin.calls("eve", "appeal", "1 a quote", at=long_ago))
        assert said.startswith("Your appeal of case 1 is noted.")
        said = await here.answer_to(here.twin.calls("ana", "report", "<@bo> rude", at=long_ago))
        assert said == "Thank you. People will look at it."


async def test_somebody_who_was_removed_may_still_appeal(tmp_path: Path) -> None:
    """The platform does not know them any more; their case does."""
    async with club(tmp_path) as here:
        await here.asks("mod", "/ban <@eve> 7d")
        call = here.twin.calls("eve", "appeal", "1 a quote")
        del here.twin.state.members["eve"]
        assert (await here.answer_to(call)).startswith("Your appeal of case 1 is noted.")
