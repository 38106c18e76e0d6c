"""`sereno score`: a toxicity model as a filter for scripts."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import click

from bot.command_line.output import progress


@click.command()
@click.option(
    "--model",
    default="shipped",
    show_default=True,
    metavar="NAME",
    help="shipped, detoxify:original, detoxify:unbiased, detoxify:multilingual, a checkpoint file or an exported folder.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The sereno.yaml whose data folder has the weights.",
)
def command(model: str, config: Path | None) -> int:
    """Read one text as JSON a line on stdin, write its scores as JSON a line on stdout, in the same order.

    A line is {"id", "text", "lang"?}, an answer {"id", "scores": {label: probability}, "model"}. A text that the model
    cannot read has no scores, which is not the same as zero. A line that is no text is named on stderr and the rest goes
    on; the command then ends with 2.

    \b
    Example:
      echo '{"id": "1", "text": "have a nice day", "lang": "en"}' | sereno score
      sereno score --model detoxify:multilingual < texts.jsonl > scores.jsonl
    """
    from bot.scoring import score_lines
    from moderation.toxicity.catalogue import find

    scorer = find(model, _data(model, config))()
    source = sys.stdin.buffer
    assert isinstance(source, io.BufferedIOBase)
    if source.isatty():
        click.echo('One text a line, such as {"id": "1", "text": "hello"}; Ctrl-D ends.', err=True)
    size = _size(source.fileno())

    def complain(mistake: str) -> None:
        click.echo(f"sereno: {mistake}", err=True)

    with progress("scoring") as report:
        shown = (lambda done: report(done, size)) if not sys.stdout.isatty() else lambda _done: None
        return 0 if score_lines(scorer, source, sys.stdout.buffer, complain, shown) else 2


def _data(model: str, config: Path | None) -> Path:
    """The data folder; only Detoxify's named models need it, all others no settings that could be wrong."""
    if not model.startswith("detoxify:") and config is None:
        return Path()
    from bot.command_line.settings import settings_for

    return settings_for(config, os.environ).data


def _size(descriptor: int) -> int | None:
    """Bytes of the file that is read; None for a pipe, whose end nobody knows."""
    about = os.fstat(descriptor)
    return about.st_size if stat.S_ISREG(about.st_mode) else None
