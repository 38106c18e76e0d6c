"""`sereno check`: every problem of rule files, playbooks and sereno.yaml, as text and as JSON.

checked = check([Path("rules")], vocabulary)
checked.exit_code     0 when there is no error, 2 otherwise
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.config import FILE, Community, names_of, read_configuration
from playbooks.structure import check_playbook
from rules.loader import Examine, Given, Loaded, Names, Vocabulary, load, rule_files
from rules.loading.documents import document
from rules.loading.report import Report
from rules.loading.source import source
from rules.problems import Problem, errors, in_order, render

_SCHEMA: Final = re.compile(rb"^schema:[ \t]*[\"']?(\w+)/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, and how much it looked at."""

    problems: tuple[Problem, ...]
    files: int
    rules: int

    @property
    def exit_code(self) -> int:
        """0 when everything may come into force, 2 otherwise."""
        return 2 if errors(self.problems) else 0

    def text(self) -> str:
        """Every problem as an admin reads it, and a last line that sums up."""
        return "\n".join(part for part in (render(self.problems), self.summary()) if part)

    def summary(self) -> str:
        """One line."""
        wrong = len(errors(self.problems))
        doubtful = len(self.problems) - wrong
        looked = f"{counted(self.files, 'file')}, {counted(self.rules, 'rule')}"
        return f"{looked}: {counted(wrong, 'error')}, {counted(doubtful, 'warning')}"

    def as_json(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "ok": self.exit_code == 0,
            "files": self.files,
            "rules": self.rules,
            "problems": [problem.as_json() for problem in self.problems],
        }


def check(
    paths: Sequence[Path], vocabulary: Vocabulary, *, config: Path | None = None, examine: Examine | None = None
) -> Checked:
    """Check files and folders. The rule files of one folder are one set; a sereno.yaml brings in all that it names.

    Rules are checked against `config`, or else against the sereno.yaml beside or above them that names their folder.
    """
    run = _Run(vocabulary, config, examine)
    for path in paths:
        run.take(path)
    return Checked(tuple(in_order(run.problems)), len(run.files), run.rules)


class _Run:
    """Looks at each file once, however many paths lead to it."""

    def __init__(self, vocabulary: Vocabulary, config: Path | None, examine: Examine | None) -> None:
        self._vocabulary = vocabulary
        self._config = config
        self._examine = examine
        self.problems: list[Problem] = []
        self.files: set[Path] = set()
        self.rules = 0

    def take(self, path: Path) -> None:
        """One path of the command line."""
        if path.is_dir():
            self._folder(path)
        elif not path.is_file():
            self._missing(path, "there is no such file or folder")
        else:
            self._some((path,))

    def _folder(self, folder: Path) -> None:
        found = [path for path in _below(folder) if path.is_file()]
        if not found:
            hint = "files end in .yaml; `sereno init` writes some to start from"
            self.problems.append(
                source(str(folder), "").problem("W105", 1, 1, "the folder holds nothing to check", hint)
            )
        for inner in sorted({path.parent for path in found}):
            self._some([path for path in found if path.parent == inner])

    def _some(self, paths: Iterable[Path]) -> None:
        """Files of one folder, each by what it says it is."""
        rules: list[Path] = []
        for path in paths:
            kind = _kind(path)
            if path in self.files:
                continue
            if kind == "sereno":
                self._configuration(path)
            elif kind == "playbook":
                self._playbook(path)
            else:
                rules.append(path)
        if rules:
            self._rules(rules, self._names(rules[0].parent))

    def _configuration(self, path: Path) -> None:
        self.files.add(path)
        read = read_configuration(path)
        self.problems += read.problems
        for community in read.configuration.communities if read.configuration else ():
            self._community(community, path.parent)

    def _community(self, community: Community, folder: Path) -> None:
        names = names_of(community, folder)
        folders = [folder / part.expanduser() for part in community.rules]
        self._rules([path for one in folders for path in rule_files(one)], names)
        for part in community.playbooks:
            for path in sorted((folder / part.expanduser()).glob("*.y*ml")):
                self._playbook(path)

    def _rules(self, paths: Sequence[Path], names: Names | None) -> None:
        self.files.update(paths)
        given = [Given(str(path), path) for path in paths]
        loaded: Loaded = load(given, self._vocabulary, names, examine=self._examine)
        self.problems += loaded.problems
        self.rules += len(loaded.rule_set.rules) if loaded.rule_set else 0

    def _playbook(self, path: Path) -> None:
        self.files.add(path)
        report = Report()
        root = document(report, Given(str(path), path), "playbook/1")
        if root is not None:
            check_playbook(report, root)
        self.problems += report.problems

    def _names(self, folder: Path) -> Names | None:
        """What the community that uses this folder calls things; None where no sereno.yaml is about it."""
        for path in [self._config] if self._config else _configurations(folder):
            read = read_configuration(path)
            for community in read.configuration.communities if read.configuration else ():
                folders = [(path.parent / part.expanduser()).resolve() for part in community.rules]
                if folder.resolve() in folders or self._config:
                    return names_of(community, path.parent)
        return None

    def _missing(self, path: Path, why: str) -> None:
        self.problems.append(source(str(path), "").problem("E007", 1, 1, why, "check the spelling of the path"))


def _below(folder: Path) -> Iterator[Path]:
    """The YAML files of a folder and those inside it; hidden ones are nobody's business."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in (".yaml", ".yml") and not hidden:
            yield path


def _configurations(folder: Path) -> Iterator[Path]:
    for above in (folder, *folder.resolve().parents[:2]):
        if (above / FILE).is_file():
            yield above / FILE


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            match = _SCHEMA.search(file.read(4096))
    except OSError:
        return "rules"
    if match is None:
        return "sereno" if path.name == FILE else "rules"
    return match[1].decode("ascii", "replace")


def counted(number: int, what: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
