"""An exception nobody could look at is neither met nor unmet."""

from __future__ import annotations

import pytest

from moderation.model import Signals
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.conditions.shape import Shape
from rules.model import All, Condition, Not
from tests.rules_engine.helpers import Chat, engine, matched, rule, scores, words

WAITING = Says(lists=(words("blarg"),))
FUSED = Shape(longer_than=3)


@pytest.mark.parametrize("condition", [WAITING, FUSED], ids=["waits for a word", "asked every time"])
@pytest.mark.parametrize(
    ("signals", "held", "open_"),
    [
        (scores(silent=("toxicity",)), [], ("r",)),
        (scores(toxicity=0.1), ["r"], ()),
        (scores(toxicity=0.9), [], ()),
    ],
    ids=["silent", "low", "high"],
)
def test_an_exception_that_nobody_could_judge_leaves_the_rule_undecided(
    condition: Condition, signals: Signals, held: list[str], open_: tuple[str, ...]
) -> None:
    """`unless:` with a silent detector: a person looks, whichever way the engine asks the rule."""
    unless = Not(Score(labels={"toxicity": 0.5}))
    verdict = Chat(engine(rule(All((condition, unless))))).says("ana", "you blarg", signals=signals)
    assert (matched(verdict), verdict.undecided) == (held, open_)
