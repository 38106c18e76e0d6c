"""The tables that migrations make are the tables the code uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.stores.migrate import FOLDER, HEAD, revision, upgrade
from bot.stores.sql import connect, sqlite_url
from bot.stores.tables import metadata
from moderation.errors import StoreError


def test_the_newest_revision_is_the_one_the_program_expects() -> None:
    """The fast path at start compares with the true head."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrated_tables_equal_the_declared_ones(tmp_path: Path) -> None:
    """Nothing is missing, nothing is left over."""
    engine = connect(sqlite_url(tmp_path / "m.db"))
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert revision(engine) == HEAD


def test_what_an_older_version_kept_stays(tmp_path: Path) -> None:
    """From the first tables to the newest with rows in them."""
    engine = connect(sqlite_url(tmp_path / "m.db"))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO cursor (name, value, at) VALUES ('telegram', '7', 1)"))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT value FROM cursor WHERE name = 'telegram'")) == "7"
        assert connection.scalar(text("SELECT count(*) FROM threshold_move")) == 0
    assert revision(engine) == HEAD


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    """A second start finds everything in place."""
    engine = connect(sqlite_url(tmp_path / "m.db"))
    upgrade(engine)
    upgrade(engine)
    assert revision(engine) == HEAD


def test_a_database_from_the_future_is_refused(tmp_path: Path) -> None:
    """An older program does not touch newer tables."""
    engine = connect(sqlite_url(tmp_path / "m.db"))
    upgrade(engine)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer"):
        upgrade(engine)


def test_every_table_can_be_made_on_postgresql() -> None:
    """Nothing in the tables is SQLite's alone."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert "INDEX" in str(CreateIndex(index).compile(dialect=dialect))
