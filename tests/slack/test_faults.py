"""Everything that goes wrong between Sereno and Slack, and what Sereno does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.slack_past import ALIVE, cursor_name
from moderation.errors import (
    Refused,
    StoreError,
    Unsupported,
)
from moderation.model import Capability, MessageEdited, MessagePosted
from tests.emulators.common import Way, eventually, fails
from tests.emulators.slack import APP_TOKEN, BOT_TOKEN, USER_TOKEN
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
