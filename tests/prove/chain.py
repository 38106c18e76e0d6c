"""P19: ten thousand changes of the audit, and a million rows verified."""

from __future__ import annotations

import random
import time
from pathlib import Path

from sqlalchemy import select, update

from bot.stores import tables
from bot.stores.audit import Entry, append, verify
from bot.stores.migrate import upgrade
from bot.stores.sql import connect, sqlite_url, writing

FIELDS = ("at", "actor", "what", "case_id", "detail", "hash")


def mutations(folder: Path, count: int) -> int:
    """How many of so many random changes were not noticed."""
    engine = connect(sqlite_url(folder / "m.db"))
    upgrade(engine)
    dice, missed = random.Random(11), 0
    with writing(engine) as connection:
        with connection.begin():
            append(connection, [Entry(n, "rules", "delete: applied", f"c{n}", {"n": n}) for n in range(30)])
        for _ in range(count):
            with connection.begin() as transaction:
                seq, field = dice.randint(1, 30), dice.choice(FIELDS)
                row = connection.execute(select(tables.audit).where(tables.audit.c.seq == seq)).one()
                connection.execute(
                    update(tables.audit)
                    .where(tables.audit.c.seq == seq)
                    .values({field: _changed(row._mapping[field], dice)})
                )
                found = verify(connection)
                missed += found is None or found > seq
                transaction.rollback()
    engine.dispose()
    return missed


def _changed(value: object, dice: random.Random) -> object:
    if isinstance(value, bytes):
        place = dice.randrange(len(value))
        return value[:place] + bytes([value[place] ^ (1 << dice.randrange(8))]) + value[place + 1 :]
    if isinstance(value, int):
        return value + dice.choice([-1, 1, 60_000])
    text = str(value)
    place = dice.randrange(len(text) + 1)
    return text[:place] + dice.choice("xyz 0") + text[place:]


def verifying(folder: Path, rows: int) -> float:
    """Seconds to verify so many rows."""
    engine = connect(sqlite_url(folder / "v.db"))
    upgrade(engine)
    with writing(engine) as connection:
        for start in range(0, rows, 10_000):
            with connection.begin():
                batch = range(start, min(rows, start + 10_000))
                append(connection, [Entry(n, "rules", "delete: applied", f"c{n}", {"n": n}) for n in batch])
        began = time.perf_counter()
        with connection.begin():
            assert verify(connection) is None
    engine.dispose()
    return time.perf_counter() - began
