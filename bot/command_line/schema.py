"""`sereno schema`: what editors need to complete and check as one types."""

from __future__ import annotations

import click

from bot.command_line.output import emit_json


@click.command()
@click.argument("which", metavar="rules|playbooks|config", type=click.Choice(["rules", "playbooks", "config"]))
def command(which: str) -> None:
    """Print the JSON Schema of rule files, playbooks or sereno.yaml.

    \b
    Example:
      sereno schema rules > rules/rules.schema.json
    """
    from bot.configuration.schema import configuration_schema
    from bot.wiring import vocabulary
    from playbooks.schema import playbooks_schema
    from rules.schema import rules_schema

    if which == "rules":
        emit_json(rules_schema(vocabulary()))
    else:
        emit_json(playbooks_schema() if which == "playbooks" else configuration_schema())
