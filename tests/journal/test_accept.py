"""What is accepted is on disk, once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.stores import tables
from bot.stores.journal import Journal
from bot.stores.opening import open_journal
from moderation.errors import StoreError
from moderation.ports import Accepted
from tests.journal.events import said
from tests.pipeline.stage import SteppingClock


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    opened = open_journal(tmp_path, SteppingClock())
    await opened.start()
    yield opened
    await opened.stop()


async def test_an_acknowledged_event_is_on_disk(journal: Journal) -> None:
    """Once accept returns, another connection reads the event."""
    accepted = await journal.accept(said("1", "hola"))
    keys = await journal.read(lambda connection: list(connection.scalars(select(tables.inbox.c.key))))
    assert accepted.new and keys == ["room:1"]


async def test_the_same_key_is_the_same_event(journal: Journal) -> None:
    """A platform that delivers again gets the place of the first delivery."""
    first = await journal.accept(said("1", "hola"))
    again = await journal.accept(said("1", "hola"))
    assert (again.seq, again.new) == (first.seq, False)


async def test_duplicates_inside_one_group_collide_too(journal: Journal) -> None:
    """Ten deliveries at once are one event."""
    all_ten = await asyncio.gather(*(journal.accept(said("1", "hola")) for _ in range(10)))
    assert len({one.seq for one in all_ten}) == 1
    assert sum(one.new for one in all_ten) == 1


async def test_places_follow_the_order_of_acceptance(journal: Journal) -> None:
    """Who was accepted first has the smaller place, and listeners hear in that order."""
    heard: list[Accepted] = []
    journal.on_accepted = heard.extend
    places = await asyncio.gather(*(journal.accept(said(str(number), "x")) for number in range(1500)))
    assert [one.seq for one in places] == sorted(one.seq for one in places)
    assert [one.seq for one in heard] == [one.seq for one in places]


async def test_rows_beside_an_event_share_its_fate(journal: Journal) -> None:
    """What an adapter writes with an event is there exactly when the event is new."""
    beside: list[str] = []

    def room_row(connection: Connection) -> None:
        beside.append("written")
        connection.execute(tables.room_channel.insert().values(id=f"c{len(beside)}", name="c", locked=False))

    await journal.accept(said("1", "hola"), room_row)
    await journal.accept(said("1", "hola"), room_row)
    rooms = await journal.read(lambda connection: list(connection.scalars(select(tables.room_channel.c.id))))
    assert rooms == ["c1"]


async def test_one_bad_unit_does_not_take_its_neighbours_with_it(journal: Journal) -> None:
    """A row the database refuses fails alone, whoever shares its commit."""

    def bad(connection: Connection) -> None:
        connection.execute(tables.room_channel.insert().values(id="c", name=None, locked=False))

    results: Any = await asyncio.gather(
        journal.accept(said("1", "a")),
        journal.accept(said("2", "b"), bad),
        journal.accept(said("3", "c")),
        return_exceptions=True,
    )
    assert isinstance(results[1], Exception)
    keys = await journal.read(lambda connection: list(connection.scalars(select(tables.inbox.c.key))))
    assert keys == ["room:1", "room:3"]
    assert journal.trouble is None


async def test_a_paused_journal_acknowledges_nothing_until_it_goes_on(journal: Journal) -> None:
    """Backpressure: whoever delivers waits, and nothing is lost."""
    journal.pause()
    waiting = journal.accept(said("1", "a"))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    journal.resume()
    assert (await waiting).new


async def test_a_closed_journal_refuses(journal: Journal) -> None:
    """While Sereno stops, nothing is acknowledged that might not be kept."""
    journal.close(StoreError("Sereno is stopping"))
    with pytest.raises(StoreError, match="stopping"):
        await journal.accept(said("1", "a"))
