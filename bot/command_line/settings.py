"""Which settings a command works with: the file named, sereno.yaml of the current folder, that of the data folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.errors import UserError

if TYPE_CHECKING:
    from bot.config import Settings


def settings_for(config: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings; UserError with every problem of the file, or when the file that was named is not there."""
    from bot.config import FILE, settings_at_home, settings_from

    if config is not None and not config.is_file():
        raise UserError(f"there is no file {config}")
    if config is None and Path(FILE).is_file():
        config = Path(FILE)
    return settings_at_home(environ) if config is None else settings_from(config, environ)
