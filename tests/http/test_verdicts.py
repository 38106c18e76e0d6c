"""What the desk answers when somebody says what they think of a rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.case_words import told
from bot.console.desk import StoredDesk, Verbs
from bot.stores.queue import Queue
from moderation.leeway import Why
from tests.pipeline.scored import Scored, scored


def desk_of(stage: Scored) -> StoredDesk:
    app = stage.app
    verbs = Verbs(app.undo, app.desk.uphold, app.desk.not_a_problem, app.desk.retract)
    return StoredDesk(app.cases, Queue(app.journal), lambda: app.rules.rule_set, stage.clock, verbs)


async def shown(desk: StoredDesk, case: str) -> dict[str, Any]:
    return (await desk.case(case)).model_dump()


async def test_the_answer_says_what_moved_and_that_it_is_back(tmp_path: Path) -> None:
    """From where to where, and with which word that is taken back."""
    async with scored(tmp_path) as stage:
        desk = desk_of(stage)
        case = await stage.case("95 tickle")
        before = await shown(desk, case)
        assert before["verbs"] == ["undo", "uphold", "not-a-problem"] and before["said"] is None
        await desk.not_a_problem(case, "console", Why.JOKE)
        after = await shown(desk, case)
        [move] = after["moved"]
        assert (move["rule"], move["label"], move["was"], move["now"], move["asked"]) == (
            "toxic-ask",
            "toxicity",
            0.8,
            0.84,
            0.8,
        )
        assert after["verbs"] == ["retract"] and after["said"]["why"] == "joke"
        await desk.retract(case, "console")
        back = await shown(desk, case)
        [move] = back["moved"]
        assert (move["was"], move["now"], move["taken_back_by"]) == (0.84, 0.8, "console")
        assert back["verbs"] == ["not-a-problem"] and back["said"]["taken_back_by"] == "console"


async def test_a_case_shows_what_the_rule_asks_and_what_applied_here(tmp_path: Path) -> None:
    """On the page and in `sereno explain`."""
    async with scored(tmp_path) as stage:
        desk = desk_of(stage)
        await desk.not_a_problem(await stage.case("95 tickle"), "console", Why.JOKE)
        case = await stage.case("90 worse")
        [rule] = (await shown(desk, case))["decided_by"]
        assert rule["scores"] == [{"label": "toxicity", "model": "oracle:1", "asked": 0.8, "here": 0.84, "score": 0.9}]
        view = await stage.app.cases.get(case)
        assert view is not None
        words = "score: toxicity at least 84% (80% in the rule, moved by moderators' verdicts): 90%"
        assert words in told(view)


async def test_explain_tells_what_was_said_and_what_moved(tmp_path: Path) -> None:
    """And that it was taken back."""
    async with scored(tmp_path) as stage:
        case = await stage.case("95 tickle")
        await stage.app.desk.not_a_problem(case, "twin:mod", Why.WRONG_LANGUAGE)
        await stage.app.desk.retract(case, "twin:ana")
        view = await stage.app.cases.get(case)
        assert view is not None
        story = told(view)
        assert "not a problem (wrong language), by twin:mod at 2026-03-02 12:00:00 UTC" in story
        assert (
            "threshold of toxic-ask for toxicity: from 80% to 84%\n    taken back by twin:ana: from 84% to 80%" in story
        )
