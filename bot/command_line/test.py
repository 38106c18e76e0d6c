"""`sereno test`: do the rules do what their examples say, and would anybody notice if not?"""

from __future__ import annotations

from pathlib import Path

import click

from bot.command_line.output import emit_json


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The sereno.yaml whose roles, channels and platforms the rules mean; otherwise the one beside or above them.",
)
@click.option("--json", "as_json", is_flag=True, help="Every example with its outcome, as JSON.")
def command(paths: tuple[Path, ...], config: Path | None, as_json: bool) -> int:
    """Run the examples in rule files, then drop each condition in turn and ask whether an example would notice.

    Ends with 0 when all is green, 1 when an example is red or something could change unnoticed, 2 when a file has
    errors.

    \b
    Example:
      sereno test club
      sereno test --json rules/packs
    """
    from bot.trying import run
    from bot.wiring import vocabulary

    tried = run(paths, vocabulary(), config)
    if as_json:
        emit_json(tried.as_json())
    else:
        click.echo(tried.text())
    return tried.exit_code
