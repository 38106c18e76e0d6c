"""`sereno run`: the bot itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.config import Role, Settings


@click.command()
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="sereno.yaml; the one here unless named."
)
@click.option(
    "--role",
    type=click.Choice(["all", "gateway", "worker"]),
    default="all",
    show_default=True,
    help="What this process does: everything; everything but scoring; or scoring alone. The last two need Redis.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Off this machine, everything needs the key.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one.")
def command(config: Path | None, role: Role, host: str, port: int) -> None:
    """Run the bot. With no tokens it serves the local room and prints its address, with the moderators' key.

    Rules are taken over as you save them; a file with errors leaves the last good ones in force.

    \b
    Example:
      sereno run
      sereno run --config club/sereno.yaml --port 9000
      sereno run --role worker
    """
    import asyncio
    from dataclasses import replace

    from bot.command_line.settings import settings_for
    from bot.handout.choosing import needed_url

    def fresh() -> Settings:
        return replace(settings_for(config, os.environ), role=role)

    settings = fresh()
    if role != "all":
        needed_url(settings)
    if role == "worker":
        from bot.working import work

        asyncio.run(work(settings))
    else:
        from bot.running import run

        asyncio.run(run(settings, host, port, fresh))
