"""Tokens that somebody pasted into the set-up page: one file for each variable in `<data>/secrets`.

Only the user who runs Sereno can read them. The environment wins over them; sereno.yaml never holds any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from bot.configuration.atomic import replace_file
from moderation.errors import UserError

FOLDER: Final = "secrets"
KEEPABLE: Final = (
    "SERENO_DISCORD_TOKEN",
    "SERENO_SLACK_BOT_TOKEN",
    "SERENO_SLACK_APP_TOKEN",
    "SERENO_SLACK_USER_TOKEN",
    "SERENO_TELEGRAM_TOKEN",
    "SERENO_MATRIX_HOMESERVER",
    "SERENO_MATRIX_USER",
    "SERENO_MATRIX_TOKEN",
)
"""What the set-up page may keep; nothing else in that folder is read."""
LARGEST: Final = 4096
"""Characters of a value; the longest token of any platform has a few hundred."""


def kept_in(data: Path) -> Mapping[str, str]:
    """Variable → value; UserError names the file that cannot be read."""
    found = {}
    for name in KEEPABLE:
        path = data / FOLDER / name
        try:
            with path.open(encoding="utf-8") as file:
                value = file.read(LARGEST).strip()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UserError(f"{path} cannot be read: {why}; remove it, and paste the token again") from error
        if value:
            found[name] = value
    return found


def keep(data: Path, values: Mapping[str, str]) -> None:
    """Keep these from now on. UserError when the data folder cannot be written, or a name or value is none of ours."""
    folder = data / FOLDER
    for name, value in values.items():
        if name not in KEEPABLE or not value or len(value) > LARGEST or not value.isprintable():
            raise UserError(f"{name} cannot be kept: it is not one of the tokens, or not one line of text")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name, value in values.items():
            replace_file(folder / name, f"{value}\n".encode(), 0o600)
    except OSError as error:
        raise UserError(f"the token could not be kept in {folder}: {error.strerror}") from error


def forget(data: Path, names: Iterable[str]) -> None:
    """Keep these no longer; what was never there is no mistake."""
    for name in names:
        if name in KEEPABLE:
            try:
                (data / FOLDER / name).unlink(missing_ok=True)
            except OSError as error:
                raise UserError(f"{name} could not be removed from {data / FOLDER}: {error.strerror}") from error
