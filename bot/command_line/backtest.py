"""`sereno backtest`: the rules against a chat that has already happened."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.command_line.output import progress


@click.command()
@click.argument("export", metavar="EXPORT", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--rules",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="A folder of rule files, or one file.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, path_type=Path),
    help="Other rules, such as those in force now: shows the difference message by message.",
)
@click.option(
    "--score", is_flag=True, help="Let the model that ships score the messages, for rules that ask for scores."
)
@click.option("--most", type=click.IntRange(0, 10_000), default=5, show_default=True, help="Messages shown a rule.")
@click.option("--json", "as_json", is_flag=True, help="Everything, every message included, as JSON.")
@click.option("--html", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write a report to read.")
def command(
    export: Path, rules: Path, against: Path | None, score: bool, most: int, as_json: bool, html: Path | None
) -> int:
    """Say, rule by rule, what these rules would have done to a chat history, and to which messages.

    EXPORT is a file or a folder: DiscordChatExporter (JSON or CSV), a Slack export (folder or zip), Telegram Desktop's
    result.json. What cannot be read is counted and named. Nothing is stored, and nothing is done to anybody. Rules that ask
    for a score are not tried unless you say --score, which takes the time that a model needs.

    \b
    Example:
      sereno backtest exports/ --rules club/rules
      sereno backtest exports/ --rules new/ --against club/rules --html report.html
    """
    from bot.backtest import BadRules, as_text, backtest, write_html, write_json
    from bot.wiring import vocabulary
    from moderation.toxicity.catalogue import SHIPPED, find

    if html is not None and not html.parent.is_dir():
        raise click.BadParameter(f"there is no folder {html.parent}", param_hint="--html")
    try:
        model = find(SHIPPED, Path())() if score else None
        with progress("reading") as reading, progress("scoring and judging" if score else "judging") as judging:
            result = backtest(
                export, rules, vocabulary(), against=against, reading=reading, judging=judging, model=model
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
            click.echo(as_text(result, most))
    return 0
