"""The rules somebody wants to try."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.config import FILE
from moderation.errors import UserError
from rules.loader import Given as Source
from rules.loader import Vocabulary, load, rule_files
from rules.model import RuleSet
from rules.problems import Problem, render


class BadRules(UserError):
    """Rule files with errors; `problems` has their places, and the text of this error is theirs."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(render(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Given:
    """A rule set and the path it came from, as the person wrote it."""

    path: Path
    rule_set: RuleSet


def given(path: Path, vocabulary: Vocabulary) -> Given:
    """The rules of a folder, or of one file. Raises BadRules, or UserError when there are none."""
    files = rule_files(path) if path.is_dir() else [path] if path.is_file() else None
    if files is None:
        raise UserError(f"{path}: there is no such file or folder")
    if not files:
        raise UserError(f"{path}: no rule files here; they end in .yaml")
    if path.is_dir() and (path / FILE).is_file():
        raise UserError(f"{path}: holds {FILE}, so it is no folder of rules; name that folder, as in {path / 'rules'}")
    loaded = load([Source(str(file), file) for file in files], vocabulary)
    if loaded.rule_set is None:
        raise BadRules(loaded.errors)
    return Given(path, loaded.rule_set)
