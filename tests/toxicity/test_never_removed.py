"""P16: whatever the rules say, a model's score alone removes nobody for good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sleeping import PatientStream
from bot.wiring import vocabulary
from moderation.actions.ask import Ask
from moderation.actions.ban import Ban
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.kick import Kick
from moderation.actions.strike import Strike
from moderation.actions.timeout import Timeout
from moderation.model import Event, Signal, Signals
from moderation.simulate import Person, World
from moderation.toxicity.labels import LABELS
from moderation.units import duration
from moderation.verdict import Mode, Verdict
from rules.conditions.author import Author
from rules.conditions.quoting import Quoting
from rules.conditions.raid import DuringRaid
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.conditions.shape import Shape
from rules.loader import Given, load
from rules.merging import removes
from rules.model import All, AnyOf, Condition, Holds, Ladder, Not, Use
from rules.stream import Stream
from tests.rules_engine.helpers import engine, rule, words
from tests.toxicity.models import Maker, Model
from tests.toxicity.staging import community

NEVER_WRITTEN = Says(lists=(words("blarg"),))
LEAVES: list[Condition] = [
    Score(labels={"toxicity": 0.9}),
    Score(labels={"threat": 0.5, "insult": 0.5}),
    Score(labels={"toxicity": 0.2}, model="shipped"),
    NEVER_WRITTEN,
    Author(here_less_than=timedelta(days=3)),
    Author(lacks_role="helper"),
    Quoting(stated=False),
    Shape(longer_than=2),
    DuringRaid(on=False),
]
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
        inner.map(lambda part: Use("named", part)),
    ),
    max_leaves=6,
)
ACTIONS: list[Action] = [
    Kick(),
    Ban(),
    Ban(span=duration("7d")),
    Timeout(span=duration("1h"), otherwise=Kick()),
    Timeout(span=duration("1h"), otherwise=Timeout(span=duration("2h"), otherwise=Ban())),
    Delete(otherwise=Kick()),
    Strike(points=(("conduct", 1),)),
    Strike(points=(("conduct", 3),)),
    Ask(),
]
THEN = st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3)
STEPS = st.lists(st.tuples(st.integers(1, 4), THEN.map(tuple)), max_size=3, unique_by=lambda step: step[0]).map(sorted)
SHARES = st.sampled_from([0.0, 0.1, 0.5, 0.9, 0.97, 1.0])
SCORES = st.fixed_dictionaries(dict.fromkeys(("toxicity", "threat", "insult"), SHARES))
MODES = st.sampled_from([Mode.ENFORCE, Mode.ENFORCE, Mode.REVIEW, Mode.SHADOW])


def takes_out(action: Action | None) -> bool:
    """Whether it, or what is done instead, takes somebody out for good."""
    return action is not None and (removes(action) or takes_out(action.otherwise))


def removals(verdict: Verdict) -> set[str]:
    """The rules that ask for a removal, ladder steps included; nothing is removed that none of them asks for."""
    rules = {match.rule for match in verdict.matched if any(map(takes_out, match.actions))}
    assert rules or not any(takes_out(plan.action) for plan in verdict.actions)
    return rules


def signals(shares: dict[str, float]) -> Signals:
    """As the detector gives them."""
    return Signals(tuple(Signal(label, shares.get(label, 0.0), "shipped") for label in LABELS))


@given(
    rules=st.lists(st.tuples(TREES, THEN, MODES), min_size=1, max_size=4),
    steps=STEPS,
    told=st.lists(SCORES, min_size=1, max_size=4),
)
def test_nobody_is_removed_because_of_what_a_model_says(
    rules: list[tuple[Holds, list[Action], Mode]],
    steps: list[tuple[int, tuple[Action, ...]]],
    told: list[dict[str, float]],
) -> None:
    """Over random rules, ladders and scores: who would stay if the model saw nothing, stays whatever it sees."""
    ladder = Ladder("conduct", timedelta(days=90), tuple(steps))
    judging = engine(
        *(rule(tree, *then, name=f"r{number}", mode=mode) for number, (tree, then, mode) in enumerate(rules)),
        ladders={"conduct": ladder},
    )

    def removed(scores: list[dict[str, float]]) -> set[str]:
        stream = PatientStream(judging, LABELS, {})
        world = World()
        world.meet(Person("eve", "eve", None, timedelta(hours=1), None))
        found: set[str] = set()
        for number, shares in enumerate(scores):
            event: Event = world.says("eve", "something unkind")
            noted = stream.note(event)
            verdict = stream.decide(noted, signals(shares))
            stream.settle(noted, verdict, str(number))
            found |= removals(verdict)
        return found

    at_most = removed([{} for _ in told])
    if steps:  # the step may be reached by one rule or by another
        assert at_most or not removed(told)
    else:
        assert removed(told) <= at_most


async def test_a_kick_by_score_becomes_a_question_in_the_running_bot(tmp_path: Path) -> None:
    """From the model through the detector to the platform: even a rule that says `kick` only asks people."""
    toxic = Score(labels={"toxicity": 0.9}, model="shipped")
    judging = engine(
        rule(toxic, Kick(), Strike(points=(("conduct", 3),)), name="kick"),
        rule(Not(Not(toxic)), Ban(), name="ban"),
        ladders={"conduct": Ladder("conduct", timedelta(days=90), ((1, (Kick(),)),))},
    )
    async with community(tmp_path, Maker([Model()]), judging) as stage:
        await stage.says("eve", "nasty", "nasty again")
        assert stage.twin.state.members["eve"].here
        assert {case.rules for case in await stage.app.cases.page()} == {("kick", "ban")}


@pytest.mark.parametrize("score", ["not: {not: {score: {threat: 75%}}}", "not: {any: [{not: {score: {threat: 75%}}}]}"])
@pytest.mark.parametrize(("then", "codes"), [("[kick]", ["E401"]), ("[hold]", [])])
def test_a_score_denied_twice_is_still_a_score(score: str, then: str, codes: list[str]) -> None:
    """A rule file that hides the model's word behind two `not` is refused like one that does not."""
    text = f"schema: rules/1\nrules:\n  - id: hidden\n    why: {{en: x}}\n    if: {{{score}}}\n    then: {then}\n"
    loaded = load([Given("rules.yaml", None, text.encode())], vocabulary())
    assert [problem.code for problem in loaded.problems if problem.code.startswith("E")] == codes


def test_stated_scores_speak_for_the_model_a_rule_names() -> None:
    """A scene can try a rule about one model, although no model looks at scenes."""
    judging = engine(rule(Score(labels={"toxicity": 0.9}, model="shipped"), name="named"))
    event = World().says("eve", "x")
    told = {
        who: Signals((Signal("toxicity", 0.95, who),)) for who in ("scene", "given", "shipped", "detoxify:unbiased")
    }
    matched = {who: bool(Stream(judging).feed(event, given).matched) for who, given in told.items()}
    assert matched == {"scene": True, "given": True, "shipped": True, "detoxify:unbiased": False}
