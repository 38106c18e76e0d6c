"""Opening the journal of a data folder, and keeping a second process out of it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.stores.journal import Journal
from bot.stores.migrate import upgrade
from bot.stores.sql import connect, sqlite_url
from bot.stores.vault import Vault, master_key
from bot.stores.writer import Point, Writer
from moderation.errors import UserError
from moderation.ports import Clock

DATABASE: Final = "sereno.db"
MASTER_KEY: Final = "master.key"
LOCK: Final = "sereno.lock"


def _no_point(name: str) -> None:
    """Outside tests nothing happens around a commit."""


def open_journal(data: Path, clock: Clock, *, url: str | None = None, point: Point = _no_point) -> Journal:
    """The journal of a data folder, its tables up to date; SQLite beside the master key unless there is a URL."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = connect(url or sqlite_url(data / DATABASE))
    upgrade(engine)
    vault = Vault(master_key(data / MASTER_KEY), clock)
    writer = Writer(engine, committed=vault.committed, rolled_back=vault.rolled_back, point=point)
    return Journal(engine, writer, vault, clock)


def only_one(data: Path) -> Callable[[], None]:
    """Hold the data folder for this process; what to call to let go. The system lets go when the process dies."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise UserError(f"another Sereno is running on {data}; stop it first or use another data folder") from error
    return lambda: os.close(descriptor)
