"""The examples in rule files, and what becomes of them: `hits`, `misses` and `scenes`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.model import Policy, RuleSet
from rules.mutation import Unnoticed, unnoticed, unnoticed_in
from rules.problems import Problem, problem_at
from rules.rehearsal import ExampleResult, Rehearsal
from rules.scenes import SceneError, SceneLine, parse_line

__all__ = [
    "ExampleResult",
    "SceneError",
    "SceneLine",
    "Unnoticed",
    "examine",
    "parse_line",
    "run_examples",
    "unnoticed",
]

RED: Final = "E300"
UNNOTICED: Final = "W300"


def run_examples(rule_set: RuleSet) -> list[ExampleResult]:
    """Every example of every file, each file by itself, in order."""
    return [result for policy in rule_set.policies for result in Rehearsal(policy).results()]


def examine(rule_set: RuleSet) -> list[Problem]:
    """Red examples as errors; where all of a file are green, what no example would miss as warnings."""
    return [problem for policy in rule_set.policies for problem in _examined(policy)]


def _examined(policy: Policy) -> Iterator[Problem]:
    rehearsal = Rehearsal(policy)
    red = [result for result in rehearsal.results() if not result.ok]
    for result in red:
        yield problem_at(result.place, RED, result.words, "change the rule, or the example")
    for gap in unnoticed_in(rehearsal) if not red else ():
        yield problem_at(gap.place, UNNOTICED, gap.message, gap.hint)
