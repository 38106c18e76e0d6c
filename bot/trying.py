"""`sereno test`: the examples in rule files, and whether any of them would notice a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.checks import Checked, check, counted
from rules.examples import RED, UNNOTICED, ExampleResult, Unnoticed
from rules.loader import Vocabulary
from rules.model import Place, Policy, RuleSet
from rules.mutation import unnoticed_in
from rules.problems import Problem, errors, problem_at, render
from rules.rehearsal import Rehearsal

_OURS = frozenset({RED, UNNOTICED})
_NOTHING = "W105"  # an empty folder must not look as green as one whose examples ran


@dataclass(slots=True)
class Tried:
    """What the examples of some files said. `checked` is what reading the files said."""

    checked: Checked
    results: list[ExampleResult] = field(default_factory=list)
    gaps: list[Unnoticed] = field(default_factory=list)
    rules: int = 0

    def rehearse(self, policy: Policy) -> Iterator[Problem]:
        """Run one file's examples; where all are green, ask what nobody would notice."""
        rehearsal = Rehearsal(policy)
        results = list(rehearsal.results())
        self.results += results
        red = [result for result in results if not result.ok]
        for result in red:
            yield problem_at(result.place, RED, result.words, "change the rule, or the example")
        for gap in unnoticed_in(rehearsal) if not red else ():
            self.gaps.append(gap)
            yield problem_at(gap.place, UNNOTICED, gap.message, gap.hint)

    @property
    def red(self) -> list[ExampleResult]:
        """Examples that came out otherwise than expected."""
        return [result for result in self.results if not result.ok]

    @property
    def unreadable(self) -> list[Problem]:
        """What kept files from being tested."""
        return [problem for problem in errors(self.checked.problems) if problem.code not in _OURS]

    @property
    def exit_code(self) -> int:
        """0 when all is green, 1 when an example is red or would not notice, 2 when a file has errors."""
        if self.unreadable:
            return 2
        return int(bool(self.red or self.gaps))

    def text(self) -> str:
        """Every problem as an admin reads it, and a last line that sums up."""
        shown = [
            *self.unreadable,
            *(problem for problem in self.checked.problems if problem.code in {*_OURS, _NOTHING}),
        ]
        return "\n".join(part for part in (render(shown), self.summary()) if part)

    def summary(self) -> str:
        """One line."""
        if self.unreadable:
            return f"{counted(len(self.unreadable), 'error')} in the files; mend first (`sereno check`)"
        green = len(self.results) - len(self.red)
        return (
            f"{counted(self.rules, 'rule')}, {counted(len(self.results), 'example')}: {green} green, "
            f"{len(self.red)} red; {counted(len(self.gaps), 'condition')} that no example would miss"
        )

    def as_json(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "ok": self.exit_code == 0,
            "rules": self.rules,
            "examples": [_result(result) for result in self.results],
            "unnoticed": [
                {"rule": gap.rule, "message": gap.message, "hint": gap.hint, **_place(gap.place)} for gap in self.gaps
            ],
            "problems": [problem.as_json() for problem in self.unreadable],
        }


def run(paths: Sequence[Path], vocabulary: Vocabulary, config: Path | None = None) -> Tried:
    """Read the files and run everything in them that can be run."""
    tried = Tried(Checked((), 0, 0))

    def examine(rule_set: RuleSet) -> list[Problem]:
        tried.rules += len(rule_set.rules)
        return [problem for policy in rule_set.policies for problem in tried.rehearse(policy)]

    tried.checked = check(paths, vocabulary, config=config, examine=examine)
    return tried


def _result(result: ExampleResult) -> dict[str, object]:
    return {
        "rule": result.rule,
        "kind": result.kind,
        "ok": result.ok,
        "text": result.text,
        "expected": result.expected,
        "got": result.got,
        **_place(result.place),
    }


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "column": place.column}
