"""Promise P8: disk full, locked, read-only — nothing is acknowledged, health is red, and it recovers by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, select

from bot.stores import tables
from bot.stores.journal import Journal
from bot.stores.opening import only_one, open_journal
from moderation.errors import StoreError, StoreFull, UserError
from tests.journal.events import said
from tests.pipeline.stage import SteppingClock, on_stage


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    opened = open_journal(tmp_path, SteppingClock())
    await opened.start()
    yield opened
    await opened.stop()


async def _limit(journal: Journal, pages: int) -> None:
    """What a full disk is to SQLite: no page more than this."""

    def work(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    await journal.write(work, "limit")


async def test_a_full_disk_stops_acknowledging_and_recovers(journal: Journal) -> None:
    """While there is no room nothing is acknowledged; what was acknowledged before is there; then it goes on."""
    await _limit(journal, 1)  # SQLite takes the present size for a limit below it
    kept: list[str] = []

    async def fill() -> None:
        for number in range(5000):
            await journal.accept(said(str(number), "x" * 2000))
            kept.append(f"room:{number}")

    with pytest.raises(StoreFull):
        await fill()
    assert isinstance(journal.trouble, StoreFull)
    keys = await journal.read(lambda connection: list(connection.scalars(select(tables.inbox.c.key))))
    assert keys == kept
    await _limit(journal, 1_000_000)
    assert (await journal.accept(said("after", "x"))).new
    assert journal.trouble is None


async def test_a_locked_database_stops_acknowledging_and_recovers(tmp_path: Path) -> None:
    """Another program that holds the lock is trouble, named, and over when it lets go."""
    journal = open_journal(tmp_path, SteppingClock())
    journal.engine.dispose()
    event.listen(journal.engine, "connect", lambda raw, record: raw.execute("PRAGMA busy_timeout=20"))
    await journal.start()
    other = sqlite3.connect(tmp_path / "sereno.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        await journal.accept(said("1", "x"))
    assert journal.trouble is not None
    other.execute("ROLLBACK")
    other.close()
    assert (await journal.accept(said("1", "x"))).new and journal.trouble is None
    await journal.stop()


async def test_a_read_only_database_acknowledges_nothing(journal: Journal) -> None:
    """No write, no acknowledgement."""

    def read_only(on: int) -> object:
        def work(connection: object) -> None:
            connection.exec_driver_sql(f"PRAGMA query_only={on}")  # type: ignore[attr-defined]

        return work

    await journal.write(read_only(1), "limit")  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        await journal.accept(said("1", "x"))
    assert journal.trouble is not None
    with pytest.raises(StoreError):
        await journal.accept(said("2", "x"))


async def test_the_bot_says_so_and_goes_on_deciding_when_there_is_room_again(tmp_path: Path) -> None:
    """Health is red while the store refuses; what was accepted before is decided afterwards."""
    async with on_stage(tmp_path) as stage:
        await _limit(stage.app.journal, 1)

        async def fill() -> None:
            for number in range(5000):
                await stage.app.accept(stage.twin.says("ana", f"hola {number} " + "x" * 2000))

        with pytest.raises(StoreFull):
            await fill()
        assert stage.app.trouble is not None and "no room left" in stage.app.trouble
        await _limit(stage.app.journal, 1_000_000)
        await asyncio.wait_for(stage.app.settled(), 10)
        assert stage.app.trouble is None
        await stage.says("eve", "a slur")
        assert "a slur" not in stage.twin.visible()


def test_two_bots_cannot_share_a_data_folder(tmp_path: Path) -> None:
    """The second is told, and may start when the first is gone."""
    let_go = only_one(tmp_path)
    with pytest.raises(UserError, match="another Sereno is running"):
        only_one(tmp_path)
    let_go()
    only_one(tmp_path)()
