"""The bot as it is put together from settings, with a real worker process beside it."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.config import settings_from
from bot.handout.detector import HandedOut
from bot.handout.local import OwnWhenAlone
from bot.wiring import assemble
from moderation.model import ChannelRef, Member, MemberRef, Message, MessagePosted, MessageRef
from tests.handout.server import Server
from tests.handout.test_role import worker


def said(number: int, text: str) -> MessagePosted:
    ref = MessageRef(ChannelRef("plaza", "local", "general", "general"), str(number))
    at = datetime.now(UTC)
    author = Member(MemberRef("plaza", "local", "eve"), "Eve")
    return MessagePosted(key=f"plaza:msg:{number}:0", at=at, message=Message(ref, author, text, at))


async def test_a_gateway_asks_people_about_a_threat_that_a_worker_has_scored(
    tmp_path: Path, own_server: Server
) -> None:
    """The shipped rules, the shipped model, two processes."""
    data = tmp_path / "data"
    environ = {"SERENO_REDIS_URL": own_server.url, "SERENO_DATA_DIR": str(data)}
    bot = assemble(replace(settings_from(None, environ), role="gateway"))
    (gateway,) = bot.app._parts.detectors
    assert isinstance(gateway, HandedOut)
    await bot.app.start()
    process = await worker(own_server.url, tmp_path)
    try:
        number = 0
        while not gateway.tally.answered:
            number += 1
            await bot.app.accept(said(number, "I will find you and kill you, you worthless idiot"))
            await bot.app.settled()
        cases = [case for case in await bot.app.cases.page() if case.member is not None]
        assert cases and cases[0].member is not None and cases[0].member.id == "eve"
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        await bot.app.stop()


def test_a_process_that_does_everything_has_its_own_model_beside_the_workers(
    tmp_path: Path, own_server: Server
) -> None:
    """A Redis in the settings alone takes nothing away."""
    environ = {"SERENO_REDIS_URL": own_server.url, "SERENO_DATA_DIR": str(tmp_path / "data")}
    (detector,) = assemble(settings_from(None, environ)).app._parts.detectors
    assert isinstance(detector, OwnWhenAlone)
