"""What goes wrong with a homeserver, and what Sereno does then. The table in docs/platforms/matrix.md says the same."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.adapters.matrix_errors import TurnedDown, error_of
from bot.connecting import State
from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    Unsupported,
)
from moderation.model import Capability, MessagePosted, MessageRef
from tests.matrix.connected import Connected, connected, environment_of, eventually
from tests.matrix.synapse import homeserver
from tests.matrix.world import MatrixWorld


async def _texts(sereno: Connected) -> list[str]:
    return [event.message.text for event in sereno.events if isinstance(event, MessagePosted)]


async def test_a_token_nobody_takes_stops_the_adapter(world: MatrixWorld, tmp_path: Path) -> None:
    """Once and for all, with a case that says what to do and does not show the token."""
    token = "syt_a_token_nobody_knows"
    environment = replace(environment_of(world), matrix_token=SecretStr(token))
    async with connected(world, tmp_path, environment=environment, wait=False) as sereno:
        await eventually(sereno.state, lambda state: state is State.REFUSED)
        (about,) = await eventually(sereno.cases)
        assert "SERENO_MATRIX_TOKEN" in about and token not in about
        with pytest.raises(Unavailable):
            await sereno.adapter.chat.post(world.general, "x", key="k")


async def test_a_token_taken_back_stops_the_adapter(world: MatrixWorld, tmp_path: Path) -> None:
    """Logging the bot out elsewhere is noticed while it listens."""
    async with connected(world, tmp_path) as sereno:
        await world.people["sereno"].call("POST", "/logout", {})
        await eventually(sereno.state, lambda state: state is State.REFUSED)
        with pytest.raises(Unavailable):
            await sereno.adapter.chat.post(world.general, "x", key="k")


async def test_without_power_little_can_be_done(world: MatrixWorld, tmp_path: Path) -> None:
    """Capabilities follow the bot's level, also when it changes; what it may not do is forbidden in words."""
    founder, bot = world.people["founder"], world.people["sereno"]
    async with connected(world, tmp_path) as sereno:
        ref = await world.says("eve", "x")
        chat, community = sereno.adapter.chat, world.general.community
        await founder.set_power(world.rooms["general"], bot.id, 50)

        async def can() -> frozenset[Capability]:
            return chat.capabilities(community)

        await eventually(can, lambda now: Capability.TIMEOUT not in now)
        assert {Capability.DELETE, Capability.KICK, Capability.BAN} <= await can()
        await founder.set_power(world.rooms["general"], bot.id, 0)
        await eventually(can, lambda now: now == {Capability.REPLY, Capability.DM})
        with pytest.raises(Forbidden):
            await chat.delete(ref)
        with pytest.raises(Forbidden, match="general"):
            await chat.timeout(world.member("eve"), until=datetime.now(UTC) + timedelta(hours=1))
        assert await world.may_write("eve")


async def test_who_stands_as_high_as_the_bot_cannot_be_touched(world: MatrixWorld, tmp_path: Path) -> None:
    """Matrix protects whoever has the bot's level or a higher one."""
    async with connected(world, tmp_path) as sereno:
        with pytest.raises(Forbidden):
            await sereno.adapter.chat.kick(world.member("founder"), reason="x")
        assert world.people["founder"].id in await world.people["founder"].joined(world.rooms["general"])


async def test_a_homeserver_that_asks_for_patience_gets_it(world: MatrixWorld, tmp_path: Path) -> None:
    """No call goes out before its time; afterwards the same message is said once."""
    founder, bot = world.people["founder"], world.people["sereno"]
    async with connected(world, tmp_path) as sereno:
        limits = {"messages_per_second": 2, "burst_count": 1}
        path = f"/_synapse/admin/v1/users/{bot.id}/override_ratelimit"
        await founder.call("POST", path, limits)
        said, waited = 0, 0.0
        async with asyncio.timeout(60):
            while said < 3:
                try:
                    await sereno.adapter.chat.post(world.general, f"line {said}", key=f"k{said}")
                    said += 1
                except RateLimited as error:
                    waited += error.retry_after
                    await asyncio.sleep(error.retry_after)
        assert waited > 0 and await world.reads() == [f"line {number}" for number in range(3)]
        await founder.call("DELETE", path)


async def test_what_is_not_there_is_gone(world: MatrixWorld, tmp_path: Path) -> None:
    """Messages, people and rooms nobody knows."""
    async with connected(world, tmp_path) as sereno:
        chat = sereno.adapter.chat
        for call in (
            chat.delete(MessageRef(world.general, "$" + "a" * 43)),
            chat.edit(MessageRef(world.general, "$" + "a" * 43), "x"),
            chat.kick(world.member("nobody"), reason="x"),
            chat.who(world.member("nobody")),
            chat.lock(replace(world.general, id="!nowhere"), locked=True),
            chat.timeout(replace(world.member("eve"), community="elsewhere"), until=None),
        ):
            with pytest.raises(Gone):
                await call


async def test_a_homeserver_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    """What is to be done meanwhile can be tried again; what people wrote afterwards is heard, nothing twice."""
    with homeserver(on_disk=True) as server:
        async with MatrixWorld.opened(server) as world, connected(world, tmp_path) as sereno:
            await world.says("ana", "before")
            await sereno.heard(MessagePosted)
            server.stop()
            with pytest.raises(ChatError) as refused:
                await sereno.adapter.chat.post(world.general, "are you there?", key="k")
            assert isinstance(refused.value, (Unavailable, OutcomeUnknown))
            await eventually(sereno.state, lambda state: state is State.CONNECTING)
            server.start()
            await eventually(sereno.state, lambda state: state is State.CONNECTED)
            await world.says("ana", "after")
            await sereno.heard(MessagePosted, 2)
            await sereno.adapter.chat.post(world.general, "are you there?", key="k")
            assert await _texts(sereno) == ["before", "after"]
            assert await world.reads() == ["before", "after", "are you there?"]


async def test_what_the_store_refuses_is_offered_again(world: MatrixWorld, tmp_path: Path) -> None:
    """Nothing is acknowledged that is not kept: the token stands still until it is."""
    async with connected(world, tmp_path) as sereno:
        before = await sereno.ground.cursors.get("matrix:since")
        await world.says("ana", "hold on")
        await sereno.heard(MessagePosted)
        sereno.refusing = 2
        await world.says("ana", "one")
        await world.says("ana", "two")
        await sereno.heard(MessagePosted, 3)
        assert await _texts(sereno) == ["hold on", "one", "two"] and sereno.refusing == 0
        await eventually(lambda: sereno.ground.cursors.get("matrix:since"), lambda now: now != before)


async def test_the_same_events_again_are_heard_once(world: MatrixWorld, tmp_path: Path) -> None:
    """A crash between keeping events and moving the token offers them again, under the same keys."""
    async with connected(world, tmp_path) as sereno:
        before = await sereno.ground.cursors.get("matrix:since")
        assert before is not None
        ref = await world.says("ana", "hello")
        await world.edits("ana", ref, "goodbye")
        await world.people["ana"].react(world.rooms["general"], ref.id, "👍")
        await world.says("ana", "last")
        await sereno.heard(MessagePosted, 2)
        heard = len(sereno.events)
        await eventually(lambda: sereno.ground.cursors.get("matrix:since"), lambda now: now != before)
        await sereno.ground.cursors.put("matrix:since", before)
    async with connected(world, tmp_path) as sereno:

        async def again() -> int:
            return sereno.again

        await eventually(again, lambda count: count == heard)
        assert sereno.events == []


async def test_a_lost_memory_says_nothing_twice(world: MatrixWorld, tmp_path: Path) -> None:
    """The transaction of a key is the homeserver's to remember: even a new database repeats nothing."""
    async with connected(world, tmp_path / "one") as sereno:
        first = await sereno.adapter.chat.post(world.general, "once", key="k")
    async with connected(world, tmp_path / "two") as sereno:
        assert await sereno.adapter.chat.post(world.general, "once", key="k") == first
        assert await world.reads() == ["once"]


async def test_an_interrupted_private_room_is_found_again(world: MatrixWorld, tmp_path: Path) -> None:
    """A crash between making a room and noting it leaves no second room behind."""
    bot, ana = world.people["sereno"], world.member("ana")
    async with connected(world, tmp_path) as sereno:
        await world.joins("ana")
        await sereno.adapter.chat.notify(ana, "one", key="n1")
        before = set((await bot.call("GET", "/joined_rooms"))["joined_rooms"])
        interrupted = json.dumps({"room": "", "community": ana.community})
        await sereno.ground.cursors.put(f"matrix:dm:{ana.id}", interrupted)
        await bot.call("PUT", f"/user/{bot.id}/account_data/m.direct", {})
    async with connected(world, tmp_path) as sereno:
        await sereno.adapter.chat.notify(ana, "two", key="n2")
        assert set((await bot.call("GET", "/joined_rooms"))["joined_rooms"]) == before
        assert await world.told("ana") == ["one", "two"]


@pytest.mark.parametrize(
    ("status", "body", "wrote", "meant"),
    [
        (401, {"errcode": "M_UNKNOWN_TOKEN"}, True, TurnedDown),
        (403, {"errcode": "M_USER_DEACTIVATED"}, False, TurnedDown),
        (403, {"errcode": "M_FORBIDDEN", "error": "no"}, True, Forbidden),
        (404, {"errcode": "M_NOT_FOUND"}, True, Gone),
        (404, {"errcode": "M_UNRECOGNIZED"}, True, Unsupported),
        (413, {"errcode": "M_TOO_LARGE"}, True, Unsupported),
        (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500}, True, RateLimited),
        (429, {}, True, RateLimited),
        (502, {}, True, OutcomeUnknown),
        (502, {}, False, Unavailable),
        (503, {}, True, Unavailable),
        (400, {"errcode": "M_BAD_STATE", "error": "odd"}, True, ChatError),
    ],
)
def test_every_refusal_means_something(status: int, body: dict[str, Any], wrote: bool, meant: type[ChatError]) -> None:
    """Codes where there are some, else statuses: a proxy in front of a homeserver speaks HTML."""
    assert type(error_of(status, body, wrote=wrote)) is meant
