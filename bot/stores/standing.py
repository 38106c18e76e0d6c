"""How a database stands to this version, found out without changing anything in it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.stores.migrate import HEAD, revision
from bot.stores.opening import DATABASE
from bot.stores.sql import connect, sqlite_url
from moderation.errors import StoreError


class Standing(StrEnum):
    """Whether the tables are those of this version."""

    ABSENT = "absent"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def standing(data: Path) -> Standing:
    """How the database of a data folder stands; StoreError when it cannot be opened or is no database at all."""
    if not (data / DATABASE).exists():
        return Standing.ABSENT
    try:
        engine = connect(sqlite_url(data / DATABASE))
        try:
            present = revision(engine)
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error)
        raise StoreError(f"the database cannot be opened: {why}") from error
    if present is None:
        return Standing.ABSENT
    if present == HEAD:
        return Standing.CURRENT
    return Standing.NEWER if present > HEAD else Standing.OLDER
