"""Bringing the tables up to date when the bot starts.

Nearly always they are, and Alembic need not even be imported: one query compares the stored revision with the newest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text

from moderation.errors import StoreError

HEAD: Final = "0005"
"""The newest revision in migrations/versions; a test compares the two."""
FOLDER: Final = Path(__file__).parent / "migrations"


def revision(engine: Engine) -> str | None:
    """The revision of the tables; None in an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def upgrade(engine: Engine) -> None:
    """Create or change what is missing, in one transaction: a crash in between leaves the old tables."""
    present = revision(engine)
    if present == HEAD:
        return
    if present is not None and present > HEAD:
        raise StoreError(f"the database is newer (revision {present}) than this program (revision {HEAD})")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
