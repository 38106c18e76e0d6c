"""`sereno backtest`: what rules would have done to a chat that has already happened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from bot.command_line.output import progress

MEGABYTE: Final = 1_000_000
EXISTING: Final = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("export", metavar="EXPORT", type=EXISTING)
@click.option("--rules", required=True, metavar="DIR", type=EXISTING, help="The rules to try: a folder or one file.")
@click.option("--against", metavar="DIR", type=EXISTING, help="Other rules; says which messages fare differently.")
@click.option("--json", "as_json", is_flag=True, help="Everything, with every message, as JSON (backtest/1).")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write a report to look at, one file that needs nothing else.",
)
@click.option("--show", type=click.IntRange(0), default=5, show_default=True, help="Messages a rule, as text.")
def command(export: Path, rules: Path, against: Path | None, as_json: bool, html: Path | None, show: int) -> int:
    """Read a chat export and say, for each rule, what it would have done.

    EXPORT is what DiscordChatExporter (JSON or CSV), Slack or Telegram Desktop wrote: a file, a folder of any number of
    files, or a zip. Nothing is changed anywhere. Score rules are not judged, because an export has no scores.

    \b
    Example:
      sereno backtest export.zip --rules rules
      sereno backtest exports/ --rules rules --against rules-before --html report.html
    """
    from bot.backtest import BadRules, as_text, backtest, write_html, write_json
    from bot.wiring import vocabulary

    if html is not None and not html.parent.is_dir():
        raise click.BadParameter(f"there is no folder {html.parent}", param_hint="--html")
    try:
        with progress("Backtest") as bar:
            result = backtest(
                export,
                rules,
                vocabulary(),
                against=against,
                reading=lambda done, total: bar(done // MEGABYTE, max(1, total // MEGABYTE), "MB read"),
                judging=lambda done, total: bar(done, total, "events judged"),
            )
    except BadRules as bad:
        click.echo(str(bad), err=True)
        return 2
    with result:
        if html is not None:
            write_html(result, html)
            click.echo(f"wrote {html}", err=True)
        if as_json:
            write_json(result, sys.stdout)
        else:
            click.echo(as_text(result, show))
    return 0
