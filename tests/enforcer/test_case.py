"""How a case moves, and who comes second."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from moderation.case import MOVES, Case, CaseState, Origin, case_id, priority
from moderation.desk import Verb, verbs
from moderation.errors import AlreadyMoved, SerenoError, UserError
from moderation.leeway import Opinion
from moderation.model import MemberRef
from tests.pipeline.stage import NOON, on_stage


def a_case(state: CaseState = CaseState.DECIDED, **facts: Any) -> Case:
    return Case("id", 7, state, 0, Origin.RULES, "twin", "club", NOON, NOON, "rules", **facts)


@pytest.mark.parametrize(("before", "to"), [*product(CaseState, CaseState)])
def test_a_case_moves_only_along_the_drawn_lines(before: CaseState, to: CaseState) -> None:
    """Every pair of states is either a drawn line or an error; an overturned case stays overturned."""
    if to in MOVES[before]:
        after = a_case(before).moved(to, by="twin:mod", at=NOON)
        assert (after.state, after.version, after.changed_by) == (to, 1, "twin:mod")
    else:
        with pytest.raises(SerenoError):
            a_case(before).moved(to, by="twin:mod", at=NOON)


def test_ids_are_stable_and_read_well() -> None:
    """Deciding the same event again after a crash opens the same case; no letter is taken for another."""
    assert case_id("twin:msg:1:0") == case_id("twin:msg:1:0") != case_id("twin:msg:2:0")
    assert len(case_id("x")) == 10 and not set(case_id("x")) & set("ilou")


def test_what_is_severe_urgent_and_old_comes_first() -> None:
    """A mild case that has waited all day outranks a fresh one that is a little worse."""
    fresh, urgent = a_case(severity=20), a_case(severity=20, urgent=True)
    old = a_case(severity=15)
    assert priority(urgent, NOON) > priority(fresh, NOON)
    assert priority(old, NOON + timedelta(hours=10)) > priority(fresh, NOON)


async def test_two_moderators_at_once_the_second_is_told(tmp_path: Path) -> None:
    """Compare and set: one decision, and the loser hears who was first."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a link")
        upheld, overturned = await asyncio.gather(
            stage.app.desk.uphold("1", "twin:ana"), stage.app.desk.overturn("1", "twin:bo"), return_exceptions=True
        )
        assert isinstance(upheld, Case) and upheld.state is CaseState.DECIDED
        assert isinstance(overturned, Case) and overturned.state is CaseState.OVERTURNED
        with pytest.raises(AlreadyMoved, match="twin:bo was first"):
            await stage.app.desk.uphold("1", "twin:cy")


async def test_a_held_message_is_given_back_when_it_was_no_problem(tmp_path: Path) -> None:
    """Overturning a held case shows the message again and counts nothing."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a link")
        (case,) = await stage.app.cases.page([CaseState.HELD])
        assert case.due_at == NOON + timedelta(minutes=30) and stage.twin.visible() == []
        await stage.app.desk.overturn(case.id, "twin:mod")
        await stage.app.settled()
        assert stage.twin.visible() == ["a link"]


async def test_undo_before_anything_happened_cancels_it(tmp_path: Path) -> None:
    """What was not done yet is never done, and the person is not bothered."""
    async with on_stage(tmp_path) as stage:
        stage.app.enforcer._stopping = True
        stage.app.enforcer.wake()
        await asyncio.sleep(0.01)
        await stage.app.accept(stage.twin.says("eve", "a scam"))
        await stage.app.intake.drained()
        await stage.app.undo("1", "twin:mod")
        view = await stage.app.cases.get("1")
        assert view is not None and {step.state for step in view.steps} == {"cancelled"}
        assert stage.twin.visible() == ["a scam"] and stage.twin.state.told == []


async def test_an_unknown_case_is_a_sentence(tmp_path: Path) -> None:
    """A typing mistake in a case number is the person's to mend."""
    async with on_stage(tmp_path) as stage:
        with pytest.raises(UserError, match="there is no case 99"):
            await stage.app.undo("99", "twin:mod")
        assert await stage.app.cases.get("99") is None


async def test_notes_stay_with_the_case_and_in_the_audit(tmp_path: Path) -> None:
    """What a moderator writes is read again; the audit says that it was written, not what."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a slur")
        await stage.app.desk.note("1", "twin:mod", "second time this week")
        view = await stage.app.cases.get("1")
        assert view is not None and [(note.by, note.text) for note in view.notes] == [
            ("twin:mod", "second time this week")
        ]
        rows = await stage.app.cases.audit_after(0)
        assert any(row.what == "note written" and row.actor == "twin:mod" for row in rows)
        assert not any("second time" in row.detail for row in rows)


async def test_an_appeal_is_decided_by_another_human(tmp_path: Path) -> None:
    """Who upheld it cannot decide about the appeal; somebody else can, and the person may object once."""
    async with on_stage(tmp_path) as stage:
        desk = stage.app.desk
        await stage.says("eve", "a link")
        await desk.uphold("1", "twin:mod")
        with pytest.raises(UserError, match="only the person"):
            await desk.appeal("1", "twin:bo", "unfair")
        await desk.appeal("1", "twin:eve", "it was a joke")
        with pytest.raises(UserError, match="another person"):
            await desk.uphold("1", "twin:mod")
        with pytest.raises(UserError, match="another person"):
            await desk.overturn("1", "twin:mod")
        case = await desk.overturn("1", "twin:ana")
        await stage.app.settled()
        assert case.state is CaseState.OVERTURNED and stage.twin.visible() == ["a link"]
        with pytest.raises(AlreadyMoved):
            await desk.appeal("1", "twin:eve", "again")


async def test_an_appeal_that_is_turned_down_leaves_things_as_they_are(tmp_path: Path) -> None:
    """Upheld by another human: the message stays away."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a slur")
        await stage.app.desk.appeal("1", "twin:eve", "it was a joke")
        case = await stage.app.desk.uphold("1", "twin:mod")
        assert case.state is CaseState.UPHELD and stage.twin.visible() == []


async def test_an_appeal_may_come_for_half_a_year(tmp_path: Path) -> None:
    """On day 183 it may, on day 184 it is too late."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a slur", "another slur")
        stage.clock.pass_(days=183)
        await stage.app.desk.appeal("1", "twin:eve", "late but in time")
        stage.clock.pass_(days=1)
        with pytest.raises(UserError, match="183 days"):
            await stage.app.desk.appeal("2", "twin:eve", "too late")


def test_what_can_be_said_about_a_case_follows_from_its_state() -> None:
    """Nothing is offered that would be refused."""
    eve = MemberRef("twin", "club", "eve")
    overturn = (Verb.OVERTURN, Verb.NOT_A_PROBLEM)
    assert verbs(a_case(CaseState.HELD, member=eve)) == (Verb.UPHOLD, *overturn)
    assert verbs(a_case(CaseState.DECIDED, member=eve)) == (*overturn, Verb.APPEAL)
    assert verbs(a_case(CaseState.DECIDED)) == overturn
    assert verbs(a_case(CaseState.OVERTURNED, member=eve)) == (Verb.NOT_A_PROBLEM,)


def test_what_was_said_about_a_rule_can_be_taken_back() -> None:
    """Where it moved something; and nobody is asked to say it again."""
    case = a_case(CaseState.OVERTURNED)
    assert verbs(case, Opinion.NOT_A_PROBLEM, moved=True) == (Verb.RETRACT,)
    assert verbs(case, Opinion.NOT_A_PROBLEM) == ()
    assert verbs(a_case(), Opinion.UPHELD, moved=True) == (Verb.OVERTURN, Verb.NOT_A_PROBLEM, Verb.RETRACT)


def test_a_case_that_no_rule_opened_says_nothing_about_one() -> None:
    """An outage is a problem whatever people think of the rules."""
    case = replace(a_case(CaseState.OPEN), origin=Origin.UNDECIDED)
    assert verbs(case) == (Verb.UPHOLD, Verb.OVERTURN)
