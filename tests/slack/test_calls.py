"""Calls that go wrong on Slack, and what Sereno makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.turns import Urgency
from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)
from moderation.model import Capability, MessagePosted
from tests.emulators.common import Way, eventually, fails, held, reset
from tests.emulators.slack import BOT_TOKEN
from tests.emulators.slack_state import Json
from tests.slack.bench import Bench, bench, connected
from tests.slack.world import SlackWorld, opened


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with opened() as one:
        yield one


@pytest.fixture
async def slack(world: SlackWorld, tmp_path: Path) -> AsyncIterator[Bench]:
    async with connected(world, tmp_path) as one:
        yield one


def limited(seconds: int) -> Way:
    """As Slack says it."""
    return fails(429, {"ok": False, "error": "ratelimited"}, headers={"Retry-After": str(seconds)})


def code(error: str, **more: str) -> Way:
    return fails(200, {"ok": False, "error": error, **more})


async def test_a_lost_answer_is_looked_up_before_anything_is_said_again(slack: Bench) -> None:
    """The connection broke after the work was done: the key in the metadata tells."""
    slack.world.slack.desk.faults.add("POST /chat.postMessage", reset(after=True))
    with pytest.raises(OutcomeUnknown):
        await slack.chat.post(slack.general, "once", key="k1")
    ref = await slack.chat.post(slack.general, "once", key="k1")
    assert await slack.reads() == ["once"] and ref.id in slack.world.slack.space.named("general").messages


@pytest.mark.parametrize("way", [reset(), fails(500, html=True), code("fatal_error")])
async def test_what_was_perhaps_said_and_was_not_is_said(slack: Bench, way: Way) -> None:
    """Nobody knew; the look-up finds nothing, so it is said now."""
    slack.world.slack.desk.faults.add("POST /chat.postMessage", way)
    with pytest.raises(OutcomeUnknown):
        await slack.chat.post(slack.general, "once", key="k1")
    await slack.chat.post(slack.general, "once", key="k1")
    assert await slack.reads() == ["once"]


async def test_a_lost_answer_in_a_thread_is_found_there(slack: Bench) -> None:
    """Answers are not in the channel's history."""
    ref = await slack.says("eve", "question")
    slack.world.slack.desk.faults.add("POST /chat.postMessage", reset(after=True))
    for _ in range(2):
        try:
            await slack.chat.post(slack.general, "answer", key="k1", reply_to=ref)
        except OutcomeUnknown:
            continue
    assert await slack.reads() == ["question", "answer"]


async def test_the_same_key_at_the_same_time_is_said_once(slack: Bench) -> None:
    """Two attempts that overlap are one."""
    refs = await asyncio.gather(*(slack.chat.post(slack.general, "once", key="k1") for _ in range(3)))
    assert len(set(refs)) == 1 and await slack.reads() == ["once"]


async def test_rate_limits_are_respected(slack: Bench) -> None:
    """Nobody asks again before the time is over, and an urgent delete is not held up by posts."""
    desk = slack.world.slack.desk
    ref = await slack.says("eve", "bad")
    desk.faults.add("POST /chat.postMessage", limited(60))
    with pytest.raises(RateLimited) as first:
        await slack.chat.post(slack.general, "hi", key="k1")
    with pytest.raises(RateLimited):
        await slack.chat.post(slack.world.moderators, "hi", key="k2")
    assert first.value.retry_after == 60 and len(desk.named("POST /chat.postMessage")) == 1
    await slack.chat.delete(ref)
    assert await slack.reads() == []


@pytest.mark.parametrize(
    ("way", "error"),
    [
        (code("missing_scope", needed="chat:write", provided="users:read"), Forbidden),
        (code("not_in_channel"), Forbidden),
        (code("channel_not_found"), Forbidden),
        (code("is_archived"), Forbidden),
        (code("restricted_action"), Forbidden),
        (code("token_revoked"), Forbidden),
        (code("service_unavailable"), Unavailable),
        (code("msg_too_long"), ChatError),
        (code("never_heard_of_this"), ChatError),
        (fails(503, html=True), Unavailable),
        (fails(502, html=True), OutcomeUnknown),
        (fails(429, html=True), RateLimited),
        (fails(200, html=True, body="<html>"), OutcomeUnknown),
        (reset(), OutcomeUnknown),
    ],
)
async def test_every_refusal_is_one_of_the_ports_errors(slack: Bench, way: Way, error: type[ChatError]) -> None:
    """Whatever Slack or a proxy answers."""
    slack.world.slack.desk.faults.add("POST /chat.postMessage", way)
    with pytest.raises(error) as raised:
        await slack.chat.post(slack.general, "hi", key="k1")
    assert type(raised.value) is error and BOT_TOKEN not in str(raised.value)


async def test_missing_rights_name_the_right(slack: Bench) -> None:
    """A person reads what to add."""
    slack.world.slack.space.tokens[BOT_TOKEN].scopes.discard("chat:write")
    with pytest.raises(Forbidden, match="chat:write"):
        await slack.chat.post(slack.general, "hi", key="k1")


async def test_slack_that_is_down_is_unavailable(slack: Bench) -> None:
    """Nothing can have happened."""
    slack.world.slack.server.cut()
    await slack.world.slack.server.refuse()
    with pytest.raises((Unavailable, OutcomeUnknown)):
        await slack.chat.post(slack.general, "hi", key="k1")
    with pytest.raises(Unavailable):
        await slack.chat.post(slack.general, "hi", key="k2")
    await slack.world.slack.server.start()


async def test_before_it_connects_nothing_can_be_done(world: SlackWorld, tmp_path: Path) -> None:
    """Usable from the start, and says that it is not there yet."""
    async with bench(world, tmp_path) as one:
        with pytest.raises(Unavailable):
            await one.chat.post(one.general, "hi", key="k1")
        assert one.chat.capabilities("club") >= {Capability.DELETE}


async def test_a_note_whose_end_nobody_saw_is_told_directly(slack: Bench) -> None:
    """It is worse not to be told why than to be told twice; and never a third time."""
    await slack.says("eve", "x")
    slack.world.slack.desk.faults.add("POST /chat.postEphemeral", reset(after=True))
    with pytest.raises(OutcomeUnknown):
        await slack.chat.notify(slack.member("eve"), "why", key="k1", near=slack.general)
    for _ in range(2):
        assert "direct" in await slack.chat.notify(slack.member("eve"), "why", key="k1", near=slack.general)
    assert await slack.told("eve") == ["why", "why"]


async def test_who_is_not_there_is_told_directly(slack: Bench) -> None:
    """And who has left cannot be told at all."""
    eve = slack.people.here("eve")
    slack.world.slack.space.channels[slack.general.id].members.remove(eve.id)
    way = await slack.chat.notify(slack.member("eve"), "why", key="k1", near=slack.general)
    assert "direct" in way and await slack.told("eve") == ["why"]
    slack.people.here("bo")
    slack.people.leaves("bo")
    with pytest.raises(Gone):
        await slack.chat.notify(slack.member("bo"), "why", key="k2", near=slack.general)


async def test_a_kick_leaves_the_general_channel_and_says_what_slack_refuses(slack: Bench) -> None:
    """Slack never lets anybody be taken from its general channel; a workspace may keep kicking to admins."""
    await slack.says("eve", "x")
    slack.world.slack.kicks_restricted = True
    with pytest.raises(Forbidden, match="Permissions"):
        await slack.chat.kick(slack.member("eve"), reason="r")
    slack.world.slack.kicks_restricted = False
    await slack.chat.kick(slack.member("eve"), reason="r")
    assert not await slack.is_here("eve")
    assert slack.member("eve").id in slack.world.slack.space.named("all-club").members


async def test_a_restored_message_is_quoted_once_and_calls_nobody(slack: Bench) -> None:
    """Even when the first answer was lost; files are named."""
    eve = slack.people.here("eve").id
    row = slack.people.says("eve", f"<@{eve}> &lt;!channel&gt;", files=[{"id": "F1", "name": "cat.png"}])
    (event,) = await slack.heard(MessagePosted)
    await slack.chat.hold(event.message.ref)
    slack.world.slack.desk.faults.add("POST /chat.postMessage", reset(after=True))
    with pytest.raises(OutcomeUnknown):
        await slack.chat.restore(event.message.ref)
    for _ in range(2):
        await slack.chat.restore(event.message.ref)
    (shown,) = await slack.reads()
    assert "eve" in shown and f"<@{eve}> <!channel>" in shown and "cat.png" in shown
    (raw,) = slack.world.slack.space.visible("general")
    assert "<" not in raw["text"] and not raw["link_names"] and row["ts"] != raw["ts"]


async def test_what_is_no_longer_kept_cannot_be_given_back(slack: Bench) -> None:
    """It fails in words, and does not pretend."""
    row: Json = slack.people.says("eve", "x")
    (event,) = await slack.heard(MessagePosted)
    slack.people.deletes(row["ts"])
    slack.ground.kept.message = _nothing  # type: ignore[method-assign]
    with pytest.raises(ChatError, match="no longer kept"):
        await slack.chat.restore(event.message.ref)


async def _nothing(ref: object) -> None:
    return None


async def test_people_slack_does_not_tell_about_are_still_heard(slack: Bench) -> None:
    """Who they are is learnt later; what they wrote is kept now."""
    slack.world.slack.desk.faults.add("GET /users.info", limited(60), times=None)
    slack.world.slack.space.add_person("eve")
    general = slack.world.slack.space.channels[slack.general.id]
    general.members.append(slack.member("eve").id)
    slack.people.says("eve", "hola")
    (event,) = await slack.heard(MessagePosted)
    assert event.message.author.ref == slack.member("eve") and event.message.author.roles == frozenset()
    with pytest.raises(RateLimited):
        await slack.chat.rights(slack.member("eve"))


async def test_the_urgent_goes_first() -> None:
    """The order of turns: what protects people before what greets them."""
    assert Urgency.ENFORCE < Urgency.ANSWER < Urgency.TELL < Urgency.POST


async def test_nothing_is_refused_for_good_before_rights_are_known(world: SlackWorld, tmp_path: Path) -> None:
    """A delete that comes while Sereno is still connecting waits; it is not said to be impossible."""
    known = asyncio.Event()
    world.slack.desk.faults.add("GET /users.list", held(known))
    async with bench(world, tmp_path) as one:
        connecting = asyncio.create_task(one.connect())
        await eventually(lambda: world.slack.desk.named("GET /users.list"))
        ref = await world.says("eve", "bad")
        for call in (one.chat.delete(ref), one.chat.hold(ref), one.chat.kick(one.member("eve"), reason="r")):
            with pytest.raises(Unavailable):
                await call
        known.set()
        await connecting
        await one.chat.delete(ref)
        assert await one.reads() == []
