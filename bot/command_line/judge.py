"""`sereno judge`: the rules as a filter for scripts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--rules",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder of rule files, or one file.",
)
def command(rules: Path) -> int:
    """Read one event as JSON a line on stdin, write one verdict as JSON a line on stdout.

    Counters live across lines; nothing is stored, nothing is done to anybody. A line that is no event is named on stderr
    and the rest goes on; the command then ends with 2.

    \b
    Example:
      echo '{"id":"1","kind":"message","text":"hello","author":{"id":"ana"}}' | sereno judge --rules club/rules
    """
    from bot.backtest.given import given
    from bot.wire import BadLine, EventReader, verdict_line
    from bot.wiring import vocabulary
    from rules.compile import compile_rules
    from rules.stream import Stream

    engine = compile_rules(given(rules, vocabulary()).rule_set)
    stream, reader = Stream(engine), EventReader(engine.labels)
    wrong = False
    for line in sys.stdin.buffer:
        try:
            told = reader.read(line)
        except BadLine as mistake:
            click.echo(f"sereno: {mistake}", err=True)
            wrong = True
            continue
        if told is not None:
            verdict = stream.feed(told.event, told.signals, strikes=told.strikes)
            sys.stdout.write(
                json.dumps(verdict_line(told.id, verdict), ensure_ascii=False, separators=(",", ":")) + "\n"
            )
            sys.stdout.flush()
    return 2 if wrong else 0
