"""What goes wrong with the connection to Discord, and what Sereno does about it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.adapters.discord import Discord
from bot.adapters.discord_budget import BUDGET, DAY, IDENTIFIES
from bot.adapters.discord_client import Lost
from bot.configuration.environment import environment
from bot.log import SecretFilter
from bot.stores.tables import case
from moderation.errors import Refused
from moderation.model import MessagePosted
from tests.discord.connected import Connected, connected, journal_in, stand
from tests.discord.world import DiscordWorld
from tests.emulators.common import Call, Way, Work, answer, eventually


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(tmp_path) as here:
        yield here


async def _refused(tmp_path: Path, world: DiscordWorld) -> Refused:
    async with journal_in(tmp_path) as journal:
        here = stand(world, journal)
        with pytest.raises(Refused) as refused:
            await asyncio.wait_for(here.adapter.connect(), 30)
        await here.adapter.aclose()
        assert here.adapter.trouble is not None
        return refused.value


async def test_a_wrong_token_stops_the_adapter(tmp_path: Path) -> None:
    """One clear message that says what to do; nothing is tried again."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        here = stand(world, journal)
        wrong = environment({**world.environment, "SERENO_DISCORD_TOKEN": "not.a.token"})
        adapter = Discord(wrong, here.ground)
        with pytest.raises(Refused, match="does not take this token") as refused:
            await adapter.connect()
        assert "Reset Token" in refused.value.mend and "not.a.token" not in str(refused.value)
        assert world.emulator.gateway.identifies == 0


async def test_no_token_stops_the_adapter(tmp_path: Path) -> None:
    """The variable is named."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        with pytest.raises(Refused) as refused:
            await Discord(environment({}), stand(world, journal).ground).connect()
        assert "SERENO_DISCORD_TOKEN" in refused.value.mend


async def test_a_token_that_is_taken_away_stops_the_adapter(tmp_path: Path) -> None:
    """Close code 4004 is about the token, whenever it comes."""
    async with DiscordWorld.opened() as world:
        world.emulator.gateway.on_identify.append(4004)
        assert "token" in str(await _refused(tmp_path, world))
        assert world.emulator.gateway.identifies == 1


@pytest.mark.parametrize(
    ("flags", "named", "unnamed"),
    [
        (0, ("Server Members Intent", "Message Content Intent"), ()),
        (1 << 15, ("Message Content Intent",), ("Server Members Intent",)),
        (1 << 19, ("Server Members Intent",), ("Message Content Intent",)),
    ],
)
async def test_the_switch_that_is_off_is_named(
    tmp_path: Path, flags: int, named: tuple[str, ...], unnamed: tuple[str, ...]
) -> None:
    """Close code 4014 does not say which intent; the application's own flags do."""
    async with DiscordWorld.opened() as world:
        world.emulator.state.application.flags = flags
        refused = await _refused(tmp_path, world)
        assert all(name in refused.mend for name in named) and not any(name in refused.mend for name in unnamed)
        assert "Privileged Gateway Intents" in refused.mend


@pytest.mark.parametrize("how", ["4000", "op 7", "op 9", "cut"])
async def test_a_lost_connection_is_resumed_and_nothing_is_lost(one: Connected, how: str) -> None:
    """Discord keeps what happened meanwhile and sends it again; nobody identifies a second time."""
    gateway = one.world.emulator.gateway
    await one.says("eve", "before")
    match how:
        case "4000":
            gateway.close(4000)
        case "op 7":
            gateway.ask_to_reconnect()
        case "op 9":
            gateway.invalidate(resumable=True)
        case _:
            gateway.close(1006)
    await one.world.says("eve", "meanwhile")
    await eventually(lambda: gateway.resumed >= 1)
    await one.says("eve", "after")
    assert [event.message.text for event in one.heard.of(MessagePosted)] == ["before", "meanwhile", "after"]
    assert gateway.identifies == 1 and one.adapter.trouble is None


async def test_a_session_that_is_over_is_begun_anew_and_caught_up(one: Connected) -> None:
    """What Discord does not send again is read back from the channels."""
    gateway = one.world.emulator.gateway
    await one.says("eve", "before")
    gateway.invalidate(resumable=False)
    await one.world.says("eve", "meanwhile")
    await eventually(lambda: gateway.identifies == 2 and len(one.heard.of(MessagePosted)) == 2)
    await one.says("eve", "after")
    assert [event.message.text for event in one.heard.of(MessagePosted)] == ["before", "meanwhile", "after"]


async def test_a_silent_connection_is_noticed(tmp_path: Path) -> None:
    """When heartbeats are not answered and nothing else comes, the connection is taken for dead and resumed."""
    async with DiscordWorld.opened() as world:
        world.emulator.gateway.acks, world.emulator.gateway.interval = False, 0.1
        async with connected(tmp_path, world, silence=1.0) as one:
            await eventually(lambda: world.emulator.gateway.resumed >= 1)
            world.emulator.gateway.acks = True
            await one.says("eve", "still here")
            assert world.emulator.gateway.identifies == 1


async def test_what_cannot_be_read_is_skipped(one: Connected) -> None:
    """Malformed events, frames that are no JSON objects and events nobody knows end nothing."""
    gateway = one.world.emulator.gateway
    await one.says("eve", "before")
    gateway.spoil["MESSAGE_CREATE"] = lambda data: {key: value for key, value in data.items() if key != "author"}
    await one.world.says("eve", "spoilt")
    gateway.spoil["GUILD_MEMBER_ADD"] = lambda data: []
    await one.world.joins("ana")
    gateway.send("MESSAGE_DELETE", {"guild_id": str(one.world.emulator.guild.id)})
    gateway.send("MESSAGE_REACTION_ADD", "nothing")
    gateway.send("NOBODY_KNOWS_THIS", {"x": 1})
    gateway.raw([1, 2, 3])
    gateway.raw("words")
    gateway.raw({"op": 99, "d": None})
    await one.says("eve", "after")
    texts = [event.message.text for event in one.heard.of(MessagePosted)]
    assert texts[0] == "before" and texts[-1] == "after"
    assert (gateway.identifies, gateway.resumes) == (1, 0) and one.adapter.malformed >= 4


async def test_a_gateway_that_is_down_at_first_is_a_lost_connection(tmp_path: Path) -> None:
    """It is tried again by whoever keeps connections, and costs no identifying."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        here = stand(world, journal)
        world.emulator.desk.faults.add("GET /gateway/bot", _elsewhere())
        with pytest.raises((Lost, OSError)):
            await asyncio.wait_for(here.adapter.connect(), 30)
        assert world.emulator.gateway.identifies == 0 and here.adapter.trouble
        await here.connect()
        await here.says("eve", "x")
        await here.disconnect()


def _elsewhere() -> Way:
    """The API names a gateway where nobody listens."""

    async def way(call: Call, request: web.Request, work: Work) -> web.StreamResponse:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return answer({"url": "ws://127.0.0.1:9", "shards": 1, "session_start_limit": limit})

    return way


async def test_identifying_stops_before_the_token_is_lost(tmp_path: Path) -> None:
    """A crash loop may identify 500 times in a day; then the adapter waits and says so."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        here = stand(world, journal)
        for _ in range(IDENTIFIES):
            assert await here.ground.budgets.spend(BUDGET, IDENTIFIES, DAY) is None
        connecting = asyncio.create_task(here.adapter.connect())
        await eventually(lambda: "too many new connections" in (here.adapter.trouble or ""))
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await here.adapter.aclose()
        assert world.emulator.gateway.identifies == 0
        assert await here.ground.budgets.spent(BUDGET, timedelta(days=2)) == IDENTIFIES


async def test_each_new_session_is_counted(one: Connected) -> None:
    """The budget outlives the process."""
    assert await one.ground.budgets.spent(BUDGET, DAY) == 1


async def test_a_journal_that_refuses_loses_nothing(one: Connected) -> None:
    """Events wait in memory until they are on disk."""
    one.heard.broken = 5
    for number in range(5):
        await one.world.says("eve", f"line {number}")
    await eventually(lambda: len(one.heard.of(MessagePosted)) == 5)
    assert one.heard.broken == 0


async def test_the_token_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not at any level, and not in what Sereno says about trouble."""
    with caplog.at_level(logging.DEBUG):
        async with connected(tmp_path) as one:
            await one.says("eve", "x")
            one.world.emulator.gateway.close(4000)
            await one.says("eve", "y")
            token = one.world.emulator.token
    assert caplog.records and all(token not in record.getMessage() for record in caplog.records)


async def test_the_keys_of_webhooks_and_interactions_are_masked() -> None:
    """discord.py writes addresses into its log; who has such an address may speak as the bot."""
    filter_ = SecretFilter()
    for part in ("webhooks", "interactions"):
        said = filter_.mask(f"POST https://discord.com/api/v10/{part}/123456789012345678/aW50ZXJhY3Rpb24-abcdefghij")
        assert "aW50" not in said and part in said


async def test_being_removed_from_a_server_is_said_and_mended(one: Connected) -> None:
    """A case says what to do; when the bot is invited again, its commands are there again."""
    owner, desk = one.world.emulator.owner, one.world.emulator.desk
    owner.remove_bot()
    await eventually(lambda: one.adapter.places.guild(str(one.world.emulator.guild.id)) is None)
    until = 0
    while not until:
        until = len(await one.heard.journal.read(lambda connection: connection.execute(case.select()).all()))
    owner.invite_bot()
    await eventually(lambda: len(desk.named("PUT /applications/*")) == 2)
    await one.says("eve", "welcome back")
