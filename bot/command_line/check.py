"""`sereno check`: everything that is wrong with the files an admin wrote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command_line.output import emit_json

if TYPE_CHECKING:
    from bot.config import Settings


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The sereno.yaml whose roles, channels and platforms the rules mean; otherwise the one beside or above them.",
)
@click.option("--json", "as_json", is_flag=True, help="Problems as JSON.")
def command(paths: tuple[Path, ...], config: Path | None, as_json: bool) -> int:
    """Read rule files, playbooks and sereno.yaml, and say every problem with its place and how to mend it.

    Ends with 0 when everything may come into force, 2 when there are errors.

    \b
    Example:
      sereno check club
      sereno check --json rules/10-spam.yaml
    """
    from bot.checks import check
    from bot.wiring import vocabulary

    checked = check(paths, vocabulary(_settings(paths, config)), config=config)
    if as_json:
        emit_json(checked.as_json())
    else:
        click.echo(checked.text())
    return checked.exit_code


def _settings(paths: tuple[Path, ...], config: Path | None) -> Settings | None:
    """Those of the sereno.yaml that was named, or is among the paths: which models rules may name. None without one.

    One that cannot be read is named by the check itself.
    """
    from bot.config import FILE, settings_from
    from moderation.errors import UserError

    among = [path / FILE if path.is_dir() else path for path in paths]
    file = config or next((path for path in among if path.name == FILE and path.is_file()), None)
    try:
        return settings_from(file, os.environ) if file is not None else None
    except UserError:
        return None
