"""Moderators' verdicts move thresholds, within bounds, in their own community, and undo moves them back."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.case import CaseState
from moderation.errors import UserError
from moderation.leeway import OFF, Bounds, Why
from tests.pipeline.scored import ASKING, Scored, scored
from tests.pipeline.stage import on_stage

MOD, OTHER = "twin:mod", "twin:ana"


async def threshold(stage: Scored) -> float:
    """Where the rule asks now: the lowest score, in tenths of a percent, about which there is a case."""
    low, high = 700, 1000
    while low < high:
        middle = (low + high) // 2
        if await stage.says(f"{middle / 10} probe", author=f"probe-{middle}"):
            high = middle
        else:
            low = middle + 1
    return low / 10


async def test_after_three_verdicts_the_like_passes_and_after_undo_it_asks_again(tmp_path: Path) -> None:
    """Each verdict moves the threshold a step; taking them back, in another order, brings back what was."""
    async with scored(tmp_path) as stage:
        cases = [await stage.case(f"89 {number}") for number in "abc"]
        steps = []
        for case in cases:
            after = await stage.app.desk.not_a_problem(case, MOD, Why.JOKE)
            assert after.state is CaseState.OVERTURNED
            view = await stage.app.cases.get(case)
            assert view is not None and view.said is not None and view.said.why == "joke"
            steps += [(move.rule, move.label, move.model, move.was, move.now) for move in view.moved]
        assert steps == [
            ("toxic-ask", "toxicity", "oracle:1", 0.8, 0.84),
            ("toxic-ask", "toxicity", "oracle:1", 0.84, 0.88),
            ("toxic-ask", "toxicity", "oracle:1", 0.88, 0.8901),
        ]
        assert await stage.says("89 again") is None and await stage.says("89.1 worse") is not None
        for case in (cases[1], cases[0], cases[2]):
            await stage.app.desk.retract(case, OTHER)
        view = await stage.app.cases.get(cases[2])
        assert view is not None and [(move.back_from, move.back_to) for move in view.moved] == [(0.8101, 0.8)]
        assert view.case.state is CaseState.OVERTURNED
        assert await stage.says("80 the threshold") is not None and await stage.says("79.9 below it") is None


async def test_one_verdict_reaches_just_above_what_it_was_about(tmp_path: Path) -> None:
    """A message at 82 % asks at 80 %; once it was no problem, the like passes and what is worse still asks."""
    async with scored(tmp_path) as stage:
        case = await stage.case("82 tickle")
        await stage.app.desk.not_a_problem(case, MOD, Why.OTHER)
        assert await stage.says("82 tickle") is None and await stage.says("82.1 worse") is not None
        await stage.app.desk.retract(case, MOD)
        assert await threshold(stage) == 80


async def test_another_community_is_not_affected(tmp_path: Path) -> None:
    """The same journal, rules and model; other moderators."""
    async with scored(tmp_path) as stage:
        await stage.app.desk.not_a_problem(await stage.case("82 tickle"), MOD, Why.JOKE)
    async with scored(tmp_path, state=stage.twin.state, community="elsewhere") as stage:
        assert await stage.says("82 tickle", author="fay") is not None
    async with scored(tmp_path, state=stage.twin.state) as stage:
        assert await stage.says("82 tickle") is None


async def test_a_restart_changes_no_threshold(tmp_path: Path) -> None:
    """What counts is rows: moves and their taking back alike."""
    async with scored(tmp_path) as stage:
        kept, gone = await stage.case("83 a"), await stage.case("95 b")
        await stage.app.desk.not_a_problem(kept, MOD, Why.JOKE)
        await stage.app.desk.not_a_problem(gone, MOD, Why.JOKE)
        await stage.app.desk.retract(gone, MOD)
    async with scored(tmp_path, state=stage.twin.state) as again:
        assert await again.says("83 like it") is None and await again.says("83.1 worse") is not None


async def test_another_model_starts_from_the_rules_own_figures(tmp_path: Path) -> None:
    """What was learnt about one model says nothing about the next; back with the old one, it counts again."""
    async with scored(tmp_path) as stage:
        await stage.app.desk.not_a_problem(await stage.case("82 tickle"), MOD, Why.JOKE)
    async with scored(tmp_path, state=stage.twin.state, model="oracle:2") as stage:
        assert await stage.says("82 tickle") is not None
    async with scored(tmp_path, state=stage.twin.state) as stage:
        assert await stage.says("82 tickle") is None


async def test_another_figure_in_the_rule_file_starts_afresh(tmp_path: Path) -> None:
    """Whoever edits the rule has the last word."""
    async with scored(tmp_path) as stage:
        await stage.app.desk.not_a_problem(await stage.case("95 tickle"), MOD, Why.JOKE)
    async with scored(tmp_path, state=stage.twin.state, rules=ASKING.replace("80%", "81%")) as stage:
        assert await stage.says("81 tickle") is not None and await stage.says("80.9 tickle") is None


async def test_upholding_goes_back_a_quarter_of_a_step_and_no_further_than_the_rule(tmp_path: Path) -> None:
    """Four who say that it was right weigh as much as one who says that it was no problem."""
    async with scored(tmp_path) as stage:
        cases = [await stage.case(f"95 {number}") for number in range(7)]
        await stage.app.desk.uphold(cases[6], MOD)
        view = await stage.app.cases.get(cases[6])
        assert view is not None and view.moved == ()
        await stage.app.desk.not_a_problem(cases[0], MOD, Why.JOKE)
        seen = []
        for case in cases[1:6]:
            await stage.app.desk.uphold(case, MOD)
            view = await stage.app.cases.get(case)
            assert view is not None
            seen += [move.now for move in view.moved]
        assert seen == [0.83, 0.82, 0.81, 0.8]


async def test_the_last_word_on_a_case_counts_and_only_that(tmp_path: Path) -> None:
    """Upheld by one, appealed, no problem to another: the first no longer counts."""
    async with scored(tmp_path) as stage:
        await stage.app.desk.not_a_problem(await stage.case("95 before"), MOD, Why.JOKE)
        case = await stage.case("95 tickle")
        await stage.app.desk.uphold(case, MOD)
        await stage.app.desk.appeal(case, "twin:eve", "we are friends")
        with pytest.raises(UserError, match="another person"):
            await stage.app.desk.not_a_problem(case, MOD, Why.JOKE)
        await stage.app.desk.not_a_problem(case, OTHER, Why.JOKE)
        view = await stage.app.cases.get(case)
        assert view is not None
        first, second = view.moved
        assert (first.now, first.back_from, first.back_to, first.taken_back_by) == (0.83, 0.83, 0.84, OTHER)
        assert (second.was, second.now, second.taken_back_at) == (0.84, 0.88, None)


async def test_undo_alone_says_nothing_about_the_rule(tmp_path: Path) -> None:
    """It takes the case back and leaves the threshold; what was said about the rule before goes with it."""
    async with scored(tmp_path) as stage:
        await stage.app.undo(await stage.case("82 a"), MOD)
        assert await stage.says("82 b", author="ben") is not None
        await stage.app.desk.not_a_problem(await stage.case("95 c"), MOD, Why.JOKE)
        upheld = await stage.case("95 d")
        await stage.app.desk.uphold(upheld, MOD)
        assert await threshold(stage) == 83
        await stage.app.undo(upheld, OTHER)
        assert await threshold(stage) == 84


async def test_what_was_taken_back_can_still_be_called_no_problem(tmp_path: Path) -> None:
    """The reason may come after the undo; saying it twice, or two people saying it, is once."""
    async with scored(tmp_path) as stage:
        case = await stage.case("95 a")
        await stage.app.undo(case, MOD)
        for who in (MOD, MOD, OTHER):
            await stage.app.desk.not_a_problem(case, who, Why.QUOTE)
        view = await stage.app.cases.get(case)
        assert view is not None and [(move.was, move.now) for move in view.moved] == [(0.8, 0.84)]
        await stage.app.desk.retract(case, MOD)
        await stage.app.desk.retract(case, MOD)
        assert await threshold(stage) == 80
        await stage.app.desk.not_a_problem(case, OTHER, Why.JOKE)
        assert await threshold(stage) == 84


async def test_a_word_that_was_no_problem_moves_no_score(tmp_path: Path) -> None:
    """The message comes back and the reason stands on the case; the model had nothing to do with it."""
    async with scored(tmp_path) as stage:
        case = await stage.case("what a zonkhead")
        assert stage.twin.visible() == []
        await stage.app.desk.not_a_problem(case, MOD, Why.RECLAIMED)
        await stage.app.settled()
        view = await stage.app.cases.get(case)
        assert stage.twin.visible() == ["what a zonkhead"]
        assert view is not None and view.moved == () and view.strikes == ()
        assert view.said is not None and (view.said.why, view.said.by) == ("reclaimed", MOD)


async def test_bounds_hold_for_a_whole_community(tmp_path: Path) -> None:
    """However often it is said: ten points, unless the community says otherwise."""
    async with scored(tmp_path) as stage:
        for number in range(5):
            case = await stage.says(f"99.9 {number}")
            assert case is not None
            await stage.app.desk.not_a_problem(case.id, MOD, Why.JOKE)
        assert await threshold(stage) == 90
    async with scored(tmp_path, state=stage.twin.state, leeway={"club": Bounds(above=0.05)}) as stage:
        assert await threshold(stage) == 85
    async with scored(tmp_path, state=stage.twin.state, leeway={"club": OFF}) as stage:
        assert await threshold(stage) == 80
        await stage.app.desk.not_a_problem(await stage.case("99.9 more"), MOD, Why.JOKE)
        assert await threshold(stage) == 80


async def test_the_audit_says_who_moved_what(tmp_path: Path) -> None:
    """From where to where, and back; nothing of what was written."""
    async with scored(tmp_path) as stage:
        case = await stage.case("82 tickle")
        await stage.app.desk.not_a_problem(case, MOD, Why.WRONG_LANGUAGE)
        await stage.app.desk.retract(case, OTHER)
        rows = [row for row in await stage.app.cases.audit_after(0) if row.actor in (MOD, OTHER)]
        assert [(row.actor, row.what) for row in rows] == [
            (MOD, "case overturned"),
            (MOD, "verdict on the rule"),
            (MOD, "threshold moved"),
            (OTHER, "threshold moved back"),
        ]
        assert '"from":"80%","to":"82.01%"' in rows[2].detail and '"to":"80%"' in rows[3].detail
        assert not any("tickle" in row.detail for row in rows)


async def test_what_is_no_longer_known_teaches_nothing(tmp_path: Path) -> None:
    """The author was erased: the case can be taken back, but no threshold moves by what is forgotten."""
    async with scored(tmp_path) as stage:
        case = await stage.case("95 tickle")
        await stage.app.retention.erase("twin:club:eve", MOD)
        after = await stage.app.desk.not_a_problem(case, MOD, Why.JOKE)
        assert after.state is CaseState.OVERTURNED
        assert await threshold(stage) == 80


async def test_only_what_a_rule_found_can_be_no_problem(tmp_path: Path) -> None:
    """A poisoned event says nothing about a rule."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", stage.stream.poison)
        with pytest.raises(UserError, match="no rule decided case 1"):
            await stage.app.desk.not_a_problem("1", MOD, Why.OTHER)
