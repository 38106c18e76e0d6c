"""`sereno doctor`: what is wrong around the bot, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import click

from bot.command_line.output import emit_json


@click.command()
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="The sereno.yaml the bot would run with."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the bot would listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--health", "health_only", is_flag=True, help="Only ask a running bot how it is; for container engines.")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
def command(config: Path | None, host: str, port: int, health_only: bool, as_json: bool) -> int:
    """Look at the data folder, the disk, the clock, the database, the rules, the model, every platform and the address.

    Each platform that there are tokens for is asked what is missing there; without the internet it says so and goes on.

    Ends with 1 when something is wrong.

    \b
    Example:
      sereno doctor
      sereno doctor --config club/sereno.yaml --json
    """
    if health_only:
        return _ask(host, port, as_json)
    import os

    from bot.command_line.settings import settings_for
    from bot.doctor import State, examine

    findings = list(examine(settings_for(config, os.environ), host, port))
    if as_json:
        emit_json([finding.as_json() for finding in findings])
    else:
        wide = max(len(finding.about) for finding in findings)
        for finding in findings:
            click.echo(f"{finding.state.value:5}  {finding.about:{wide}}  {finding.says}")
            if finding.mend:
                click.echo(f"{'':5}  {'':{wide}}  → {finding.mend}")
    return int(any(finding.state is State.WRONG for finding in findings))


def _ask(host: str, port: int, as_json: bool) -> int:
    from bot.heartbeat import health

    said = health(host, port)
    if as_json:
        emit_json(said)
    elif not said:
        click.echo(f"nobody answers at {host}:{port}")
    else:
        reasons = said.get("reasons")
        click.echo(said["status"])
        for name, reason in reasons.items() if isinstance(reasons, dict) else ():
            click.echo(f"{name}: {reason}")
    return int(said.get("status") != "ok")
