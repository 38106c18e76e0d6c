"""Opening the one database: SQLite in the data folder by default, PostgreSQL by URL.

Everything above speaks SQLAlchemy Core; what differs between the two databases is in this file and ends here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from moderation.errors import StoreError, StoreFull

_FULL: Final = {"SQLITE_FULL", "53100", "53200"}
"""SQLite's code, and PostgreSQL's for a full disk and exhausted memory."""
_BUSY_SECONDS: Final = 2.0
"""How long to wait for somebody else's lock; health must be red within five seconds of it."""


def sqlite_url(path: Path) -> URL:
    """The URL of an SQLite file."""
    return URL.create("sqlite+pysqlite", database=str(path))


def connect(url: URL | str) -> Engine:
    """An engine with the durability the journal promises: nothing is committed before it is on disk."""
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False}, pool_size=3)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, pool_size=3, pool_pre_ping=True)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # the driver must not begin transactions of its own
    cursor = raw.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={int(_BUSY_SECONDS * 1000)}",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
        "wal_autocheckpoint=20000",  # folded by `fold_log` beside the writer; this only bounds the file
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(raw: Any, _record: object) -> None:
    cursor = raw.cursor()
    cursor.execute("SET synchronous_commit = on")
    cursor.close()


def writing(engine: Engine) -> Connection:
    """A connection whose transactions take the write lock at once."""
    return engine.connect().execution_options(writes=True)


def insert_new(connection: Connection, table: Table) -> Any:
    """An INSERT that passes over rows whose unique key is there already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def upsert(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write a row, or other values into the row that has this primary key."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def store_trouble(error: BaseException) -> StoreError | None:
    """The error as trouble of the store as a whole (full, locked, read-only, gone); None when one row was to blame."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, (PoolTimeout, DisconnectionError)):
        return StoreError("the database does not answer")
    if not isinstance(error, DBAPIError):
        return None
    code = str(getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or "")
    if code in _FULL:
        return StoreFull("no room left where the database lives; free some and Sereno goes on by itself")
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return StoreError(f"the database refuses to write: {error.orig}")
    return None


def fold_log(engine: Engine, *, empty: bool = False) -> None:
    """Fold the write-ahead log into the database without holding up the writer; `empty` also empties it, so that
    swept text is nowhere on disk."""
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"PRAGMA wal_checkpoint({'TRUNCATE' if empty else 'PASSIVE'})")
