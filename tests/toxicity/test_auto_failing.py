"""Two models as one, when the second comes late, dies, hangs, lies, or never comes: the first one's scores stand."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cascading import joined
from moderation.actions.ban import Ban
from moderation.actions.kick import Kick
from moderation.actions.strike import Strike
from moderation.errors import DetectorError
from moderation.toxicity.apart import Apart
from moderation.toxicity.band import Band
from moderation.toxicity.cascade import AT_ONCE, Cascade
from moderation.toxicity.later import Later
from moderation.toxicity.port import Scores
from rules.conditions.score import Score
from rules.model import Ladder
from tests.rules_engine.helpers import engine, rule
from tests.toxicity.models import Maker, Model, Notes, scores
from tests.toxicity.staging import community, conduct

NAME = "detoxify:unbiased"
BAND = Band(0.02, 0.98)
LABELS = Model().labels


def harsher() -> Model:
    """Sees what is only doubtful as certain."""
    return Model(NAME, says=lambda texts: [scores(toxicity=0.99) for _ in texts])


def toxicity(found: Sequence[Scores]) -> list[float]:
    return [one["toxicity"] for one in found]


def test_nobody_waits_for_a_second_model_that_is_being_loaded() -> None:
    """The first one judges meanwhile; once it is there, the second judges what is in doubt."""
    gate, told = threading.Event(), list[str]()

    def slow() -> Model:
        gate.wait()
        return harsher()

    second = Later(NAME, LABELS, slow)
    pair = Cascade(Model(), second, BAND, told.append)
    assert toxicity(pair.score(["doubtful", "kind"])) == [0.85, 0.01]
    assert told == [f"{NAME} could not judge 1 texts: {NAME} is being loaded"]
    gate.set()
    assert second.wait(10)
    assert toxicity(pair.score(["doubtful", "kind"])) == [0.99, 0.01]


def test_a_second_model_that_cannot_be_made_is_tried_again_after_a_while() -> None:
    """And not with every message."""
    moments, maker = iter([0.0, 10.0, 29.0, 31.0]), Maker([OSError("no such file"), harsher()])
    second = Later(NAME, LABELS, maker, pauses=(30.0,), now=lambda: next(moments))
    assert not second.wait(10)
    for _ in range(2):
        with pytest.raises(DetectorError, match="cannot be loaded: no such file"):
            second.score(["doubtful"])
    with pytest.raises(DetectorError, match="is being loaded"):
        second.score(["doubtful"])
    assert second.wait(10) and maker.made == 2
    assert toxicity(second.score(["doubtful"])) == [0.99]


def test_a_second_model_that_dies_is_replaced_and_the_first_one_stands_meanwhile() -> None:
    """A real process, killed as the system kills what takes too much memory."""
    told = list[str]()
    apart = Apart(harsher)
    second = Later(NAME, LABELS, lambda: apart)
    assert second.wait(30)
    pair = Cascade(Model(), second, BAND, told.append)
    try:
        assert toxicity(pair.score(["doubtful"])) == [0.99]
        assert apart.pid is not None
        os.kill(apart.pid, signal.SIGKILL)
        assert toxicity(pair.score(["doubtful", "nasty", "kind"])) == [0.85, 0.99, 0.01]
        assert len(told) == 1 and NAME in told[0]
    finally:
        pair.close()
    assert apart.pid is None


@pytest.mark.parametrize("nonsense", [1.7, -0.1, math.nan, math.inf])
def test_a_second_model_that_gives_no_probability_is_not_believed(nonsense: float) -> None:
    """Only the text it is about keeps the first one's scores."""
    told = list[str]()
    lying = Model(NAME, says=lambda texts: [scores(toxicity=nonsense if "odd" in text else 0.5) for text in texts])
    pair = Cascade(Model(), lying, BAND, told.append)
    assert toxicity(pair.score(["doubtful and odd", "doubtful"])) == [0.85, 0.5]
    assert told == [f"{NAME} gave a score outside 0..1"]


def test_a_second_model_without_time_leaves_the_rest_to_the_first() -> None:
    """What it has judged counts; nobody loses the first one's scores by waiting for more."""
    told = list[str]()
    pair = Cascade(Model(), harsher(), BAND, told.append, within=0.0)
    found = toxicity(pair.score(["doubtful"] * (AT_ONCE + 3)))
    assert found == [0.99] * AT_ONCE + [0.85] * 3
    assert told == [f"{NAME} had no time for 3 texts"]


def test_what_neither_has_judged_is_not_called_harmless() -> None:
    """The first failed, the second ran out of time: no scores at all."""
    pair = Cascade(Model(trouble=MemoryError()), harsher(), BAND, within=0.0)
    with pytest.raises(DetectorError, match="neither"):
        pair.score(["doubtful"] * (AT_ONCE + 1))


def test_closing_the_pair_lets_both_go_even_one_that_is_only_being_made() -> None:
    """No process outlives the bot."""
    gate, first, made = threading.Event(), Model(), harsher()

    def slow() -> Model:
        gate.wait()
        return made

    second = Later(NAME, LABELS, slow)
    Cascade(first, second, BAND).close()
    gate.set()
    assert not second.wait(10)
    assert first.closed and made.closed


async def test_in_a_running_bot_rules_go_on_with_the_first_models_scores(tmp_path: Path) -> None:
    """The shipped rules ask people about what the first one suspects, no rule is undecided, and nobody is bothered twice."""
    told, notes = list[str](), Notes()
    pair = joined(NAME, tmp_path, tmp_path / "model.json", Model, Maker([OSError("gone")]), told.append)
    async with community(tmp_path, lambda: pair, conduct(), diary=notes) as stage:
        await stage.says("ana", "something doubtful", "something kind")
        await stage.says("eve", "something nasty")
        assert stage.twin.visible() == ["something doubtful", "something kind"]
        rules = {frozenset(case.rules) for case in await stage.app.cases.page()}
        assert rules == {frozenset({"toxic-ask"}), frozenset({"toxic-sure", "toxic-ask"})}
    assert notes.said == [f"up: cascade:{NAME}"] and notes.lost == []
    assert told and all(NAME in one for one in told)


@pytest.mark.parametrize("named", ["cascade", f"cascade:{NAME}"])
@pytest.mark.parametrize("second", [harsher(), Model(NAME, trouble=RuntimeError("crash"))], ids=["well", "dead"])
async def test_two_models_remove_nobody_either(tmp_path: Path, second: Model, named: str) -> None:
    """A rule that says `kick` or `ban` by the pair's score only asks people, whether the second judges or is dead."""
    toxic = Score(labels={"toxicity": 0.8}, model=named)
    judging = engine(
        rule(toxic, Kick(), Strike(points=(("conduct", 3),)), name="kick"),
        rule(toxic, Ban(), name="ban"),
        ladders={"conduct": Ladder("conduct", timedelta(days=90), ((1, (Kick(),)),))},
    )
    pair = Cascade(Model(), second, BAND)
    async with community(tmp_path, lambda: pair, judging) as stage:
        await stage.says("eve", "doubtful", "nasty")
        assert stage.twin.state.members["eve"].here
        assert {case.rules for case in await stage.app.cases.page()} == {("kick", "ban")}
