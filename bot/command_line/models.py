"""`sereno models`: which toxicity models there are, and what can be done with their files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.command_line.output import emit_json, progress

if TYPE_CHECKING:
    from moderation.toxicity.catalogue import Entry
    from moderation.toxicity.files import File

CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The sereno.yaml whose data folder has the weights.",
)


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """The models that say how toxic a text is. One comes with Sereno; Detoxify's are fetched when you ask for them.

    \b
    Example:
      sereno models list
      sereno models fetch detoxify:multilingual
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command.command("list", short_help="Which models there are, and whether their files are here.")
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="Everything, files with their SHA-256 included, as JSON.")
def list_(config: Path | None, as_json: bool) -> None:
    """Say which models there are, and whether their files are on this machine.

    \b
    verified  all files are there, with the SHA-256 they should have
    present   all files are there; `sereno models verify` computes their SHA-256
    altered   a file is not what it should be
    missing   a file is not there

    \b
    Example:
      sereno models list
      sereno models list --json
    """
    from bot.model_words import as_json as told_as_json
    from bot.model_words import listed
    from moderation.toxicity.catalogue import models

    known = models(_data(config))
    if as_json:
        emit_json([told_as_json(one) for one in known])
    else:
        click.echo(listed(known, os.environ))


@command.command(short_help="Compute the SHA-256 of their files.")
@click.argument("names", metavar="[NAME...]", nargs=-1)
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="The state of each model and its files as JSON.")
def verify(names: tuple[str, ...], config: Path | None, as_json: bool) -> int:
    """Compute the SHA-256 of every file of a model; of all models that are here unless some are named.

    Ends with 1 when a file is missing or is not what it should be.

    \b
    Example:
      sereno models verify
      sereno models verify shipped detoxify:original
    """
    from bot.model_words import checked, verdict
    from moderation.toxicity.catalogue import entry, models

    data = _data(config)
    chosen = [entry(name, data) for name in dict.fromkeys(names)]
    chosen = chosen or [one for one in models(data) if one.size or one.optimised or one.tier == "shipped"]
    found = [(one, _altered(one), one.trouble()) for one in chosen]
    if as_json:
        emit_json([checked(*one) for one in found])
    else:
        for one in found:
            click.echo(verdict(*one))
    return int(any(altered or trouble or one.missing or not one.files for one, altered, trouble in found))


@command.command(short_help="Download one of Detoxify's, or take it from files.")
@click.argument("name", metavar="NAME")
@click.option(
    "--from",
    "source",
    metavar="FILE|FOLDER|URL",
    help="Take it from here instead: files carried from another machine, or an address of your own.",
)
@CONFIG
def fetch(name: str, source: str | None, config: Path | None) -> int:
    """Bring a model of Detoxify onto this machine. Nothing else in Sereno ever downloads anything.

    A download that is cut off goes on where it stopped. A file that is not the one published is not kept. Ends with 1
    when something could not be had.

    \b
    Example:
      sereno models fetch detoxify:multilingual
      sereno models fetch detoxify:original --from /media/usb
    """
    from bot.downloading import Network, Unfetched
    from bot.fetching import fetch_model, recipe
    from moderation.toxicity.catalogue import SHIPPED, entry

    chosen = entry(name, _data(config))
    if name == SHIPPED:
        click.echo("shipped comes with Sereno: there is nothing to fetch; `sereno models verify shipped` checks it")
        return 0
    try:
        with progress(f"fetching {name}") as report:
            left = fetch_model(chosen, source, Network(), lambda _, done, total: report(done, total))
    except Unfetched as trouble:
        click.echo(f"sereno: {trouble}", err=True)
        click.echo(recipe(chosen, chosen.missing), err=True)
        return 1
    if left:
        click.echo(f"sereno: {source} does not have {', '.join(file.name for file in left)}", err=True)
        click.echo(recipe(chosen, left), err=True)
        return 1
    click.echo(f"{name} is in {chosen.folder}")
    return 0


@command.command(short_help="Make one several times faster on a CPU.")
@click.argument("name", metavar="NAME")
@click.option(
    "--texts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Texts to compare on, one a line; Sereno's own unless given. Best are 500 or more of the kind it will judge.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    default=0.02,
    show_default=True,
    help="The mean difference of a probability, of the label that suffers most, up to which the result is kept.",
)
@click.option(
    "--loss",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.01,
    show_default=True,
    help="The share of decisions that may change where the shipped model settles what is clear.",
)
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="The comparison as JSON.")
def optimise(name: str, texts: Path | None, tolerance: float, loss: float, config: Path | None, as_json: bool) -> int:
    """Make a Detoxify model several times faster on a CPU: the same network in eight bits, without torch.

    NAME is one of `sereno models list`, or a checkpoint file. Both forms judge the same texts first; when they differ
    too much, nothing is kept. Afterwards the faster form is used wherever the model is named. Needs torch and detoxify.

    On the same texts it is measured what the shipped model may settle alone, so that no more than --loss of the decisions
    change; with `model: auto` the two then judge together.

    \b
    Example:
      sereno models optimise detoxify:multilingual
      sereno models optimise detoxify:original --texts ours.txt --tolerance 0.01 --loss 0.005
    """
    from bot.model_words import band, parity
    from bot.optimising import make_faster

    with progress(f"optimising {name}") as report:
        report(0, None)  # minutes, of which nobody can tell how many
        made = make_faster(name, _data(config), texts, tolerance, loss)
    if as_json:
        kept = made.band.model_dump(by_alias=True) if made.band else None
        emit_json({**made.parity.as_json(), "band": kept, "no_band": made.why or None})
    else:
        click.echo(parity(made.parity))
        click.echo(band(made.band, made.why))
        click.echo(f"{name} is optimised: {made.folder}")
    return 0


def _altered(one: Entry) -> tuple[File, ...]:
    read, size = 0, one.size
    with progress(f"verifying {one.name}") as report:

        def add(more: int) -> None:
            nonlocal read
            read += more
            report(read, size)

        return one.altered(add)


def _data(config: Path | None) -> Path:
    from bot.command_line.settings import settings_for

    return settings_for(config, os.environ).data
