"""`sereno init`: a folder to start from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="Of all comments.")
def command(folder: Path, language: str) -> None:
    """Write a commented sereno.yaml, a first rule and a place for playbooks into DIR (the current folder unless named).

    Nothing that is already there is overwritten.

    \b
    Example:
      sereno init club
      sereno init --language es club
    """
    from bot.init import write

    for path in write(folder, language):
        click.echo(path)
    click.echo(f"\nNext: sereno test {folder}", err=True)
