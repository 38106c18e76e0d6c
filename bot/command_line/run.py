"""`sereno run`: the bot itself."""

from __future__ import annotations

import os
from pathlib import Path

import click

from moderation.errors import UserError


@click.command()
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="sereno.yaml; the one here unless named."
)
@click.option(
    "--role",
    type=click.Choice(["all", "gateway", "worker"]),
    default="all",
    show_default=True,
    help="What this process does. This version does everything in one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Off this machine, everything needs the key.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one.")
def command(config: Path | None, role: str, host: str, port: int) -> None:
    """Run the bot. With no tokens it serves the local room and prints its address, with the moderators' key.

    Rules are taken over as you save them; a file with errors leaves the last good ones in force.

    \b
    Example:
      sereno run
      sereno run --config club/sereno.yaml --port 9000
    """
    if role != "all":
        raise UserError(f"--role {role} is not in this version: one process does everything; leave --role out")
    import asyncio

    from bot.command_line.settings import settings_for
    from bot.running import run

    asyncio.run(run(settings_for(config, os.environ), host, port))
