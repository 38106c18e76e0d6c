"""What goes wrong with calls to Discord, and what Sereno does about it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.discord_rights import INVITE
from bot.stores.tables import case as case_table
from moderation.errors import ChatError, Forbidden, Gone, OutcomeUnknown, RateLimited, Unavailable, Unsupported
from moderation.model import Capability, MessagePosted, MessageRef
from moderation.ports import Card
from tests.discord.connected import Connected, connected, journal_in, stand
from tests.discord.world import DiscordWorld
from tests.emulators.common import eventually, fails, reset
from tests.emulators.discord_membership import invites_paused
from tests.emulators.discord_permissions import P

POST = "POST /channels/*/messages"
DELETE = "DELETE /channels/*/messages/*"


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Connected]:
    async with connected(tmp_path) as here:
        yield here


async def test_a_short_429_is_waited_out_in_turn(one: Connected) -> None:
    """The call is made again when Discord allows it, and not before."""
    ref = await one.says("eve", "x")
    one.world.emulator.limit(DELETE, 0.3)
    await one.chat.delete(ref)
    assert await one.reads() == [] and one.world.emulator.limits.inside == 0


async def test_a_long_429_leaves_the_work_on_disk(one: Connected) -> None:
    """Nobody sleeps inside a call; the error says how long to wait."""
    ref = await one.says("eve", "x")
    one.world.emulator.limit(DELETE, 40.0)
    with pytest.raises(RateLimited) as limited:
        await one.chat.delete(ref)
    assert 35 < limited.value.retry_after <= 40
    with pytest.raises(RateLimited):
        await one.chat.delete(ref)
    assert len(one.world.emulator.desk.named(DELETE)) == 1 and one.world.emulator.limits.inside == 0


@pytest.mark.parametrize("how", ["global", "html"])
async def test_a_429_for_everything_rests_everything(one: Connected, how: str) -> None:
    """A global limit and the page of Discord's front door stop all calls, not only this one."""
    ref = await one.says("eve", "x")
    emulator = one.world.emulator
    emulator.limit(POST, 30.0, scope="global" if how == "global" else "user", html=how == "html", via=how != "html")
    with pytest.raises(RateLimited):
        await one.chat.post(one.general, "hola", key="k")
    before = len(emulator.desk.calls)
    with pytest.raises(RateLimited):
        await one.chat.delete(ref)
    assert len(emulator.desk.calls) == before and emulator.limits.inside == 0


async def test_a_429_without_via_is_a_429(one: Connected) -> None:
    """discord.py raises it as an error of its own; it means the same."""
    one.world.emulator.limit(POST, 9.0, via=False)
    with pytest.raises(RateLimited) as limited:
        await one.chat.post(one.general, "hola", key="k")
    assert limited.value.retry_after == pytest.approx(9.0)


async def test_deletes_overtake_greetings(one: Connected) -> None:
    """When calls have to wait, what protects people goes first, though the greetings were there before."""
    refs = [await one.says("eve", f"spam {number}") for number in range(20)]
    emulator = one.world.emulator
    emulator.limits.per_second = 50
    emulator.limit(POST, 1.0, scope="global")
    greetings = [
        asyncio.create_task(one.chat.post(one.general, f"welcome {number}", key=f"w{number}")) for number in range(60)
    ]
    await eventually(lambda: emulator.limits.limited >= 1)
    await asyncio.gather(*(one.chat.delete(ref) for ref in refs), *greetings)
    done = [call for call in emulator.desk.calls if call.status is not None and call.status < 300]
    order = [call.method for call in done if call.name.startswith(("POST /channels", "DELETE /channels"))]
    assert len(order) == 80 and max(at for at, method in enumerate(order) if method == "DELETE") < 60
    assert emulator.limits.inside == 0 and emulator.limits.invalid == 1


async def test_a_burst_keeps_to_discords_limits(one: Connected) -> None:
    """Five deletes a second in a channel are allowed: the others wait their turn without being refused."""
    refs = [await one.says("eve", f"spam {number}") for number in range(12)]
    emulator = one.world.emulator
    emulator.limits.tight()
    await asyncio.gather(*(one.chat.delete(ref) for ref in refs))
    assert await one.reads() == [] and emulator.limits.inside == 0 and emulator.limits.invalid == 0


async def test_too_many_refusals_stop_all_calls(one: Connected) -> None:
    """At a tenth of what gets an address banned nothing is called any more, and people hear of it once."""
    ref = await one.says("eve", "x")
    emulator = one.world.emulator
    emulator.owner.set_bot_permissions(int(P.VIEW_CHANNEL))
    one.adapter.rest.breaker.set_most(3)
    for _ in range(3):
        with pytest.raises(Forbidden):
            await one.chat.delete(ref)
    before = len(emulator.desk.calls)
    with pytest.raises(RateLimited):
        await one.chat.delete(ref)
    assert len(emulator.desk.calls) == before and "refused too many calls" in (one.adapter.trouble or "")
    assert len(await _cases(one)) == 1


async def _cases(one: Connected) -> list[str]:
    found: list[str] = []
    until = time.monotonic() + 10
    while not found and time.monotonic() < until:
        found = [str(row) for row in await one.heard.journal.read(lambda c: c.execute(case_table.select()).all())]
        await asyncio.sleep(0.01)
    return found


async def test_a_500_is_tried_again_by_discord_py(one: Connected) -> None:
    """Once is nothing; the message is there once."""
    one.world.emulator.desk.faults.add(POST, fails(500))
    await one.chat.post(one.general, "hola", key="k")
    assert await one.reads() == ["hola"]


@pytest.mark.parametrize("html", [False, True])
async def test_a_503_is_an_outage(one: Connected, html: bool) -> None:
    """Nothing was said, and the next try says it once."""
    one.world.emulator.desk.faults.add(POST, fails(503, html=html))
    with pytest.raises(Unavailable):
        await one.chat.post(one.general, "hola", key="k")
    await one.chat.post(one.general, "hola", key="k")
    assert await one.reads() == ["hola"]


@pytest.mark.parametrize("after", [False, True])
async def test_a_send_without_an_answer_is_a_question_and_is_said_once(one: Connected, after: bool) -> None:
    """Whether the message arrived or not, trying again with the same key leaves exactly one."""
    one.world.emulator.desk.faults.add(POST, reset(after=after))
    with pytest.raises(OutcomeUnknown):
        await one.chat.post(one.general, "hola", key="k")
    first = await one.chat.post(one.general, "hola", key="k")
    assert await one.chat.post(one.general, "hola", key="k") == first
    assert await one.reads() == ["hola"]


async def test_a_send_nobody_knows_about_is_found_hours_later(tmp_path: Path) -> None:
    """Discord has forgotten the nonce by then; the message is found in the channel, over a restart."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        first = stand(world, journal)
        await first.connect()
        world.emulator.desk.faults.add(POST, reset(after=True))
        with pytest.raises(OutcomeUnknown):
            await first.chat.card(world.general, Card("c", "Case 1", "why", (("Up", "v1:up:aaaaaaaaaaa"),)), key="k")
        await first.disconnect()
        world.emulator.state.ahead(3600)
        second = stand(world, journal)
        await second.connect()
        await second.chat.card(world.general, Card("c", "Case 1", "why", (("Up", "v1:up:aaaaaaaaaaa"),)), key="k")
        assert len(await world.reads()) == 1
        await second.disconnect()


async def test_natural_actions_without_an_answer_may_be_repeated(one: Connected) -> None:
    """A delete that was done is gone the second time, which is done as well."""
    ref = await one.says("eve", "x")
    one.world.emulator.desk.faults.add(DELETE, reset(after=True))
    with pytest.raises((OutcomeUnknown, Gone)):
        await one.chat.delete(ref)
    with pytest.raises(Gone):
        await one.chat.delete(ref)
    assert await one.reads() == []


async def test_discord_out_of_reach_is_an_outage(one: Connected) -> None:
    """A connection that is refused certainly did nothing."""
    await one.world.emulator.server.refuse()
    one.world.emulator.server.cut()
    with pytest.raises(ChatError) as error:
        await one.chat.slow_mode(one.general, seconds=5)
    assert isinstance(error.value, (Unavailable, OutcomeUnknown))
    await one.world.emulator.server.start()


RIGHTS = {
    "Manage Messages": (P.MANAGE_MESSAGES, Capability.DELETE),
    "Timeout Members": (P.MODERATE_MEMBERS, Capability.TIMEOUT),
    "Kick, Approve, and Reject Members": (P.KICK_MEMBERS, Capability.KICK),
    "Ban Members": (P.BAN_MEMBERS, Capability.BAN),
    "Manage Roles": (P.MANAGE_ROLES, Capability.ROLES),
    "Manage Channels": (P.MANAGE_CHANNELS, Capability.SLOWMODE),
    "Manage Server": (P.MANAGE_GUILD, Capability.PAUSE_INVITES),
}


@pytest.mark.parametrize("name", RIGHTS)
async def test_a_missing_right_is_named_as_the_settings_call_it(one: Connected, name: str) -> None:
    """The refusal tells a person what to grant, and the capability is known to be missing."""
    ref = await one.says("eve", "x")
    right, capability = RIGHTS[name]
    assert capability in one.chat.capabilities("plaza")
    one.world.emulator.owner.set_bot_permissions(INVITE & ~int(right))
    await eventually(lambda: capability not in one.chat.capabilities("plaza"))
    with pytest.raises(Forbidden, match=name):
        await _do(one, capability, ref)


async def _do(one: Connected, capability: Capability, ref: MessageRef) -> None:
    """What needs this capability."""
    eve, soon = one.member("eve"), datetime.now(UTC) + timedelta(hours=1)
    match capability:
        case Capability.DELETE:
            await one.chat.delete(ref)
        case Capability.TIMEOUT:
            await one.chat.timeout(eve, until=soon)
        case Capability.KICK:
            await one.chat.kick(eve, reason="r")
        case Capability.BAN:
            await one.chat.ban(eve, until=None, reason="r")
        case Capability.ROLES:
            await one.chat.give_role(eve, "trusted")
        case Capability.SLOWMODE:
            await one.chat.slow_mode(one.general, seconds=5)
        case _:
            await one.chat.pause_invites("plaza", paused=True)


async def test_invites_are_paused_in_a_server_without_community_features(one: Connected) -> None:
    """Discord refuses its switch to ordinary servers; there it is a pause of a day, which can be ended."""
    emulator = one.world.emulator
    emulator.guild.features.clear()
    await one.chat.pause_invites("plaza", paused=True)
    assert invites_paused(emulator.state, emulator.guild)
    await one.chat.pause_invites("plaza", paused=False)
    assert not invites_paused(emulator.state, emulator.guild)


async def test_who_stands_above_the_bot_is_refused_for_them_alone(one: Connected) -> None:
    """The right is there; Discord protects the owner. That must not put the action to rest for everybody."""
    emulator = one.world.emulator
    owner = one.world.home.member(str(emulator.guild.owner))
    with pytest.raises(Unsupported, match="stands above"):
        await one.chat.timeout(owner, until=datetime.now(UTC) + timedelta(hours=1))


async def test_closed_direct_messages_expose_nobody(one: Connected) -> None:
    """Whoever cannot be told privately is not told in public; the refusal says why."""
    await one.says("eve", "x")
    one.world.emulator.people.close_dms("eve")
    with pytest.raises(Unsupported, match="no direct messages"):
        await one.chat.notify(one.member("eve"), "why", key="n", near=one.general)
    assert await one.reads() == ["x"] and await one.told("eve") == []
    one.world.emulator.people.close_dms("eve", closed=False)
    await one.chat.notify(one.member("eve"), "why", key="n", near=one.general)
    assert await one.told("eve") == ["why"]


async def test_who_and_what_is_not_there_is_gone(one: Connected) -> None:
    """A message, a person, a channel that nobody knows any more."""
    nobody, nowhere = one.world.home.member("1"), one.world.home.channel("2")
    for call in (
        one.chat.delete(MessageRef(one.general, "3")),
        one.chat.timeout(nobody, until=datetime.now(UTC) + timedelta(hours=1)),
        one.chat.who(nobody),
        one.chat.post(nowhere, "x", key="k"),
    ):
        with pytest.raises(Gone):
            await call
    await one.chat.unban(nobody)
    assert await one.chat.rights(nobody) == frozenset()


async def test_a_restored_message_bears_its_authors_name(one: Connected) -> None:
    """It comes back once, from a webhook of the bot's own, pings nobody, and is no event."""
    await one.world.joins("ana")
    ref = await one.says("eve", "hola <@ana> @everyone")
    await one.chat.delete(ref)
    await one.chat.restore(ref)
    await one.chat.restore(ref)
    emulator = one.world.emulator
    (shown,) = emulator.eyes.channel()
    assert shown.author.name == "eve" and not shown.pinged
    assert len(emulator.desk.named("POST /channels/*/webhooks")) == 1
    await one.says("eve", "next")
    assert len(one.heard.events) == len({event.key for event in one.heard.events})
    assert [event.message.text for event in one.heard.of(MessagePosted)][1:] == ["next"]


async def test_what_was_restored_is_the_bots_own_word_after_a_restart(tmp_path: Path) -> None:
    """A restored message that is read back later is judged by nobody."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        first = stand(world, journal)
        await first.connect()
        ref = await first.says("eve", "hola")
        await first.chat.delete(ref)
        await first.chat.restore(ref)
        webhooks = {str(one.webhook) for one in world.emulator.eyes.channel()}
        await first.disconnect()
        second = stand(world, journal)
        await second.connect()
        assert webhooks <= second.heard.own
        await second.disconnect()


async def test_without_webhooks_a_message_is_quoted(one: Connected) -> None:
    """Where the right is missing the bot says who wrote it."""
    ref = await one.says("eve", "hola")
    await one.chat.delete(ref)
    one.world.emulator.owner.set_bot_permissions(INVITE & ~int(P.MANAGE_WEBHOOKS))
    await one.chat.restore(ref)
    assert await one.reads() == ["eve: hola"]


async def test_what_is_not_kept_cannot_be_restored(one: Connected) -> None:
    """The words are gone with their time, and that is said."""
    with pytest.raises(Gone, match="not kept any more"):
        await one.chat.restore(MessageRef(one.general, "1"))


async def test_a_ban_for_a_time_ends(tmp_path: Path) -> None:
    """Discord's bans have no end: Sereno lifts them in time, after a restart as well; others stay."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        first = stand(world, journal)
        await first.connect()
        for name in ("eve", "ana", "bea"):
            await world.joins(name)
        soon = datetime.now(UTC) + timedelta(seconds=1)
        await first.chat.ban(world.member("eve"), until=soon, reason="r")
        await first.chat.ban(world.member("ana"), until=None, reason="r")
        await eventually(lambda: not world.emulator.eyes.is_banned("eve"))
        await first.chat.ban(world.member("bea"), until=datetime.now(UTC) + timedelta(seconds=1), reason="r")
        await first.disconnect()
        second = stand(world, journal)
        await second.connect()
        await eventually(lambda: not world.emulator.eyes.is_banned("bea"))
        assert world.emulator.eyes.is_banned("ana")
        await second.disconnect()


async def test_a_locked_channel_opens_as_it_was(one: Connected) -> None:
    """What @everyone was denied before is denied afterwards, over a restart of the lock as well."""
    emulator = one.world.emulator
    await one.says("eve", "x")
    moderators = one.world.moderators
    before = _everyone(one, moderators.id)
    for channel in (one.general, moderators):
        await one.chat.lock(channel, locked=True)
        await one.chat.lock(channel, locked=True)
    assert not await one.may_write("eve")
    for channel in (one.general, moderators):
        await one.chat.lock(channel, locked=False)
        await one.chat.lock(channel, locked=False)
    assert await one.may_write("eve") and _everyone(one, moderators.id) == before
    assert emulator.desk.unknown == []


def _everyone(one: Connected, channel: str) -> tuple[int, int]:
    guild = one.world.emulator.guild
    found = one.world.emulator.state.channels[int(channel)].overwrites.get(guild.id)
    return (0, 0) if found is None else (int(found.allow), int(found.deny))


async def test_what_the_bot_says_pings_nobody_and_formats_nothing(one: Connected) -> None:
    """Names and quotations in the bot's words stay words."""
    await one.says("eve", "x")
    eve = one.member("eve").id
    await one.chat.post(one.general, f"@everyone <@{eve}> **b** [x](https://example.org) \u202eabc", key="k")
    emulator = one.world.emulator
    shown = emulator.eyes.channel()[-1]
    assert not shown.pinged and "**b**" not in shown.content and "\u202e" not in shown.content
    assert "](https" not in shown.content.replace("\\]", "") or shown.content.count("\\[") == 1


async def test_a_long_text_is_cut_at_a_word(one: Connected) -> None:
    """Discord takes 2,000 characters."""
    await one.chat.post(one.general, "word " * 1000, key="k")
    (shown,) = await one.reads()
    assert len(shown) <= 2000 and shown.endswith("word…")
