"""A crash while the tables are made or changed leaves what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, event, inspect

from bot.failpoints import SimulatedCrash
from bot.stores.migrate import HEAD, revision, upgrade
from bot.stores.sql import connect, sqlite_url


def _dying_at(path: Path, number: int) -> Engine:
    """An engine whose process dies before its n-th change of the tables."""
    engine, left = connect(sqlite_url(path)), [number]

    def before(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().startswith(("CREATE", "INSERT", "UPDATE")):
            left[0] -= 1
            if left[0] == 0:
                raise SimulatedCrash(statement)

    event.listen(engine, "before_cursor_execute", before)
    return engine


@pytest.mark.parametrize("number", [1, 2, 7, 20, 30])
def test_tables_are_made_whole_or_not_at_all(tmp_path: Path, number: int) -> None:
    """After a crash in the middle the database is empty, and the next start makes all of it."""
    path = tmp_path / "m.db"
    dying = _dying_at(path, number)
    with pytest.raises(SimulatedCrash):
        upgrade(dying)
    dying.dispose()
    engine = connect(sqlite_url(path))
    assert inspect(engine).get_table_names() == []
    upgrade(engine)
    assert revision(engine) == HEAD
