"""The result as one HTML file that needs nothing else: no scripts, no outside assets, and it may load none."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from bot.backtest.judged import Judged, Matched
from bot.backtest.run import Result
from bot.backtest.tally import RuleTally
from bot.backtest.text_report import HEADS, idle, sanctions, sums
from bot.backtest.words import (
    ASSUMPTIONS,
    Piece,
    asked,
    counted,
    does,
    outcome,
    pieces,
    spans,
    spread,
    times,
    unknown,
    visible,
    waiting,
    why,
)

MOST: Final = 200
"""Messages of one rule, or of one kind of difference, that are shown."""
WIDEST: Final = 1_000
"""Characters of one message that are shown."""
PEOPLE: Final = 100
SKIPPED: Final = 500
BARS: Final = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One message of a table. `acts` says for each rule what decided and what follows."""

    at: str
    channel: str
    author: str
    protected: bool
    kind: str
    text: tuple[Piece, ...]
    acts: tuple[tuple[str, str, str], ...]
    before: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a timeline: its place and height in a box of BARS × 30, and its words."""

    x: int
    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Section:
    """One rule."""

    tally: RuleTally
    sums: str
    outcome: str
    share: float
    why: str
    bars: tuple[Bar, ...]
    rows: tuple[Row, ...]
    total: int


def write_html(result: Result, path: Path) -> None:
    """Write the report, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(as_html(result))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def as_html(result: Result) -> Iterator[str]:
    """The report in parts."""
    here = resources.files("bot.backtest")
    style = here.joinpath("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(here.joinpath("report.html.j2").read_text(encoding="utf-8"))
    people = result.tally.sanctioned()
    sections = [_section(result, rule) for rule in result.tally.rules.values()]
    return template.generate(
        result=result,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        sections=sections,
        idle=idle(result.tally),
        asked=asked(result.scored) if result.scored else "",
        waiting=waiting(result.tally, result.scored),
        unknown=unknown(result.scored),
        undecided=[rule for rule in result.tally.rules.values() if rule.undecided],
        people=people[:PEOPLE],
        everybody=len(people),
        sanctions=sanctions(result.tally),
        skipped=result.reading.skipped[:SKIPPED],
        differences=list(_differences(result)),
        assumptions=ASSUMPTIONS,
        bars=BARS,
        counted=counted,
        times=times,
    )


def _section(result: Result, rule: RuleTally) -> Section:
    name = rule.rule.id
    most = max((one.found for one in result.tally.rules.values()), default=0)
    rows = []
    for number in spread(rule.records, MOST):
        judged = result.archive[number]
        rows.append(_row(judged, [one for one in judged["matched"] if one["rule"] == name], ()))
    words = rule.rule.why.get("en") or next(iter(rule.rule.why.values()), "")
    share = rule.found / most if most else 0.0
    return Section(rule, sums(rule), outcome(rule), share, words, _bars(result, rule.days), tuple(rows), rule.found)


def _differences(result: Result) -> Iterator[tuple[str, int, tuple[Row, ...]]]:
    difference = result.difference
    for how, (head, _) in HEADS.items() if difference else ():
        numbers = difference.records[how] if difference else ()
        rows = []
        for number in spread(numbers, MOST):
            judged = result.archive[number]
            rows.append(_row(judged, judged["matched"], judged.get("against", [])))
        yield head, len(numbers), tuple(rows)


def _row(judged: Judged, matched: Sequence[Matched], before: Sequence[Matched]) -> Row:
    channel, author = judged["channel"], judged["author"]
    return Row(
        at=judged["at"][:16].replace("T", " "),
        channel=f"#{channel['name'] or channel['id']}" if channel else "",
        author=(author["name"] or author["id"]) if author else "",
        protected=judged["protected"],
        kind="" if judged["id"] is not None else judged["kind"],
        text=tuple(pieces(visible(judged["text"]), spans(judged, matched or before), WIDEST)),
        acts=tuple((one["rule"], why(one), does(one)) for one in matched),
        before=tuple((one["rule"], why(one), does(one)) for one in before),
    )


def _bars(result: Result, days: Mapping[str, int]) -> tuple[Bar, ...]:
    """The matches over the time of the whole history, in at most BARS bars of whole days."""
    span = result.reading.span
    if span is None or not days:
        return ()
    first = span[0].date()
    length = max(1, -(-((span[1].date() - first).days + 1) // BARS))
    heights: dict[int, int] = {}
    for day, found in days.items():
        place = min(max((date.fromisoformat(day) - first).days // length, 0), BARS - 1)
        heights[place] = heights.get(place, 0) + found
    tallest = max(heights.values())
    return tuple(
        Bar(place, 30 - 30 * found / tallest, 30 * found / tallest, _when(first, place, length, found))
        for place, found in sorted(heights.items())
    )


def _when(first: date, place: int, length: int, found: int) -> str:
    since = first + timedelta(days=place * length)
    until = since + timedelta(days=length - 1)
    return f"{since}: {found:,}" if length == 1 else f"{since} to {until}: {found:,}"
