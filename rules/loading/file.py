"""What the readers of one rule file share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from moderation.actions.base import Action
from rules.load_context import LoadContext
from rules.loading.report import Report
from rules.loading.vocabulary import Names, Vocabulary
from rules.model import Brake, Condition
from rules.yaml_nodes import MappingNode

V = TypeVar("V")


class Noticing(Mapping[str, V]):
    """Names declared in a file, remembering which of them somebody used."""

    def __init__(self, declared: Mapping[str, V]) -> None:
        self._declared = declared
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> V:
        self.used.add(name)
        return self._declared[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str):
            self.used.add(name)
        return name in self._declared


@dataclass(frozen=True, slots=True)
class Plugins:
    """The vocabulary by name."""

    conditions: Mapping[str, type[Condition]]
    actions: Mapping[str, type[Action]]


def plugins(vocabulary: Vocabulary) -> Plugins:
    """The plug-ins by the names admins write."""
    conditions = {condition.name: condition for condition in vocabulary.conditions}
    return Plugins(conditions, {action.name: action for action in vocabulary.actions})


@dataclass(frozen=True, slots=True)
class File:
    """One rule file while it is read: where to complain, what may be named, and what it declares."""

    name: str
    report: Report
    plugins: Plugins
    vocabulary: Vocabulary
    names: Names | None
    context: LoadContext
    today: date
    conditions: MappingNode | None = None
    brakes: Mapping[str, Brake] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
