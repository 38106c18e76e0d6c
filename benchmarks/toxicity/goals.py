"""What the project promised of its shipped model, beside what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.measure import Row
from benchmarks.toxicity.closer import gap
from benchmarks.toxicity.contestants import SHIPPED
from benchmarks.toxicity.install import default_install
from benchmarks.toxicity.report import GroupsFound, SuiteFound
from benchmarks.toxicity.speed import Alone, Rate, whole_memory

_FLAGGED = {"criticism-en": "≤ 2", "criticism-es": "≤ 2", "irc-en": "≤ 1"}


def goals(
    suites: Sequence[SuiteFound], groups: Sequence[GroupsFound], rates: Sequence[Rate], alone: Sequence[Alone]
) -> list[Row]:
    """Empty when the shipped model was not there."""
    mine = next((each for each in alone if each.name == SHIPPED), None)
    if mine is None:
        return []
    size, packages = default_install()
    return [
        *_quality(suites, groups),
        *_speed(rates),
        Row("first score in a fresh process", mine.seconds, "s", f"{mine.cpu:.2f} s of CPU with Python's start", "≤ 1"),
        Row("the model's files", mine.disk, "MB", goal="≤ 60"),
        Row("memory, model and shipped rules warm", whole_memory(SHIPPED), "MiB", goal="≤ 350"),
        Row("packages of the default install", size, "MB", f"{packages} packages, without Python", goal="≤ 350"),
    ]


def _quality(suites: Sequence[SuiteFound], groups: Sequence[GroupsFound]) -> Iterator[Row]:
    for suite in suites:
        found = suite.measures[SHIPPED]
        if suite.name in _FLAGGED and found.flagged is not None:
            yield Row(f"{suite.name}: clean flagged", 100 * found.flagged, "%", goal=_FLAGGED[suite.name])
        if suite.name == "chat-en" and found.recall_5 is not None:
            yield Row("chat-en: recall at 5 % false positives", 100 * found.recall_5, "%", goal="≥ 80")
    for each in groups:
        width = gap(each.groups[SHIPPED])
        if width is not None:
            yield Row(f"{each.name}: gap between groups", 100 * width, "points", goal="≤ 5")


def _speed(rates: Sequence[Rate]) -> Iterator[Row]:
    for each in rates:
        if each.name == SHIPPED:
            note = f"{each.wall:,.0f}/s by the clock"
            goal = "≥ 300" if each.batch == 1 else "≥ 1,500"
            yield Row(f"{each.texts}, batch of {each.batch}, one thread", each.cpu, "msg/s", note, goal)
