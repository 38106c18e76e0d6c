"""What goes wrong on Telegram, and what Sereno does then."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.adapters.homes import Home
from bot.log import configure
from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)
from moderation.model import Capability, MessagePosted, MessageRef
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


async def test_an_unknown_message_is_gone(club: Bench) -> None:
    """What nobody wrote cannot be deleted, nor edited."""
    ghost = MessageRef(club.world.general, "4711")
    with pytest.raises(Gone):
        await club.adapter.chat.delete(ghost)
    with pytest.raises(Gone):
        await club.adapter.chat.edit(ghost, "x")
    await club.adapter.chat.restore(ghost)
    assert await club.world.reads() == []


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
