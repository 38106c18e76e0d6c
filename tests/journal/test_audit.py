"""Promise P19: any change to the audit is detected."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, select, text, update

from bot.stores import tables
from bot.stores.audit import Entry, append, verify
from bot.stores.migrate import upgrade
from bot.stores.sql import connect, sqlite_url, writing

ROWS = 40
FIELDS = ("at", "actor", "what", "case_id", "detail", "hash", "seq")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    made = connect(sqlite_url(tmp_path_factory.mktemp("audit") / "a.db"))
    upgrade(made)
    with writing(made) as connection, connection.begin():
        for number in range(ROWS):
            append(connection, [Entry(number, "rules", "delete: applied", f"case{number}", {"n": number})])
    return made


def test_an_untouched_audit_verifies(engine: Engine) -> None:
    """No row is to blame."""
    with engine.connect() as connection:
        assert verify(connection) is None


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, ROWS), st.sampled_from(FIELDS), st.randoms(use_true_random=False))
def test_a_changed_field_is_found(engine: Engine, seq: int, field: str, dice: random.Random) -> None:
    """Whatever is changed in whichever row, the first broken row is at or before the change."""
    with writing(engine) as connection, connection.begin() as transaction:
        _change(connection, seq, field, dice)
        found = verify(connection)
        transaction.rollback()
    assert found is not None and found <= seq


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, ROWS))
def test_a_dropped_row_is_found(engine: Engine, seq: int) -> None:
    """A missing row shows, the last one included."""
    with writing(engine) as connection, connection.begin() as transaction:
        connection.execute(delete(tables.audit).where(tables.audit.c.seq == seq))
        found = verify(connection)
        transaction.rollback()
    assert found == seq


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, ROWS), st.integers(1, ROWS))
def test_exchanged_rows_are_found(engine: Engine, one: int, other: int) -> None:
    """Two rows cannot change places."""
    if one == other:
        return
    with writing(engine) as connection, connection.begin() as transaction:
        connection.execute(text("UPDATE audit SET seq = -1 WHERE seq = :one"), {"one": one})
        connection.execute(text("UPDATE audit SET seq = :one WHERE seq = :other"), {"one": one, "other": other})
        connection.execute(text("UPDATE audit SET seq = :other WHERE seq = -1"), {"other": other})
        found = verify(connection)
        transaction.rollback()
    assert found == min(one, other)


def test_an_added_row_is_found(engine: Engine) -> None:
    """Nobody can write at the end without the chain noticing."""
    with writing(engine) as connection, connection.begin() as transaction:
        last = connection.execute(select(tables.audit).order_by(tables.audit.c.seq.desc()).limit(1)).one()
        row = dict(last._mapping) | {"seq": last.seq + 1}
        connection.execute(tables.audit.insert().values(**row))
        found = verify(connection)
        transaction.rollback()
    assert found == ROWS + 1


def _change(connection: Connection, seq: int, field: str, dice: random.Random) -> None:
    row = connection.execute(select(tables.audit).where(tables.audit.c.seq == seq)).one()
    before = row._mapping[field]
    after: object
    if isinstance(before, bytes):
        place = dice.randrange(len(before))
        after = before[:place] + bytes([before[place] ^ (1 << dice.randrange(8))]) + before[place + 1 :]
    elif isinstance(before, int):
        after = before + dice.choice([-1, 1, 1000]) if field == "at" else before + 1_000_000
    else:
        after = before + dice.choice([" ", "x", "\0"]) if dice.random() < 0.5 or not before else before[:-1]
    connection.execute(update(tables.audit).where(tables.audit.c.seq == seq).values({field: after}))
