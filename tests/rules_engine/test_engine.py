"""What a rule set makes of an event."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from moderation.actions.ask import Ask
from moderation.actions.ban import Ban
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.label import Label
from moderation.actions.strike import Strike
from moderation.actions.timeout import Timeout
from moderation.simulate import Person
from moderation.units import duration
from moderation.verdict import Mode
from rules.conditions.author import Author
from rules.conditions.quoting import Quoting
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.conditions.shape import Shape
from rules.engine import score_only
from rules.model import All, AnyOf, Holds, Ladder, Not, Use
from tests.rules_engine.helpers import Chat, engine, matched, names, rule, scores, words

SLURS, INSULTS = words("blarg", name="slurs"), words("tonto", name="insults")
SLUR, INSULT = Says(lists=(SLURS,)), Says(lists=(INSULTS,))
TOXIC = Score(labels={"toxicity": 0.9})
NEW = Author(here_less_than=timedelta(days=3))
SILENT = scores(silent=("toxicity",))


def test_a_rule_without_conditions_matches_everything_it_looks_at() -> None:
    """Only its kinds of event narrow it."""
    chat = Chat(engine(rule(None, on=frozenset({"join"}))))
    assert not chat.says("ana", "hello").matched
    assert matched(chat.feed(chat.world.joins("ana"))) == ["r"]


def test_unknown_leaves_a_rule_undecided_only_where_the_rest_would_hold() -> None:
    """What is surely false or surely true needs no model."""
    rules = engine(
        rule(TOXIC, name="alone"),
        rule(All((TOXIC, SLUR)), name="and"),
        rule(AnyOf((TOXIC, SLUR)), name="or"),
        rule(Not(TOXIC), name="not"),
    )
    harmless = Chat(rules).says("ana", "hello", signals=SILENT)
    assert (matched(harmless), harmless.undecided) == ([], ("alone", "or", "not"))
    assert harmless.missing == {"toxicity"}
    slur = Chat(rules).says("ana", "blarg", signals=SILENT)
    assert (matched(slur), slur.undecided) == (["or"], ("alone", "and", "not"))


def test_an_author_nobody_knows_leaves_the_rule_undecided() -> None:
    """The verdict names what was missing."""
    chat = Chat(engine(rule(All((SLUR, NEW)))))
    chat.world.meet(Person("ana", "ana", None, None, None))
    verdict = chat.says("ana", "blarg")
    assert verdict.undecided == ("r",)
    assert verdict.missing == {"time in the community"}
    assert not verdict.actions


def test_shadow_rules_count_and_touch_nobody_and_off_rules_do_not_even_count() -> None:
    """The mode decides how far a rule may go."""
    shadow = Chat(engine(rule(SLUR, mode=Mode.SHADOW), rule(SLUR, mode=Mode.OFF, name="off")))
    verdict = shadow.says("eve", "blarg")
    assert matched(verdict) == ["r"]
    assert not verdict.actions


def test_review_asks_people_instead_of_removing() -> None:
    """Holding and labelling stay; delete, timeout and strike become one question."""
    actions = (Delete(), Timeout(span=duration("1h")), Strike(points=(("", 2),)), Hold(), Label(label="slur"))
    verdict = Chat(engine(rule(SLUR, *actions, mode=Mode.REVIEW))).says("eve", "blarg")
    assert names(verdict) == {"ask", "hold", "label"}
    assert [action.name for action in verdict.matched[0].actions] == ["delete", "timeout", "strike", "hold", "label"]


def test_stop_ends_a_file_once_a_rule_acts() -> None:
    """Later rules of the same file are not looked at; those in shadow stop nothing."""
    chat = Chat(engine(rule(SLUR, name="first", stop=True), rule(SLUR, name="second")))
    assert matched(chat.says("eve", "blarg")) == ["first"]
    chat = Chat(engine(rule(SLUR, name="first", stop=True, mode=Mode.SHADOW), rule(SLUR, name="second")))
    assert matched(chat.says("eve", "blarg")) == ["first", "second"]


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ({"only_in": ("help-*",)}, False),
        ({"only_in": ("GEN*",)}, True),
        ({"except_in": ("#general",)}, False),
        ({"except_in": ("mod-*",)}, True),
        ({"platforms": frozenset({"discord"})}, False),
        ({"platforms": frozenset({"plaza", "slack"})}, True),
        ({"spare": frozenset({"trusted"})}, False),
        ({"spare": frozenset({"moderator"})}, True),
        ({"until": date(2026, 1, 6)}, False),
        ({"until": date(2026, 1, 7)}, True),
    ],
)
def test_a_rule_is_in_force_where_it_says(scope: dict[str, Any], found: bool) -> None:
    """Channels, platforms, spared roles and the last day."""
    chat = Chat(engine(rule(SLUR, **scope)))
    chat.world.meet(Person("ana", "ana", None, None, None, frozenset({"trusted"})))
    assert bool(chat.says("ana", "blarg").matched) is found


def test_a_sample_is_the_same_people_every_time() -> None:
    """A tenth of the people meet the rule, always the same tenth; another rule meets others."""
    chat = Chat(engine(rule(SLUR, name="a", sample=0.1), rule(SLUR, name="b", sample=0.1)))
    met = {"a": set[str](), "b": set[str]()}
    for _ in range(2):
        for number in range(400):
            for name in matched(chat.says(f"p{number}", "blarg")):
                met[name].add(f"p{number}")
    assert 15 < len(met["a"]) < 80
    assert met["a"] != met["b"]


def test_the_strictest_action_of_a_kind_is_taken_once() -> None:
    """Two rules, one timeout: the longer; the plan names both."""
    verdict = Chat(
        engine(rule(SLUR, Timeout(span=duration("1h")), name="a"), rule(SLUR, Timeout(span=duration("1d")), name="b"))
    ).says("eve", "blarg")
    (plan,) = verdict.actions
    assert plan.action == Timeout(span=duration("1d"))
    assert plan.rules == ("a", "b")


def test_what_is_deleted_need_not_be_held() -> None:
    """A hold stays only for messages that nobody deletes."""
    verdict = Chat(engine(rule(SLUR, Delete(), name="a"), rule(SLUR, Hold(), name="b"))).says("eve", "blarg")
    assert names(verdict) == {"delete"}


def test_a_quotation_covers_only_what_the_rule_itself_objects_to() -> None:
    """Another list's word outside the quotation does not turn a quoted slur into one."""
    rules = engine(rule(All((SLUR, Not(Quoting(stated=True)))), name="slur"), rule(INSULT, name="insult"))
    chat = Chat(rules)
    chat.says("eve", "you blarg")
    assert matched(chat.says("ana", 'she said "you blarg", what a tonto')) == ["insult"]


@pytest.mark.parametrize("mode", [Mode.ENFORCE, Mode.REVIEW])
def test_a_ban_for_good_is_only_ever_a_question(mode: Mode) -> None:
    """Nobody is removed for good unless a person says so."""
    verdict = Chat(engine(rule(SLUR, Ask(), Ban(), mode=mode))).says("eve", "blarg")
    assert names(verdict) == {"ask"}
    assert [action.name for action in verdict.matched[0].actions] == ["ask", "ban"]


LADDER = Ladder("conduct", timedelta(days=90), ((3, (Kick(),)), (6, (Ask(),))))


def strike(points: int) -> Strike:
    return Strike(points=(("conduct", points),))


def test_a_models_word_alone_never_removes_anybody() -> None:
    """Not directly, not through a ladder, not as what is done on platforms that cannot do the first thing."""
    directly = Chat(engine(rule(All((TOXIC, NEW)), Kick(), Timeout(span=duration("1h"), otherwise=Kick()))))
    directly.world.meet(Person("eve", "eve", None, timedelta(hours=1), None))
    verdict = directly.says("eve", "x", signals=scores(toxicity=0.99))
    assert names(verdict) == {"ask", "timeout"}
    assert all(plan.action.otherwise is None or plan.action.otherwise.name == "ask" for plan in verdict.actions)
    ladder = Chat(engine(rule(TOXIC, strike(3)), ladders={"conduct": LADDER}))
    assert names(ladder.says("eve", "x", signals=scores(toxicity=0.99))) == {"strike", "ask"}


def test_points_from_scores_do_not_push_a_person_over_the_edge() -> None:
    """The last point may come from facts; the step still needs enough of them."""
    rules = engine(
        rule(TOXIC, strike(2), name="model"), rule(SLUR, strike(1), name="facts"), ladders={"conduct": LADDER}
    )
    chat = Chat(rules)
    assert names(chat.says("eve", "x", signals=scores(toxicity=0.99))) == {"strike"}
    assert names(chat.says("eve", "blarg", signals=scores())) == {"strike", "ask"}
    by_facts = Chat(rules)
    for _ in range(2):
        by_facts.says("eve", "blarg")
    assert names(by_facts.says("eve", "blarg")) == {"strike", "kick"}


def test_a_score_beside_facts_is_no_score_alone() -> None:
    """Somebody who wrote a listed word did something anybody can check."""
    rules = engine(rule(All((TOXIC, SLUR)), Kick(), name="and"), rule(AnyOf((TOXIC, INSULT)), Kick(), name="or"))
    assert names(Chat(rules).says("eve", "blarg", signals=scores(toxicity=0.99))) == {"kick", "ask"}
    assert names(Chat(rules).says("eve", "tonto", signals=scores(toxicity=0.99))) == {"kick"}


@pytest.mark.parametrize(
    ("test", "alone"),
    [
        (TOXIC, True),
        (All((TOXIC, NEW)), True),
        (All((TOXIC, Shape(longer_than=1))), True),
        (All((TOXIC, SLUR)), False),
        (AnyOf((TOXIC, SLUR)), True),
        (All((AnyOf((TOXIC, SLUR)), INSULT)), False),
        (Use("x", TOXIC), True),
        (Not(TOXIC), False),
        (NEW, False),
        (SLUR, False),
    ],
)
def test_the_loader_can_ask_whether_a_score_may_stand_alone(test: Holds, alone: bool) -> None:
    """Refused at load what could never be right at run time."""
    assert score_only(test) is alone


def test_a_rule_whose_model_is_not_installed_sleeps() -> None:
    """It is neither matched nor undecided, message after message."""
    asleep = Score(labels={"toxicity": 0.9}, model="big", asleep=True)
    verdict = Chat(engine(rule(asleep), rule(SLUR, name="b"))).says("eve", "blarg", signals=SILENT)
    assert (matched(verdict), verdict.undecided) == (["b"], ())
