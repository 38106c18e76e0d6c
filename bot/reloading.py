"""Live rules follow the files an admin edits: complete and green, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from bot.rulebook import RulesInForce
from moderation.errors import UserError
from rules.compare import Changes
from rules.compile import Engine, compile_rules
from rules.examples import RED, run_examples
from rules.loader import Loaded
from rules.model import RuleSet
from rules.problems import Problem, errors, problem_at, render
from rules.reload import RuleBook

EVERY: Final = 1.0
"""Seconds between two looks at the files; a change is in force after two looks."""


def red_examples(rule_set: RuleSet) -> Iterator[Problem]:
    """Examples that come out otherwise than expected keep a set from coming into force.

    What no example would miss does not, and asking takes longer: `sereno test` does.
    """
    for result in run_examples(rule_set):
        if not result.ok:
            yield problem_at(result.place, RED, result.words, "change the rule, or the example")


class Judges(Protocol):
    """Who judges by the rules in force."""

    def swap(self, engine: Engine) -> None:
        """Other rules from now on."""
        ...


class Reloading:
    """Reads the rules once, then watches their folders. Loading happens on a thread, the change on the event loop."""

    def __init__(self, folders: Sequence[Path], load: Callable[[], Loaded], *, every: float = EVERY) -> None:
        self._book: RuleBook[Engine] = RuleBook(folders, load, compile_rules, self)
        self._every = every
        self._judges: Judges | None = None
        self._rules: RulesInForce | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._log: Any = structlog.get_logger(__name__)

    def first(self) -> tuple[RuleSet, Engine]:
        """The rules to start with; UserError with every problem when they cannot come into force."""
        self._book.open()
        if self._book.in_force is None:
            raise UserError(render(errors(self._book.problems)) or "the rules changed while they were read; try again")
        return self._book.in_force.rule_set, self._book.in_force.engine

    def tell(self, judges: Judges, rules: RulesInForce) -> None:
        """Who shall know about other rules."""
        self._judges, self._rules = judges, rules

    async def run(self) -> None:
        """Watch until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._every)
            await asyncio.to_thread(self._book.poll)

    def on_loaded(self, engine: Engine, changed: Changes) -> None:
        """A new set is in force; between two events everybody changes over."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._change_over, engine, changed)

    def on_refused(self, problems: Sequence[Problem]) -> None:
        """The files have errors; what was in force before still is. `first` tells about its own."""
        for problem in errors(problems) if self._loop is not None else ():
            place = f"{problem.file}:{problem.line}:{problem.column}"
            self._log.warning("rules not taken over", place=place, code=problem.code, problem=problem.message)

    def _change_over(self, engine: Engine, changed: Changes) -> None:
        if self._judges is not None and self._rules is not None:
            self._rules.replace(engine.rule_set)
            self._judges.swap(engine)
            count = len(engine.rule_set.rules)
            self._log.info(
                "rules taken over", rules=count, new=changed.added, changed=changed.changed, gone=changed.removed
            )
