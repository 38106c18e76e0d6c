"""What goes wrong on Telegram, and what Sereno does then."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.log import configure
from moderation.errors import (
    ChatError,
    Refused,
)
from moderation.model import MessagePosted
from tests.emulators.common import Way, eventually, fails, held, late, reset
from tests.emulators.telegram import too_many
from tests.telegram.bench import Bench, bench
from tests.telegram.world import TelegramWorld


@pytest.fixture
async def world() -> AsyncIterator[TelegramWorld]:
    async with TelegramWorld.opened(strangers=True) as opened:
        yield opened


@pytest.fixture
async def club(world: TelegramWorld, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(world, tmp_path) as connected:
        yield connected


def _texts(club: Bench) -> list[str]:
    return [event.message.text for event in club.of(MessagePosted)]


async def _troubled(club: Bench, words: str) -> None:
    await eventually(lambda: words in (club.adapter.trouble or ""), saying=f"trouble says {words!r}")


async def test_a_wrong_token_stops_the_adapter_with_one_clear_message(world: TelegramWorld, tmp_path: Path) -> None:
    """Trying again does not help."""
    async with bench(world, tmp_path, connect=False) as club:
        world.emulator.token = "1:another"
        with pytest.raises(Refused, match="does not take the token"):
            await club.adapter.connect()


async def test_a_token_that_is_taken_back_stops_it_too(club: Bench) -> None:
    """While polling Telegram answers 401 to everything."""
    club.world.emulator.token = "1:another"
    club.world.emulator.server.cut()
    assert club.running is not None
    with pytest.raises(Refused):
        async with asyncio.timeout(20):
            await club.running


async def test_a_webhook_is_removed_at_the_start_and_while_polling(club: Bench) -> None:
    """Updates come by polling only; somebody may set a webhook by hand at any time."""
    club.world.emulator.state.webhook = "https://elsewhere.example/hook"
    club.world.emulator.server.cut()
    await club.world.says("eve", "hi")
    await club.settled()
    assert club.world.emulator.state.webhook == "" and _texts(club) == ["hi"]


async def test_another_poller_is_not_fought(club: Bench) -> None:
    """Sereno says so, stands by, and goes on when the other has stopped."""
    await eventually(lambda: club.world.emulator._poller is not None, saying="polling")
    other = await asyncio.create_task(_polls_once(club))
    assert other == 200
    await _troubled(club, "another program polls")
    await club.world.says("eve", "hi")
    await club.settled()
    assert _texts(club) == ["hi"] and club.adapter.trouble is None


async def _polls_once(club: Bench) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        emulator = club.world.emulator
        answer = await client.post(f"{emulator.url}/bot{emulator.token}/getUpdates", data={"timeout": "0"})
        return answer.status_code


@pytest.mark.parametrize(
    "way",
    [
        fails(502, html=True),
        fails(500, {"ok": False, "error_code": 500, "description": "Internal"}),
        reset(),
        late(0.1),
    ],
    ids=["html", "500", "reset", "late"],
)
async def test_a_poll_that_fails_is_tried_again_and_loses_nothing(club: Bench, way: Way) -> None:
    """What was not confirmed is delivered again."""
    club.world.emulator.desk.faults.add("POST getUpdates", way, times=3)
    for number in range(5):
        await club.world.says("eve", f"hi {number}")
    await club.settled()
    assert _texts(club) == [f"hi {number}" for number in range(5)]


async def test_an_answer_lost_on_its_way_is_delivered_again(club: Bench) -> None:
    """Telegram was asked and thinks it has answered; nothing is confirmed by that."""
    club.world.emulator.desk.faults.add("POST getUpdates", reset(after=True), times=2)
    await club.world.says("eve", "hi")
    await club.settled()
    assert _texts(club) == ["hi"]


async def test_telegram_asks_the_poller_for_patience(club: Bench) -> None:
    """A 429 is waited out."""
    club.world.emulator.desk.faults.add("POST getUpdates", fails(429, too_many(1)))
    await club.world.says("eve", "hi")
    await club.settled()
    assert _texts(club) == ["hi"]


async def test_an_update_that_comes_again_is_one_event(club: Bench) -> None:
    """Telegram may deliver one twice."""
    await club.world.says("eve", "hi")
    last = club.world.emulator.history[-1]["update_id"]
    await club.settled()
    club.world.emulator.again(last)
    await club.world.says("eve", "ho")
    await club.settled()
    assert _texts(club) == ["hi", "ho"]


@pytest.mark.parametrize(
    "broken",
    [
        {"message": "nonsense"},
        {"message": {"message_id": 1}},
        {"message": {"message_id": 1, "date": "yesterday", "chat": {"id": -1, "type": "supergroup"}}},
        {"callback_query": {"id": 1}},
        {"chat_member": {"chat": {"id": -1001111111111, "type": "supergroup"}, "date": 1}},
        {"something_new": {"what": "ever"}},
        {},
    ],
)
async def test_an_update_nobody_can_read_holds_up_no_other(club: Bench, broken: dict[str, object]) -> None:
    """It is skipped, and what follows is accepted."""
    club.world.emulator.raw(broken)
    await club.world.says("eve", "hi")
    await club.settled()
    assert _texts(club) == ["hi"] and club.adapter.trouble is None
    assert club.adapter.skipped == (0 if "something_new" in broken or not broken else 1)


async def test_what_does_not_fit_on_the_disk_is_not_confirmed(club: Bench) -> None:
    """Telegram keeps it until there is room."""
    club.full = True
    await club.world.says("eve", "hi")
    await _troubled(club, "an update waits")
    assert club.world.emulator.updates
    club.full = False
    await club.settled()
    assert _texts(club) == ["hi"]
    await eventually(lambda: club.adapter.trouble is None, saying="all is well")


async def test_a_day_away_is_a_gap_on_the_desk(world: TelegramWorld, tmp_path: Path) -> None:
    """Telegram keeps updates for 24 hours; what was before is lost, and people are told from when to when."""
    async with bench(world, tmp_path) as club:
        await world.says("eve", "hi")
        await club.settled()
    async with bench(world, tmp_path, connect=False) as later:
        later.clock.offset = timedelta(days=3)
        await later.connects()
        gaps = await later.journal.read(lambda c: c.exec_driver_sql("select since, until from gap").all())
    assert len(gaps) == 1 and timedelta(milliseconds=gaps[0][1] - gaps[0][0]) > timedelta(days=1, hours=23)


async def test_a_short_pause_is_no_gap(world: TelegramWorld, tmp_path: Path) -> None:
    """What happened meanwhile waits at Telegram."""
    async with bench(world, tmp_path) as club:
        await club.settled()
    await world.says("eve", "while you were away")
    async with bench(world, tmp_path) as again:
        await again.settled()
        gaps = await again.journal.read(lambda c: c.exec_driver_sql("select 1 from gap").all())
        assert _texts(again) == ["while you were away"] and gaps == []


async def test_the_token_is_in_no_log_at_any_level(world: TelegramWorld, tmp_path: Path) -> None:
    """Every address holds it; no line does, whatever fails. Nor does what people wrote stand above DEBUG."""
    stream = io.StringIO()
    configure("debug", "json", stream=stream)
    faults = world.emulator.desk.faults
    async with bench(world, tmp_path) as club:
        for way in (reset(), fails(502, html=True), fails(429, too_many(1)), fails(200, "no object")):
            faults.add("POST getUpdates", way)
            faults.add("POST sendMessage", way)
        for number in range(4):
            await world.says("eve", f"what-eve-wrote {number}")
            try:
                await club.adapter.chat.post(world.moderators, "hi", key=f"k{number}")
            except ChatError as error:
                stream.write(f"{error!r} {error.__cause__!r} {error.__context__!r}\n")
        world.emulator.raw({"message": {"text": "what-eve-wrote"}})
        await club.settled()
    log = stream.getvalue()
    assert "again_in" in log and "skipped" in log
    assert world.emulator.token not in log and "emulated-token" not in log and "what-eve-wrote" not in log


async def test_a_slow_action_holds_up_no_events(club: Bench) -> None:
    """What comes in is accepted while Telegram is slow to do something."""
    gate = asyncio.Event()
    club.world.emulator.desk.faults.add("POST sendMessage", held(gate))
    post = asyncio.create_task(club.adapter.chat.post(club.world.moderators, "slow", key="k"))
    for number in range(20):
        await club.world.says("eve", f"hi {number}")
    await club.settled()
    assert len(_texts(club)) == 20 and not post.done()
    gate.set()
    await post
