"""What Telegram refuses, loses or limits when Sereno acts, and what Sereno makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.homes import Home
from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    Unsupported,
)
from moderation.model import Capability, MessageRef
from tests.emulators.common import eventually, fails, reset
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


FAILING = {
    "429": (fails(429, too_many(7)), RateLimited),
    "html 502": (fails(502, html=True), OutcomeUnknown),
    "reset before": (reset(), OutcomeUnknown),
    "reset after": (reset(after=True), OutcomeUnknown),
}


@pytest.mark.parametrize("name", FAILING)
async def test_an_action_that_fails_says_whether_it_was_done(club: Bench, name: str) -> None:
    """Patience, certainly not, or perhaps: never a guess."""
    way, error = FAILING[name]
    ref = await club.world.says("eve", "hi")
    await club.settled()
    club.world.emulator.desk.faults.add("POST deleteMessage", way)
    with pytest.raises(error) as raised:
        await club.adapter.chat.delete(ref)
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == 7
        return
    try:
        await club.adapter.chat.delete(ref)
    except Gone:
        assert name == "reset after"
    assert await club.world.reads() == []


async def test_nobody_listening_is_certainly_not_done(club: Bench) -> None:
    """A refused connection has done nothing."""
    await club.world.says("eve", "hi")
    await club.settled()
    await club.world.emulator.server.refuse()
    club.world.emulator.server.cut()
    with pytest.raises(Unavailable):
        await club.adapter.chat.post(club.world.general, "hi", key="k")
    await club.world.emulator.server.start()
    await eventually(lambda: club.adapter.trouble is None, saying="polling again")
    await club.adapter.chat.post(club.world.general, "hi again", key="k")
    assert await club.world.reads() == ["hi", "hi again"]


async def test_what_was_perhaps_said_is_asked_before_it_is_said_twice(club: Bench) -> None:
    """The first try after a lost answer says that nobody knows; only who tries again wants it twice."""
    club.world.emulator.desk.faults.add("POST sendMessage", reset(after=True))
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await club.adapter.chat.post(club.world.general, "hi", key="k")
    assert await club.world.reads() == ["hi"]
    await club.adapter.chat.post(club.world.general, "hi", key="k")
    assert await club.world.reads() == ["hi", "hi"]


async def test_patience_in_one_chat_does_not_hold_up_another(club: Bench) -> None:
    """A 429 rests its chat; a deletion and another chat go on."""
    ref = await club.world.says("eve", "bad")
    await club.settled()
    club.world.emulator.desk.faults.add("POST sendMessage", fails(429, too_many(30)))
    with pytest.raises(RateLimited):
        await club.adapter.chat.post(club.world.general, "hi", key="k1")
    with pytest.raises(RateLimited):
        await club.adapter.chat.post(club.world.general, "hi", key="k2")
    await club.adapter.chat.post(club.world.moderators, "hi", key="k3")
    await club.adapter.chat.delete(ref)
    assert await club.world.reads() == []
    assert len(club.world.emulator.desk.named("POST sendMessage")) == 2


async def test_a_missing_right_is_named(club: Bench) -> None:
    """The words say which right to grant; what the bot can do is known before it is asked."""
    folk, group = club.world.emulator.folk, club.world.emulator.group
    ref = await club.world.says("eve", "bad")
    folk.grants(group, {"can_manage_chat"})
    await club.settled()
    can = club.adapter.chat.capabilities("club")
    assert can == {Capability.REPLY, Capability.DM}
    with pytest.raises(Forbidden, match="“Delete messages”"):
        await club.adapter.chat.delete(ref)
    for call in (
        club.adapter.chat.timeout(club.world.member("eve"), until=datetime.now(UTC) + timedelta(hours=1)),
        club.adapter.chat.ban(club.world.member("eve"), until=None, reason="r"),
        club.adapter.chat.lock(club.world.general, locked=True),
    ):
        with pytest.raises(Forbidden, match="“Ban users”"):
            await call
    folk.grants(group, {"can_delete_messages", "can_restrict_members"})
    await club.settled()
    assert club.adapter.chat.capabilities("club") > can


async def test_a_failed_deletion_gives_nothing_back(club: Bench) -> None:
    """A message that still stands is not quoted."""
    ref = await club.world.says("eve", "fine")
    club.world.emulator.folk.grants(club.world.emulator.group, {"can_manage_chat"})
    await club.settled()
    with pytest.raises(Forbidden):
        await club.adapter.chat.delete(ref)
    await club.adapter.chat.restore(ref)
    assert await club.world.reads() == ["fine"]


async def test_a_message_older_than_two_days_is_said_to_be_so(club: Bench) -> None:
    """Telegram lets bots delete for 48 hours."""
    ref = await club.world.says("eve", "old")
    await club.settled()
    club.world.emulator.state.slept = 49 * 3600
    with pytest.raises(Forbidden, match="48 hours"):
        await club.adapter.chat.delete(ref)


async def test_who_runs_the_group_is_untouchable(club: Bench) -> None:
    """Telegram protects administrators; the words say so."""
    await club.world.becomes_moderator("mod")
    with pytest.raises(Forbidden, match="administrator"):
        await club.adapter.chat.ban(club.world.member("mod"), until=None, reason="r")
    with pytest.raises(Forbidden, match="administrator"):
        await club.adapter.chat.kick(club.world.member("owner"), reason="r")


async def test_thrown_out_of_the_group_the_bot_says_so(club: Bench) -> None:
    """There is no way back but a person's."""
    club.world.emulator.folk.throws_out_bot(club.world.emulator.group)
    await club.settled()
    with pytest.raises(Forbidden, match="was removed from the group"):
        await club.adapter.chat.post(club.world.general, "hi", key="k")
    assert Capability.DELETE not in club.adapter.chat.capabilities("club")


async def test_short_and_long_silences_end(club: Bench) -> None:
    """What Telegram would take for ever is moved to where it still counts."""
    await club.world.says("eve", "hi")
    await club.settled()
    eve, now = club.world.member("eve"), datetime.now(UTC)
    group = club.world.emulator.group
    for asked, seconds in ((timedelta(seconds=5), 35), (timedelta(days=900), 365 * 86400)):
        await club.adapter.chat.timeout(eve, until=now + asked)
        assert abs(group.people[int(eve.id)].until - now.timestamp() - seconds) < 60
        await club.adapter.chat.ban(eve, until=now + asked, reason="r")
        assert abs(group.people[int(eve.id)].until - now.timestamp() - seconds) < 60
        await club.adapter.chat.unban(eve)


async def test_a_kick_that_breaks_off_is_no_ban(club: Bench) -> None:
    """Between banning and unbanning anything may fall; the ban passes by itself."""
    await club.world.says("eve", "hi")
    await club.settled()
    club.world.emulator.desk.faults.add("POST unbanChatMember", reset())
    with pytest.raises(OutcomeUnknown):
        await club.adapter.chat.kick(club.world.member("eve"), reason="r")
    place = club.world.emulator.group.people[int(club.world.member("eve").id)]
    assert place.status == "kicked" and 0 < place.until - datetime.now(UTC).timestamp() < 90


async def test_a_lock_gives_back_what_members_could_do_before(club: Bench) -> None:
    """Two switches, one set of permissions: what was off before stays off."""
    group, chat = club.world.emulator.group, club.adapter.chat
    group.permissions["can_send_polls"] = group.permissions["can_pin_messages"] = False
    before = dict(group.permissions)
    await chat.lock(club.world.general, locked=True)
    await chat.pause_invites("club", paused=True)
    await chat.lock(club.world.general, locked=False)
    assert group.permissions["can_send_messages"] and not group.permissions["can_invite_users"]
    await chat.pause_invites("club", paused=False)
    assert {**group.permissions, "can_edit_tag": True} == {**before, "can_edit_tag": True}


async def test_a_topic_is_locked_alone(club: Bench) -> None:
    """Telegram closes topics."""
    group = club.world.emulator.group
    group.topics[7] = "Lamps"
    topic = club.world.home.channel(f"{group.id}/7")
    for locked in (True, True, False, False):
        await club.adapter.chat.lock(topic, locked=locked)
        assert (7 in group.closed) == locked and group.permissions["can_send_messages"]


async def test_in_a_basic_group_nobody_can_be_silenced(world: TelegramWorld, tmp_path: Path) -> None:
    """Telegram has that in supergroups only; it is said before it is tried, and when it is."""
    world.emulator.group = world.emulator.makes_group(-444, "General", "group")
    home = Home("telegram", "club", frozenset({"-444"}), {"general": "-444"})
    async with bench(world, tmp_path, home=home) as club:
        await world.says("eve", "hi")
        await club.settled()
        assert Capability.TIMEOUT not in club.adapter.chat.capabilities("club")
        until = datetime.now(UTC) + timedelta(hours=1)
        with pytest.raises(Unsupported, match="supergroups"):
            await club.adapter.chat.timeout(world.member("eve"), until=until)


async def test_messages_from_before_a_migration_are_not_mistaken_for_new_ones(
    world: TelegramWorld, tmp_path: Path
) -> None:
    """The supergroup counts its messages anew: deleting number 2 of the old group must not delete number 2 of the new."""
    world.emulator.group = world.emulator.makes_group(-444, "General", "group")
    home = Home("telegram", "club", frozenset({"-444"}), {"general": "-444"})
    async with bench(world, tmp_path, home=home) as club:
        old = await world.says("eve", "old")
        new = world.emulator.folk.migrates(world.emulator.group)
        for number in range(4):
            world.emulator.folk.says(new, "eve", f"new {number}")
        for call in (club.adapter.chat.delete(old), club.adapter.chat.hold(old)):
            with pytest.raises(Unsupported, match="by hand"):
                await call
        await club.settled()
        with pytest.raises(ChatError):
            await club.adapter.chat.edit(old, "x")
        assert len(world.emulator.folk.reads(new)) == 4


async def test_deletions_overtake_greetings(club: Bench) -> None:
    """While greetings wait for their turn in a chat, a deletion does not."""
    ref = await club.world.says("eve", "bad")
    await club.settled()
    chat = club.adapter.chat
    greetings = [asyncio.create_task(chat.post(club.world.general, f"hi {n}", key=f"k{n}")) for n in range(4)]
    await asyncio.sleep(0)
    await chat.delete(ref)
    assert not all(task.done() for task in greetings)
    await asyncio.gather(*greetings)
    assert sorted(await club.world.reads()) == [f"hi {n}" for n in range(4)]


async def test_an_unknown_message_is_gone(club: Bench) -> None:
    """What nobody wrote cannot be deleted, nor edited."""
    ghost = MessageRef(club.world.general, "4711")
    with pytest.raises(Gone):
        await club.adapter.chat.delete(ghost)
    with pytest.raises(Gone):
        await club.adapter.chat.edit(ghost, "x")
    await club.adapter.chat.restore(ghost)
    assert await club.world.reads() == []
