"""Everything that goes wrong between Sereno and Slack, and what Sereno does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.slack_past import ALIVE, cursor_name
from bot.adapters.turns import Urgency
from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StoreError,
    Unavailable,
    Unsupported,
)
from moderation.model import Capability, MessageEdited, MessagePosted
from tests.emulators.common import Way, eventually, fails, held, reset
from tests.emulators.slack import APP_TOKEN, BOT_TOKEN, USER_TOKEN
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


async def cases(one: Bench) -> list[str]:
    from sqlalchemy import select

    from bot.stores.tables import case, gap

    def read(connection: object) -> list[str]:
        assert hasattr(connection, "execute")
        rows = connection.execute(select(case.c.id).join(gap, gap.c.case_id == case.c.id))
        return [row[0] for row in rows]

    return await one.journal.read(read)


# Tokens that are no good: refused, with what to press where.


@pytest.mark.parametrize(
    ("token", "error", "says", "mend"),
    [
        (BOT_TOKEN, "invalid_auth", "bot token", "OAuth & Permissions"),
        (BOT_TOKEN, "account_inactive", "removed", "Install App"),
        (BOT_TOKEN, "token_revoked", "revoked", "Install App"),
        (BOT_TOKEN, "not_allowed_token_type", "right kind", "xoxb-"),
        (APP_TOKEN, "invalid_auth", "app token", "App-Level Tokens"),
        (APP_TOKEN, "not_allowed_token_type", "right kind", "xapp-"),
    ],
)
async def test_a_token_slack_does_not_take_is_refused_in_words(
    world: SlackWorld, tmp_path: Path, token: str, error: str, says: str, mend: str
) -> None:
    """Trying again cannot help; a person is told what to press."""
    world.slack.space.tokens[token].error = error
    async with bench(world, tmp_path) as one:
        with pytest.raises(Refused, match=says) as refused:
            await one.connect()
    assert mend in refused.value.mend and token not in str(refused.value) + refused.value.mend


async def test_an_app_token_without_its_scope_is_refused(world: SlackWorld, tmp_path: Path) -> None:
    """The scope is named."""
    world.slack.space.tokens[APP_TOKEN].scopes = set()
    async with bench(world, tmp_path) as one:
        with pytest.raises(Refused, match="connections:write"):
            await one.connect()


async def test_another_workspaces_token_is_refused(world: SlackWorld, tmp_path: Path) -> None:
    """It says which workspace it is."""
    async with bench(world, tmp_path) as one:
        world.slack.space.team = "T0777"
        with pytest.raises(Refused, match="T0777"):
            await one.connect()


async def test_socket_mode_switched_off_is_refused(slack: Bench) -> None:
    """Slack says so on the socket."""
    await slack.world.slack.sockets.disconnect("link_disabled")
    await eventually(lambda: slack.ended)
    assert isinstance(slack.ended, Refused) and "Socket Mode" in slack.ended.mend


async def test_a_user_token_that_is_no_admins_deletes_nothing(world: SlackWorld, tmp_path: Path) -> None:
    """The capability is not claimed, and the action says why."""
    eve = world.people.joins("eve")
    world.slack.space.tokens[USER_TOKEN].user = eve.id
    async with connected(world, tmp_path) as one:
        can = one.chat.capabilities("club")
        assert not can & {Capability.DELETE, Capability.HOLD} and Capability.KICK in can
        ref = await one.says("bo", "bad")
        for call in (one.chat.delete(ref), one.chat.hold(ref)):
            with pytest.raises(Unsupported, match="SERENO_SLACK_USER_TOKEN"):
                await call


# The socket.


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_slack_asks_for_a_new_socket_and_gets_one_at_once(slack: Bench, reason: str) -> None:
    """What is said meanwhile is heard once."""
    sockets = slack.world.slack.sockets
    slack.people.says("eve", "before")
    await slack.heard(MessagePosted)
    await sockets.disconnect(reason)
    slack.people.says("eve", "meanwhile")
    await eventually(lambda: sockets.opened == 2 and slack.adapter.trouble is None)
    slack.people.says("eve", "after")
    await slack.heard(MessagePosted, 3)
    await slack.settled()
    assert sorted(one.message.text for one in slack.of(MessagePosted)) == ["after", "before", "meanwhile"]


async def test_a_socket_that_drops_is_replaced_and_what_was_missed_is_read(slack: Bench) -> None:
    """Also what Slack never managed to deliver, edits, and answers in old threads."""
    sockets = slack.world.slack.sockets
    sockets.pauses = (0.0, 0.0, 0.0)
    parent = slack.people.says("eve", "before")
    await slack.heard(MessagePosted)
    await slack.settled()
    slack.world.slack.desk.faults.add("POST /apps.connections.open", fails(503, html=True), times=3)
    sockets.drop()
    slack.people.says("eve", "missed")
    slack.people.edits("eve", parent["ts"], "changed")
    slack.people.says("bo", "answer", thread_ts=parent["ts"])
    await slack.settled()
    assert all(one.given_up for one in sockets.deliveries[-3:])
    await slack.heard(MessagePosted, 3)
    (edited,) = await slack.heard(MessageEdited)
    texts = [one.message.text for one in slack.of(MessagePosted)]
    assert texts == ["before", "missed", "answer"] and edited.message.text == "changed"


async def test_a_silent_socket_is_noticed(slack: Bench) -> None:
    """It stands, and not even a ping is answered."""
    sockets = slack.world.slack.sockets
    sockets.hush()
    slack.people.says("eve", "unheard")
    await eventually(lambda: sockets.opened >= 2, within=60)
    await slack.heard(MessagePosted)


async def test_a_socket_without_hello_is_no_connection(world: SlackWorld, tmp_path: Path) -> None:
    """Whatever stands there, it is not Slack; it is tried again."""
    world.slack.sockets.hello = False
    async with bench(world, tmp_path) as one:
        from bot.adapters import slack_socket

        connecting = asyncio.create_task(one.adapter.connect())
        await eventually(lambda: world.slack.sockets.opened == 1)
        assert one.adapter.trouble is not None and slack_socket.OPEN <= 30
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)


async def test_nobody_listens_at_first(tmp_path: Path) -> None:
    """Refused connections are a platform that is down, not a wrong token."""
    from tests.emulators.slack import SlackEmulator

    emulator = SlackEmulator()
    async with bench(SlackWorld(emulator), tmp_path) as one:
        connecting = asyncio.create_task(one.connect())
        await eventually(lambda: getattr(one, "lost", None))
        await emulator.start()
        await connecting
        assert one.adapter.trouble is None
    await emulator.stop()


# The journal.


async def test_an_event_that_cannot_be_kept_is_tried_again_and_not_acknowledged(slack: Bench) -> None:
    """It is acknowledged once it is on disk."""
    slack.adapter._inbox._pause = 0.01
    slack.broken += [StoreError("full")] * 3
    slack.people.says("eve", "hola")
    await slack.heard(MessagePosted)
    await slack.settled()
    assert all(one.took is not None for one in slack.world.slack.sockets.deliveries) and slack.broken == []
    assert len(slack.of(MessagePosted)) == 1


async def test_a_journal_that_stays_full_gives_up_the_socket_and_loses_nothing(slack: Bench) -> None:
    """Slack is not listened to while nothing can be kept; afterwards the history is read."""
    sockets = slack.world.slack.sockets
    slack.people.says("eve", "first")
    await slack.heard(MessagePosted)
    await slack.settled()
    slack.adapter._inbox._pause = 0.0
    sockets.pauses = (0.0, 0.0, 0.0)
    slack.broken += [StoreError("full")] * 24
    slack.people.says("eve", "second")
    await eventually(lambda: not slack.broken and slack.adapter.trouble is None)
    events = await slack.heard(MessagePosted, 2)
    assert [one.message.text for one in events] == ["first", "second"] and sockets.opened >= 2


# Calls.


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


# The history.


async def test_a_long_absence_is_read_back_oldest_first(world: SlackWorld, tmp_path: Path) -> None:
    """Over several pages, each message once."""
    async with connected(world, tmp_path) as one:
        world.people.says("eve", "hola")
        await one.heard(MessagePosted)
        await one.settled()
    world.slack.space.page = 7
    world.slack.sockets.pauses = (0.0, 0.0, 0.0)
    for number in range(30):
        world.people.says("eve", f"{number}")
    async with connected(world, tmp_path) as one:
        events = await one.heard(MessagePosted, 30)
        assert [event.message.text for event in events] == [str(number) for number in range(30)]


async def test_a_history_that_is_rationed_is_a_gap_people_hear_of(world: SlackWorld, tmp_path: Path) -> None:
    """Distributed apps may read 15 messages a minute; what is not read is said, once, and Sereno goes on."""
    async with connected(world, tmp_path) as one:
        world.people.says("eve", "hola")
        await one.heard(MessagePosted)
        await one.settled()
        await one.ground.cursors.put(ALIVE, "1600000000.000000")
        await one.ground.cursors.put(cursor_name(world.general.id), "1600000000.000000")
    world.slack.desk.faults.add("GET /conversations.history", limited(60), times=None)
    async with connected(world, tmp_path) as one:
        assert len(await cases(one)) == 1 and one.adapter.trouble is None
        world.people.says("eve", "again")
        await one.heard(MessagePosted)


async def test_a_short_wait_in_the_history_is_waited(world: SlackWorld, tmp_path: Path) -> None:
    """A second of patience is no gap."""
    async with connected(world, tmp_path) as one:
        world.people.says("eve", "hola")
        await one.heard(MessagePosted)
        await one.settled()
    world.slack.sockets.pauses = (0.0, 0.0, 0.0)
    world.people.says("eve", "missed")
    world.slack.desk.faults.add("GET /conversations.history", limited(1))
    async with connected(world, tmp_path) as one:
        await one.heard(MessagePosted)
        assert await cases(one) == []


async def test_a_channel_the_bot_may_not_read_holds_up_no_other(world: SlackWorld, tmp_path: Path) -> None:
    """A missing scope is a gap in that channel, in words."""
    world.slack.space.tokens[BOT_TOKEN].scopes.discard("channels:history")
    async with bench(world, tmp_path) as one:
        await one.ground.cursors.put(cursor_name(world.general.id), "1600000000.000000")
        await one.connect()
        assert len(await cases(one)) == 1
        world.people.says("eve", "hola")
        await one.heard(MessagePosted)


async def test_being_invited_into_a_channel_begins_its_watch(slack: Bench) -> None:
    """From then on it has a cursor."""
    world = slack.world.slack
    channel = world.space.add_channel("new", [world.bot, world.owner])
    world.tell({"type": "member_joined_channel", "user": world.bot, "channel": channel.id})
    await eventually(lambda: channel.id in slack.adapter._marks.highest)
    slack.people.says("boss", "hola", "new")
    (event,) = await slack.heard(MessagePosted)
    assert event.message.ref.channel.name == "new"
    assert await slack.ground.cursors.get(cursor_name(channel.id)) == event.message.ref.id


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
