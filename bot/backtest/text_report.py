"""The result as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bot.backtest.judged import CHANGED, GONE, NEW, Judged, Matched
from bot.backtest.run import Result
from bot.backtest.tally import RuleTally, Tally
from bot.backtest.words import (
    ASSUMPTIONS,
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
from bot.exports.ledger import printable
from moderation.units import written

WIDEST: Final = 160
"""Characters of a message that are shown."""
PEOPLE: Final = 10
SKIPPED: Final = 10
HEADS: Final = {
    NEW: ("Newly matched", "+"),
    GONE: ("No longer matched", "-"),
    CHANGED: ("Different actions", "~"),
}


def as_text(result: Result, most: int = 5) -> str:
    """All of it, with at most so many messages a rule, evenly spread over time."""
    parts = [_read(result), _rules(result), *_found(result, most), _silent(result)]
    parts += [_people(result), *_difference(result, most), _skipped(result), "\n".join(ASSUMPTIONS)]
    return "\n\n".join(part for part in parts if part)


def _read(result: Result) -> str:
    reading = result.reading
    formats = ", ".join(reading.formats) or "nothing readable"
    span = f", {reading.span[0]:%Y-%m-%d} to {reading.span[1]:%Y-%m-%d}" if reading.span else ""
    lines = [f"{counted(result.messages, 'message')} in {counted(reading.files, 'file')}{span} ({formats})"]
    lines += [f"note: {note.text} ({counted(note.files, 'file')}, such as {note.example})" for note in reading.notes]
    return "\n".join(lines)


def _rules(result: Result) -> str:
    rows = [("rule", "mode", "messages", "people", "would have")]
    without = idle(result.tally)
    for rule in result.tally.rules.values():
        if rule.rule.id in without:
            continue
        found = f"{rule.acted_on:,}" + (f" + {rule.events:,} events" if rule.events else "")
        rows.append((rule.rule.id, rule.rule.mode.value, found, f"{len(rule.people):,}", outcome(rule)))
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        f"{rule:{wide[0]}}  {mode:{wide[1]}}  {found:>{wide[2]}}  {people:>{wide[3]}}  {acts}".rstrip()
        for rule, mode, found, people, acts in rows
    ]
    if len(rows) == 1:
        lines = []
    if without:
        lines.append(f"matched nothing: {', '.join(without)}")
    return "\n".join(lines)


def idle(tally: Tally) -> list[str]:
    """The rules that were judged and matched nothing."""
    return [name for name, rule in tally.rules.items() if not rule.found and not rule.unjudged]


def _found(result: Result, most: int) -> Iterator[str]:
    for rule in result.tally.rules.values():
        if rule.found:
            yield "\n".join(_rule(result, rule, most))


def _rule(result: Result, rule: RuleTally, most: int) -> Iterator[str]:
    name = rule.rule.id
    yield f"{name} ({rule.rule.place.file}:{rule.rule.place.line}, {rule.rule.mode.value}): {sums(rule)}"
    shown = spread(rule.records, most)
    for number in shown:
        judged = result.archive[number]
        matched = [one for one in judged["matched"] if one["rule"] == name]
        yield from (f"  {line}" for line in _message(judged, matched))
    if len(shown) < rule.found:
        yield f"  … {rule.found - len(shown):,} more; all are in --json"


def sums(rule: RuleTally) -> str:
    """What a rule found, in a line; also for other reports."""
    found = [counted(rule.messages, "message")] if rule.messages or not rule.events else []
    found += [counted(rule.events, "other event")] if rule.events else []
    told = f"{' and '.join(found)} by {counted(len(rule.people), 'person')}"
    if rule.acted_on > rule.messages:
        told += f"; {counted(rule.acted_on, 'message')} acted on, earlier ones included"
    if rule.protected:
        told += f"; {rule.protected:,} by staff or bots, to whom nothing happens"
    if rule.undecided:
        told += f"; undecided on {rule.undecided:,}"
    braking = rule.braking
    if braking is not None and braking.pulled_at is not None:
        limit = f"{braking.brake.most} within {written(braking.brake.within)}"
        told += (
            f"; its brake {braking.brake.name} ({limit}) would have been pulled at {braking.pulled_at:%Y-%m-%d %H:%M},"
            f" and people asked about {counted(braking.asked, 'message')}"
        )
    return told


def _message(judged: Judged, matched: Sequence[Matched], sign: str = "") -> Iterator[str]:
    lead = f"{sign} " if sign else ""
    yield f"{lead}{headline(judged)}{marked(judged, matched)}"
    for one in matched:
        yield f"{' ' * len(lead)}    {printable(why(one)) or 'always'} → {does(one)}"


def headline(judged: Judged) -> str:
    """When, where and who, up to what was said."""
    channel = f" #{judged['channel']['name'] or judged['channel']['id']}" if judged["channel"] else ""
    author = judged["author"]
    who = (author["name"] or author["id"]) if author else "somebody"
    what = ": " if judged["id"] is not None else f" ({judged['kind']})"
    return printable(f"{judged['at'][:16].replace('T', ' ')}{channel} {who}{what}")


def marked(judged: Judged, matched: Sequence[Matched]) -> str:
    """The text in one line, with `>>` and `<<` around what decided."""
    parts = pieces(visible(judged["text"]), spans(judged, matched), WIDEST)
    shown = "".join(f">>{part.text}<<" if part.decided else part.text for part in parts)
    return " ".join(shown.split())


def _silent(result: Result) -> str:
    rules = result.tally.rules.values()
    undecided = [rule for rule in rules if rule.undecided]
    lines = [asked(result.scored)] if result.scored else []
    if without := waiting(result.tally, result.scored):
        lines.append(without)
    if undecided:
        lines.append(f"Undecided, because {unknown(result.scored)}:")
        lines += [f"  {rule.rule.id}: {counted(rule.undecided, 'message')}" for rule in undecided]
    return "\n".join(lines)


def sanctions(tally: Tally) -> str:
    """How many people would have felt something, and how many only if every rule were enforced."""
    now = tally.now()
    later = len(tally.sanctioned()) - now
    told = f"{counted(now, 'person') if now else 'Nobody'} would have been sanctioned"
    return f"{told}; if every rule were enforced, {later:,}{' more' if now else ''}" if later else told


def _people(result: Result) -> str:
    people = result.tally.sanctioned()
    lines = [sanctions(result.tally) + (":" if people else ".")]
    for person in people[:PEOPLE]:
        acts = times(person.actions) or "nothing"
        more = f" (if enforced: {times(person.if_enforced)})" if person.actions != person.if_enforced else ""
        lines.append(f"  {printable(person.name or person.id)}: {counted(person.found, 'match')}: {acts}{more}")
    if len(people) > PEOPLE:
        lines.append(f"  … {len(people) - PEOPLE:,} more")
    return "\n".join(lines)


def _difference(result: Result, most: int) -> Iterator[str]:
    difference, against = result.difference, result.against
    if difference is None or against is None:
        return
    counts = difference.counts()
    yield (
        f"Compared with {against.path}: {counted(counts[NEW], 'message')} newly matched, "
        f"{counts[GONE]:,} no longer matched, {counts[CHANGED]:,} with different actions, {counts['same']:,} the same"
        + "".join(
            f"\n  {name}: +{rule.new:,} -{rule.gone:,} ~{rule.changed:,}" for name, rule in difference.rules.items()
        )
    )
    for how, (head, sign) in HEADS.items():
        numbers = difference.records[how]
        if numbers:
            lines = [f"{head}: {len(numbers):,}"]
            for number in spread(numbers, most):
                lines += [f"  {line}" for line in _changed(result.archive[number], sign)]
            if len(numbers) > most:
                lines.append(f"  … {len(numbers) - most:,} more; all are in --json")
            yield "\n".join(lines)


def _changed(judged: Judged, sign: str) -> Iterator[str]:
    now, before = judged["matched"], judged.get("against", [])
    yield f"{sign} {headline(judged)}{marked(judged, now or before)}"
    for when, side in (("before", before), ("now", now)):
        if side or sign == "~":
            yield f"      {when}: " + "; ".join(f"{one['rule']} → {does(one)}" for one in side)


def _skipped(result: Result) -> str:
    reading = result.reading
    told = []
    if reading.repeated:
        told.append(f"{counted(reading.repeated, 'message')} shown twice, judged once")
    if reading.rows:
        told.append(f"{counted(reading.rows, 'bad row')} left out")
    if reading.skipped:
        lines = [f"Left out ({len(reading.skipped):,}):"]
        lines += [f"  {skipped.path}: {skipped.reason}" for skipped in reading.skipped[:SKIPPED]]
        if len(reading.skipped) > SKIPPED:
            lines.append(f"  … {len(reading.skipped) - SKIPPED:,} more; all are in --json")
        told.append("\n".join(lines))
    return "\n".join(told)
