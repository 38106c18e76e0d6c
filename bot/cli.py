"""The command `sereno`: one file per command in `bot/command_line/`, imported only when it is called.

Exit codes: 0 all is well; 1 the answer is bad news (a red example, something for the doctor); 2 the question was wrong
(an unknown option, a missing file, a rule file with errors). A person's mistake is one clear line, never a traceback.
"""

from __future__ import annotations

import difflib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from moderation.errors import SerenoError

COMMANDS: Final = {
    "run": "Run the bot; without tokens it serves a local chat room to try it in.",
    "init": "Write a commented sereno.yaml and a first rule to start from.",
    "check": "Read rule files and sereno.yaml; say what is wrong, where, and how to mend it.",
    "test": "Run the examples in rule files, and ask whether any would notice a change.",
    "judge": "Events in, verdicts out, one JSON object a line.",
    "backtest": "What these rules would have done to a chat that has already happened.",
    "score": "Texts in, how toxic they are out, one JSON object a line.",
    "models": "The toxicity models: which there are, fetch them, check them, make them faster.",
    "explain": "Why a case was decided as it was, in words.",
    "schema": "JSON Schema of rule files and sereno.yaml, for editors.",
    "doctor": "Look at everything around the bot: what is wrong and how to mend it.",
}
"""Every command, in the order in which a new admin meets them, with its line in `sereno --help`."""


class Commands(click.Group):
    """The commands by name; `--help` reads only the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"bot.command_line.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"bot.command_line.{cmd_name}.command is not a command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for a mistyped one."""
        near = difflib.get_close_matches(args[0], COMMANDS, n=1)
        if args[0] not in COMMANDS and near:
            ctx.fail(f"there is no command {args[0]!r}; did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="sereno", prog_name="sereno", message="%(prog)s %(version)s")
@click.pass_context
def sereno(context: click.Context) -> None:
    """A community moderation bot: rules that people can read, decisions that can be explained and taken back.

    \b
    Example:
      sereno init club && sereno test club
      sereno run
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    _speak_utf8()
    try:
        outcome = sereno.main(arguments, prog_name="sereno", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as mistake:
        return _mistake(mistake)
    except (SerenoError, OSError) as trouble:
        return _give_up(trouble)
    except (click.Abort, KeyboardInterrupt):
        click.echo("sereno: interrupted", err=True)
        return 1
    return outcome if isinstance(outcome, int) else 0


def _mistake(mistake: click.ClickException) -> int:
    """One line about what was mistyped and where to read how it is meant."""
    context = mistake.ctx if isinstance(mistake, click.UsageError) else None
    said = " ".join(mistake.format_message().split())
    help_line = f" (see `{context.command_path} --help`)" if context else ""
    click.echo(f"sereno: {said}{help_line}", err=True)
    return 2


def _give_up(trouble: Exception) -> int:
    """One line about what stopped the command; 1 when only the reader of our output has gone away."""
    if isinstance(trouble, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    said = str(trouble)
    if isinstance(trouble, OSError) and trouble.strerror:
        said = f"{trouble.filename}: {trouble.strerror}" if trouble.filename else trouble.strerror
    named = "" if "\n" in said else "sereno: "  # problems of files begin with their place, as editors expect
    click.echo(f"{named}{said or type(trouble).__name__}", err=True)
    return 2


def _speak_utf8() -> None:
    """Chat is full of characters that a terminal in another encoding cannot show; show them escaped instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
