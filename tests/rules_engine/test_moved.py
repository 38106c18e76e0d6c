"""Thresholds that moderators moved: what applies, where, and what is said about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from moderation.leeway import Threshold
from moderation.model import Signal, Signals
from moderation.verdict import Mode
from rules.compile import compile_rules
from rules.moved import with_figures
from tests.rules_engine.helpers import Chat, loaded, matched, scores

RULES = """
schema: rules/1
about: scores
languages: [en]
lists:
  bad: |
    zonk
rules:
  - id: plain
    why: {en: why}
    mode: enforce
    if:
      score: {toxicity: 80%}
    then: [delete]
  - id: two
    why: {en: why}
    mode: enforce
    if:
      any:
        - score: {toxicity: 90%, insult: 50%}
        - says: bad
    then: [delete]
  - id: other
    why: {en: why}
    mode: enforce
    if:
      says: bad
    unless:
      score: {toxicity: 80%}
    then: [delete]
  - id: word-and-score
    why: {en: why}
    mode: enforce
    if:
      says: bad
      score: {toxicity: 80%}
    then: [delete]
"""
PLAIN = Threshold("plain", "toxicity", "test", 800_000)


def chat(figures: dict[Threshold, int] | None = None, community: str = "local") -> Chat:
    one = Chat(loaded(RULES.replace("why: {en: why}", "why:\n      en: why")))
    one.stream.adjust({community: figures or {}})
    return one


def community_of(one: Chat) -> str:
    return one.world.says("ana", "hello").message.ref.channel.community


def moved(figures: dict[Threshold, int]) -> Chat:
    return chat(figures, community_of(chat()))


def test_a_moved_threshold_is_what_counts() -> None:
    """Below it the rule is silent, at it and above it speaks, and other rules go by their own figures."""
    one = moved({PLAIN: 830_000})
    assert matched(one.says("eve", "x", signals=scores(toxicity=0.82))) == []
    assert matched(one.says("eve", "x", signals=scores(toxicity=0.83))) == ["plain"]
    assert matched(chat().says("eve", "x", signals=scores(toxicity=0.82))) == ["plain"]
    assert "other" in matched(one.says("eve", "zonk", signals=scores(toxicity=0.79)))
    assert "word-and-score" in matched(one.says("eve", "zonk", signals=scores(toxicity=0.82)))


def test_a_lower_threshold_finds_more() -> None:
    """The rules as written would not have asked."""
    one = moved({PLAIN: 750_000})
    assert matched(one.says("eve", "x", signals=scores(toxicity=0.76))) == ["plain"]


def test_another_community_has_its_own() -> None:
    """Moves belong to the community whose moderators made them."""
    one = chat({PLAIN: 830_000}, "somewhere-else")
    assert matched(one.says("eve", "x", signals=scores(toxicity=0.82))) == ["plain"]


@pytest.mark.parametrize(
    "threshold",
    [
        Threshold("plain", "toxicity", "another-model", 800_000),
        Threshold("plain", "toxicity", "test", 790_000),
        Threshold("plain", "insult", "test", 800_000),
        Threshold("gone", "toxicity", "test", 800_000),
    ],
)
def test_what_was_learnt_about_something_else_does_not_apply(threshold: Threshold) -> None:
    """Another model, another figure in the file, another label, a rule that is gone."""
    one = moved({threshold: 990_000})
    assert matched(one.says("eve", "x", signals=scores(toxicity=0.82))) == ["plain"]


def test_each_model_is_asked_what_applies_to_it() -> None:
    """One that nobody complained about still needs no more than the rule says."""
    one = moved({PLAIN: 900_000})
    both = Signals((Signal("toxicity", 0.89, "test"), Signal("toxicity", 0.81, "second")))
    verdict = one.says("eve", "x", signals=both)
    [match] = verdict.matched
    assert [(seen.model, seen.here, seen.score) for seen in match.scores] == [("second", 0.8, 0.81)]


def test_a_silent_label_is_still_unknown() -> None:
    """A moved threshold makes no "no" out of "nobody knows"."""
    one = moved({PLAIN: 830_000})
    assert "plain" in one.says("eve", "x", signals=scores(silent=("toxicity",))).undecided


def test_an_exception_does_not_move() -> None:
    """Under `unless`, a higher threshold would find more: it stays as written."""
    one = moved({Threshold("other", "toxicity", "test", 800_000): 900_000})
    assert "other" not in matched(one.says("eve", "zonk", signals=scores(toxicity=0.85)))


def test_both_figures_are_told() -> None:
    """What the rule asks, what applies here, and what was seen."""
    [match] = moved({PLAIN: 830_000}).says("eve", "x", signals=scores(toxicity=0.85)).matched
    assert [(one.condition, one.saw) for one in match.because] == [
        ("score: toxicity at least 83% (80% in the rule, moved by moderators' verdicts)", "85%")
    ]
    [match] = chat().says("eve", "x", signals=scores(toxicity=0.85)).matched
    assert [(one.condition, one.saw) for one in match.because] == [("score: toxicity at least 80%", "85%")]


def test_only_scores_that_were_needed_decided() -> None:
    """Where a word would have been enough, the score is not to blame."""
    one = chat()
    seen = scores(toxicity=0.95, insult=0.6)
    verdict = one.says("eve", "x", signals=seen)
    assert {match.rule: [score.label for score in match.scores] for match in verdict.matched} == {
        "plain": ["toxicity"],
        "two": ["toxicity", "insult"],
    }
    verdict = one.says("eve", "zonk", signals=seen)
    assert {match.rule: [score.label for score in match.scores] for match in verdict.matched} == {
        "plain": ["toxicity"],
        "two": [],
        "word-and-score": ["toxicity"],
    }


def test_moves_outlive_a_reload_of_the_rules() -> None:
    """The same rule with the same figure in a new version of the file."""
    one = moved({PLAIN: 830_000})
    one.stream.swap(compile_rules(one.stream.engine.rule_set))
    assert matched(one.says("eve", "x", signals=scores(toxicity=0.82))) == []


def test_without_moves_the_engine_is_the_same_object() -> None:
    """Nothing is paid for what nobody uses."""
    engine = chat().engine
    assert with_figures(engine, {}) is engine
    assert with_figures(engine, {PLAIN: 800_000}) is engine
    assert all(one.mode is Mode.ENFORCE for one in engine.rules)


@given(
    some.integers(0, 100),
    some.integers(0, 100),
    some.integers(50, 99),
    some.booleans(),
    some.sampled_from(["x", "zonk"]),
)
def test_a_moved_rule_decides_as_one_that_was_written_so(
    toxicity: int, insult: int, figure: int, silent: bool, text: str
) -> None:
    """The same verdict as from a file with the other figure in it."""
    given_ = scores(("toxicity",) if silent else (), toxicity=toxicity / 100, insult=insult / 100)
    by_move = moved({PLAIN: figure * 10_000}).says("eve", text, signals=given_)
    changed = loaded(RULES.replace("why: {en: why}", "why:\n      en: why").replace("80%", f"{figure}%", 1))
    by_file = Chat(changed).says("eve", text, signals=given_)
    assert (matched(by_move), by_move.undecided, by_move.actions) == (
        matched(by_file),
        by_file.undecided,
        by_file.actions,
    )
