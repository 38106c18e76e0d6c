"""`sereno explain`: why, in words."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bot.command_line.output import emit_json


@click.command()
@click.argument("case", metavar="CASE")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="The sereno.yaml the bot runs with.")
@click.option("--json", "as_json", is_flag=True, help="Everything recorded about the case, as JSON.")
def command(case: str, config: Path | None, as_json: bool) -> None:
    """Say why a case was decided as it was: what was written, which rule and which words decided, what was done.

    CASE is its number or its id. The bot may be running meanwhile.

    \b
    Example:
      sereno explain 12
      sereno explain 12 --json
    """
    from bot.case_words import as_json as told_as_json
    from bot.case_words import told
    from bot.command_line.settings import settings_for
    from bot.explaining import recorded

    view = recorded(settings_for(config, os.environ), case)
    if as_json:
        emit_json(told_as_json(view))
    else:
        click.echo(told(view))
