"""Rule files → the rules in force, or every problem that keeps them from coming into force.

loaded = load_folder(Path("rules"), vocabulary)
loaded.rule_set       the rules; None when there is any error
loaded.problems       errors and warnings of all files, in order
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from rules.load_context import LoadContext
from rules.loading.documents import Given, document
from rules.loading.extend import extended
from rules.loading.file import File, plugins
from rules.loading.policy import policy
from rules.loading.report import Report
from rules.loading.source import source
from rules.loading.vocabulary import CODED_QUEUES, CODED_ROLES, Names, Vocabulary
from rules.loading.whole import whole
from rules.model import Policy, RuleSet
from rules.problems import Problem, errors
from rules.yaml_nodes import MappingNode

__all__ = [
    "SHIPPED",
    "Examine",
    "Given",
    "Loaded",
    "Names",
    "Vocabulary",
    "folder_doubts",
    "load",
    "load_folder",
    "load_folders",
    "rule_files",
]

SHIPPED: Final = Path(__file__).parent / "packs"
"""The packs that `extends:` may name."""

Examine = Callable[[RuleSet], Iterable[Problem]]
"""Runs the examples of a set that has no other error; what it finds counts like any problem."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a run over some files."""

    rule_set: RuleSet | None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep the files from coming into force."""
        return errors(self.problems)


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder in the order of their names; hidden files and editors' copies are no rule files."""
    found = [path for pattern in ("*.yaml", "*.yml") for path in folder.glob(pattern)]
    return sorted(path for path in found if path.is_file() and not path.name.startswith((".", "#")))


def load_folder(
    folder: Path,
    vocabulary: Vocabulary,
    names: Names | None = None,
    *,
    today: date | None = None,
    examine: Examine | None = None,
) -> Loaded:
    """All rule files of a folder; messages call them by the path that leads there."""
    return load_folders((folder,), vocabulary, names, today=today, examine=examine)


def load_folders(
    folders: Sequence[Path],
    vocabulary: Vocabulary,
    names: Names | None = None,
    *,
    today: date | None = None,
    examine: Examine | None = None,
) -> Loaded:
    """The rule files of several folders as one set. A folder that is not there is an error, never an empty set."""
    given = [Given(str(path), path) for folder in folders for path in rule_files(folder)]
    doubts = tuple(doubt for folder in folders for doubt in folder_doubts(folder))
    if errors(doubts):
        return Loaded(None, doubts)
    loaded = load(given, vocabulary, names, today=today, examine=examine)
    return Loaded(loaded.rule_set, (*doubts, *loaded.problems))


def folder_doubts(folder: Path) -> Iterator[Problem]:
    """What is wrong with a folder before any file is read: it is not there, or holds no rule file."""
    nothing = source(str(folder), "")
    if not folder.is_dir():
        yield nothing.problem("E007", 1, 1, "there is no such folder", "create it, or mend the path")
    elif not rule_files(folder):
        hint = "rule files end in .yaml; `sereno init` writes a first one"
        yield nothing.problem("W105", 1, 1, "the folder holds no rule file", hint)


def load(
    given: Sequence[Given],
    vocabulary: Vocabulary,
    names: Names | None = None,
    *,
    today: date | None = None,
    examine: Examine | None = None,
    packs: Path = SHIPPED,
) -> Loaded:
    """All files together as one set. `names` is what sereno.yaml says; None where there is none.

    `today` (UTC when not given) decides which `until` lies in the past; `packs` is where `extends` looks.
    """
    report = Report()
    reading = _Reading(report, vocabulary, names, today or datetime.now(UTC).date(), packs)
    with _uncollected():
        read = [found for found in map(reading.policy, given) if found is not None]
    whole(report, read)
    if report.has_errors():
        return Loaded(None, report.problems)
    rule_set = RuleSet(tuple(policy for policy, _ in read))
    if examine is not None:
        report.add(report.complete(problem) for problem in examine(rule_set))
    return Loaded(None if report.has_errors() else rule_set, report.problems)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that loading builds is garbage, and the collector would walk all of it again and again (a third of the
    time for 500 rules); it waits for the fraction of a second that loading takes."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Reading:
    report: Report
    vocabulary: Vocabulary
    names: Names | None
    today: date
    packs: Path

    def policy(self, given: Given) -> tuple[Policy, MappingNode] | None:
        """One file, as far as it can be understood."""
        root = document(self.report, given, "rules/1")
        if root is None:
            return None
        name = given.path.name if given.path else given.name
        file = File(
            name=name,
            report=self.report,
            plugins=plugins(self.vocabulary),
            vocabulary=self.vocabulary,
            names=self.names,
            context=self._context(),
            today=self.today,
        )
        merged = extended(self.report, root, self.packs)
        return policy(file, merged), merged

    def _context(self) -> LoadContext:
        words, names = self.vocabulary, self.names
        return LoadContext(
            labels=words.labels,
            models=words.models,
            platforms=words.platforms,
            roles=names.roles | CODED_ROLES if names else None,
            channels=names.channels if names else None,
            queues=names.queues | CODED_QUEUES if names else None,
            playbooks=names.playbooks if names else None,
        )
