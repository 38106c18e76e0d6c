"""Puts the records of all files in one order, the same whatever the order of the files was."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from bot.exports.discord_csv import FORMAT as CSV
from bot.exports.entries import Entry, Kind, Run
from bot.exports.ledger import Ledger

BY_TIME: Final = attrgetter("at")


def chronological(runs: list[Run], ledger: Ledger) -> list[Entry]:
    """All records, earliest first.

    Records of the same moment stand in the order of their channels and, within one, of their file; what several
    files of a channel both show is kept once.
    """
    runs = [run for run in runs if run.entries]
    for run in runs:
        forward(run)
    runs.sort(key=_place)  # keeps the natural order of file names where all else is equal
    merged: list[Entry] = []
    for _, group in groupby(runs, key=lambda run: (run.channel.platform, run.channel.id)):
        merged.extend(_once(list(group), ledger))
    runs.clear()
    merged.sort(key=BY_TIME)
    return merged


def forward(run: Run) -> None:
    """Order one file by time; exports made newest-first are turned around, so that one minute's messages turn too."""
    entries = run.entries
    posted = [entry for entry in entries if entry.kind is Kind.POSTED]
    if len(posted) > 1 and posted[0].at > posted[-1].at:
        entries.reverse()
    entries.sort(key=BY_TIME)


def _place(run: Run) -> tuple[str, str, bool, str, datetime]:
    channel = run.channel
    return channel.platform, channel.id, run.format == CSV, channel.community, run.entries[0].at


def _once(runs: list[Run], ledger: Ledger) -> list[Entry]:
    if len(runs) == 1:
        return runs[0].entries
    kept: list[Entry] = []
    seen: set[tuple[str, Kind, datetime]] = set()
    without_ids = [run for run in runs if run.format == CSV]
    with_ids = [run for run in runs if run.format != CSV]
    for run in runs:
        for entry in run.entries:
            key = (entry.id, entry.kind, entry.at)
            if key in seen:
                ledger.repeated += 1
            else:
                seen.add(key)
                kept.append(entry)
    return _without_copies(kept, with_ids, ledger) if with_ids and without_ids else kept


def _without_copies(entries: list[Entry], with_ids: list[Run], ledger: Ledger) -> list[Entry]:
    """A channel exported both as JSON and as CSV: what the CSV repeats is known by author, minute and text."""
    told = Counter(_trace(entry) for run in with_ids for entry in run.entries if entry.kind is not Kind.EDITED)
    own = {id(entry) for run in with_ids for entry in run.entries}
    kept = []
    for entry in entries:
        if id(entry) not in own and told[trace := _trace(entry)] > 0:
            told[trace] -= 1
            ledger.repeated += 1
        else:
            kept.append(entry)
    return kept


def _trace(entry: Entry) -> tuple[str, datetime, str]:
    author = entry.author.ref.id if entry.author else ""
    return author, entry.at.replace(second=0, microsecond=0), entry.text
