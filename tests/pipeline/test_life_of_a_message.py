"""From what somebody writes to a removed message, a case and a notice."""

from __future__ import annotations

from pathlib import Path

from bot import case_words
from moderation.case import CaseState
from tests.pipeline.stage import on_stage


async def test_ordinary_talk_stays_and_leaves_no_case(tmp_path: Path) -> None:
    """What no rule minds is visible, and nothing is written about anybody."""
    async with on_stage(tmp_path) as stage:
        await stage.says("ana", "hola a todos", "good morning")
        assert stage.twin.visible() == ["hola a todos", "good morning"]
        assert await stage.app.cases.page() == []


async def test_a_slur_is_removed_explained_and_counted(tmp_path: Path) -> None:
    """The message goes, the person hears why, and the strike hangs on a case with its evidence."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "you slur")
        (case,) = await stage.app.cases.page()
        view = await stage.app.cases.get(case.id)
        assert view is not None
        assert stage.twin.visible() == []
        assert case.state is CaseState.DECIDED and case.rules == ("slur",)
        assert [one.text for one in view.evidence] == ["you slur"]
        assert [(strike.ladder, strike.points) for strike in view.strikes] == [("conduct", 3)]
        assert {step.action: step.outcome for step in view.steps} == {
            "delete": "applied",
            "strike": "applied",
            "warn": "applied",
        }
        ((_, _, words),) = stage.twin.state.told
        assert "Your message was removed." in words and "No slur here." in words and case.id in words
        assert view.reasons is not None and view.reasons["automated_decision"] == "AUTOMATED_DECISION_FULLY"


async def test_undo_gives_everything_back_and_says_so(tmp_path: Path) -> None:
    """Undo restores the message, lifts the time-out, removes the strikes and tells the person; twice is once."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a scam")
        (case,) = await stage.app.cases.page()
        eve = stage.twin.state.members["eve"]
        assert stage.twin.visible() == [] and eve.timeout_until is not None
        await stage.app.undo(case.id, by="twin:mod")
        await stage.app.undo(str(case.number), by="twin:mod")
        await stage.app.settled()
        view = await stage.app.cases.get(case.id)
        assert view is not None and view.case.state is CaseState.OVERTURNED
        assert stage.twin.visible() == ["a scam"] and eve.timeout_until is None
        assert view.strikes == () and stage.stream.strikes == []
        assert [member for member, _, _ in stage.twin.state.told] == ["eve", "eve"]
        lines = case_words.told(view).splitlines()
        assert "  strike: taken back" in lines
        assert sum(line.startswith("  warn: ") for line in lines) == 1
        assert sum(line.startswith("  told that it was taken back: applied") for line in lines) == 1
