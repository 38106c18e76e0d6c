"""Runs one or two rule sets over an archived chat, in one pass."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bot.backtest.archive import Archive
from bot.backtest.difference import Difference
from bot.backtest.given import Given
from bot.backtest.judged import actions_of, add, begin, change
from bot.backtest.scoring import Given as Signalled
from bot.backtest.scoring import Scored, Scorer
from bot.backtest.sides import Side
from bot.backtest.tally import Tally, tally
from bot.exports import Reading
from bot.exports.entries import Kind
from moderation.actions.base import Action
from moderation.model import Event, message_of
from moderation.text.views import Views
from moderation.toxicity.port import Toxicity
from moderation.verdict import Verdict
from rules.facts import text_of

STEP: Final = 2048
"""Events between two reports of progress."""

Progress = Callable[[int, int], None]
"""Called with how many events are judged, and how many there are."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the rules would have done. Closing it forgets the messages.

    `messages` counts distinct ones. `archive` has every message and other event that matched, in order; `tally` what it
    comes to for the rules, and `before` the same for those of `against`. `scored` is None when no model was asked.
    """

    export: Path
    reading: Reading
    messages: int
    rules: Given
    tally: Tally
    archive: Archive
    against: Given | None = None
    before: Tally | None = None
    difference: Difference | None = None
    scored: Scored | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.archive.close()


def run(
    export: Path,
    reading: Reading,
    rules: Given,
    against: Given | None,
    actions: Iterable[type[Action]],
    progress: Progress,
    model: Toxicity | None = None,
) -> Result:
    """Judge a whole history and count. `actions` are all that a rule may ask for; `model` scores the messages."""
    kinds = tuple(actions)
    labels = model.labels if model else frozenset()
    now = Side(rules.rule_set, labels)
    before = Side(against.rule_set, labels) if against else None
    scorer = _scorer(model, now, before)
    archive = Archive()
    try:
        with old_objects_left_alone():
            events = scorer.with_signals(reading) if scorer else ((event, ()) for event in reading)
            judge_all(events, len(reading), now, before, archive, progress)
        counted = tally(now, kinds)
        counted_before = tally(before, kinds) if before else None
        difference = Difference() if before else None
        count(archive, counted, counted_before, difference)
    except BaseException:
        archive.close()
        raise
    messages = sum(entry.kind is Kind.POSTED for entry in reading.entries)
    scored = scorer.scored if scorer else Scored(model.name) if model else None
    return Result(export, reading, messages, rules, counted, archive, against, counted_before, difference, scored)


def _scorer(model: Toxicity | None, now: Side, before: Side | None) -> Scorer | None:
    """Somebody to score messages, when a rule asks for it."""
    labels = now.engine.labels | (before.engine.labels if before else frozenset())
    return Scorer(model, labels) if model and labels else None


def judge_all(
    events: Iterable[tuple[Event, Signalled]],
    total: int,
    now: Side,
    before: Side | None,
    archive: Archive,
    progress: Progress,
) -> None:
    """Every event, with what a model says of it, through both sides; what matches is kept."""
    for done, (event, signals) in enumerate(events):
        views = Views(text_of(event))
        verdict = now.judge(event, views, signals)
        was = before.judge(event, views, signals) if before is not None else None
        if verdict.matched or (was is not None and was.matched):
            keep(archive, event, verdict, was)
        if not done % STEP:
            progress(done, total)
    progress(total, total)


def keep(archive: Archive, event: Event, verdict: Verdict, was: Verdict | None) -> None:
    """Remember what is said about an event, together with what was said about earlier versions of its message."""
    message = message_of(event)
    own = message.ref if message else None
    key = own or event.key
    judged = archive.get(key) or begin(event)
    add(judged["matched"], verdict, own)
    judged["actions"] = actions_of(judged["matched"])
    if was is not None:
        add(judged.setdefault("against", []), was, own)
        judged["change"] = change(judged)
    archive.put(key, judged)


def count(archive: Archive, now: Tally, before: Tally | None, difference: Difference | None) -> None:
    """What all the records come to."""
    for number, judged in enumerate(archive):
        now.take(number, judged, judged["matched"])
        if before is not None and difference is not None:
            before.take(number, judged, judged.get("against", []))
            difference.take(number, judged)
    for counted in (now, before):
        for rule in counted.rules.values() if counted else ():
            rule.finish(archive)


@contextmanager
def old_objects_left_alone() -> Iterator[None]:
    """A million records in memory would be walked again and again by the collector, in search of cycles they lack."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
