"""Collects what is wrong: one mistake, one message, however many checks stumble over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rules.loading.source import Source
from rules.model import Place
from rules.problems import Problem, Severity, in_order, problem_at
from rules.yaml_nodes import Node


class Report:
    """The problems of one run over any number of files. The first error at a place hides later ones there."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, int, int], Problem] = {}
        self._sources: dict[str, Source] = {}

    def know(self, source: Source) -> None:
        """A file whose lines may have to be shown."""
        self._sources[source.name] = source

    def add(self, problems: Iterable[Problem]) -> None:
        """Note problems that were found elsewhere."""
        for problem in problems:
            place = (problem.file, problem.line, problem.column)
            earlier = self._at.get(place)
            worse = problem.severity is Severity.ERROR and earlier and earlier.severity is Severity.WARNING
            if earlier is None or worse:
                self._at[place] = problem

    def say(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Note a problem with its caret under a node."""
        self.add((node.problem(code, message, hint),))

    def at(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """Note a problem at a place of a known file."""
        source = self._sources.get(place.file)
        if source is None:
            self.add((problem_at(place, code, message, hint),))
        else:
            self.add((source.problem(code, place.line, place.column, message, hint),))

    def complete(self, problem: Problem) -> Problem:
        """The problem with its source line, where somebody who did not know the text found it."""
        source = self._sources.get(problem.file)
        if problem.source_line or source is None:
            return problem
        return replace(problem, source_line=source.line(problem.line))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything noted, by file and place."""
        return tuple(in_order(self._at.values()))

    def has_errors(self) -> bool:
        """Whether anything keeps the files from coming into force."""
        return any(problem.severity is Severity.ERROR for problem in self._at.values())
