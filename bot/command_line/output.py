"""What commands say: JSON for machines on stdout, progress for people on stderr and only in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Report = Callable[[int, int | None, str], None]
"""Called with how much is done, how much there is (None when nobody knows), and what it is at."""


def emit_json(value: object) -> None:
    """One JSON document, readable and with every character as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """A progress bar while the block runs; silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _at: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[at]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, at="")

        def report(done: int, total: int | None, at: str) -> None:
            bar.update(task, completed=done, total=total, at=at)

        yield report
