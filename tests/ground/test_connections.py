"""Platforms stay connected, and trouble with one is trouble with one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import connecting
from bot.adapters.twin import Twin
from bot.connecting import Connections, State
from bot.stores.cases import Cases
from bot.stores.gaps import Gaps
from bot.stores.journal import Journal
from bot.stores.opening import open_journal
from moderation.errors import Refused
from moderation.ports import Chat
from tests.pipeline.stage import SteppingClock


@dataclass
class Line:
    """An adapter whose connections end as told, one after the other; the last one holds."""

    endings: list[BaseException] = field(default_factory=list)
    times: int = 0
    closed: bool = False
    trouble: str | None = "not connected yet"
    chat: Chat = field(default_factory=lambda: Twin(SteppingClock()))

    async def connect(self) -> None:
        self.times += 1
        if self.endings:
            raise self.endings.pop(0)
        self.trouble = None
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path, SteppingClock())
    await journal.start()
    yield journal
    await journal.stop()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_lost_connection_is_made_again(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever an adapter raises, it is connected again; the others never notice."""
    monkeypatch.setattr(connecting, "SHORTEST", 0.01)
    shaky, steady = Line([OSError("reset"), ValueError("an SDK broke"), RuntimeError("closed")]), Line()
    connections = Connections({"discord": shaky, "slack": steady}, Gaps(journal, SteppingClock()), "club")
    connections.start()
    await until(lambda: connections.all["discord"].state is State.CONNECTED)
    assert shaky.times == 4 and steady.times == 1
    await connections.stop()
    await connections.close()
    assert shaky.closed and steady.closed


async def test_a_refused_token_is_said_once_and_not_tried_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The adapter stops with one case that says what to do; the others go on."""
    monkeypatch.setattr(connecting, "SHORTEST", 0.01)
    refused = Line([Refused("Discord does not take this token", "paste a new one on the set-up page")])
    other = Line()
    connections = Connections({"discord": refused, "slack": other}, Gaps(journal, SteppingClock()), "club")
    connections.start()
    await until(lambda: connections.all["discord"].state is State.REFUSED)
    await until(lambda: connections.all["slack"].state is State.CONNECTED)

    async def told() -> list[str]:
        return [case.about for case in await Cases(journal).page()]

    async with asyncio.timeout(60):
        while not await told():
            await asyncio.sleep(0.01)
    (about,) = await told()
    assert "does not take this token" in about and "paste a new one" in about
    await asyncio.sleep(0.2)  # many times the pause after which a lost connection would be made again
    assert connections.all["discord"].trouble is not None and refused.times == 1
    await connections.stop()
