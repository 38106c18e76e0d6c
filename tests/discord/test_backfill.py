"""What happened on Discord while Sereno was away: read back where Discord can give it, told where it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.adapters import discord_backfill
from bot.adapters.discord_rights import INVITE
from bot.stores.journal import Journal
from moderation.model import MemberAdmitted, MemberJoined, MessageEdited, MessagePosted
from tests.discord.connected import Connected, connected, journal_in, stand
from tests.discord.world import DiscordWorld
from tests.emulators.common import eventually, fails
from tests.emulators.discord_permissions import MEMBERS_MAY, P


@asynccontextmanager
async def _away(data: Path) -> AsyncIterator[tuple[DiscordWorld, Journal, Connected]]:
    """A bot that has heard one message and has gone; what happens now, it misses."""
    async with DiscordWorld.opened() as world, journal_in(data) as journal:
        first = stand(world, journal)
        await first.connect()
        await first.says("eve", "before")
        await eventually(lambda: bool(first.adapter.caught_up))
        general = f"discord:{world.general.id}"
        await _holds(first, general)
        await first.disconnect()
        yield world, journal, first


async def _holds(one: Connected, name: str) -> None:
    """Wait until it is kept how far a channel was read, and that somebody listens."""
    until = [await one.ground.cursors.get(name), await one.ground.cursors.get("discord:alive")]
    while not all(until):
        until = [await one.ground.cursors.get(name), await one.ground.cursors.get("discord:alive")]


@asynccontextmanager
async def _back(world: DiscordWorld, journal: Journal) -> AsyncIterator[Connected]:
    one = stand(world, journal)
    try:
        await one.connect()
        yield one
    finally:
        await one.disconnect()


def _texts(one: Connected) -> list[str]:
    return [event.message.text for event in one.heard.of(MessagePosted)]


async def test_what_was_written_meanwhile_is_read_oldest_first(tmp_path: Path) -> None:
    """More than a page of it, every message once, with its author's roles, and live ones after."""
    async with _away(tmp_path) as (world, journal, _):
        await world.becomes_moderator("mod")
        written = [f"line {number}" for number in range(230)]
        for text in written:
            world.emulator.people.say("mod", text)
        async with _back(world, journal) as one:
            assert _texts(one) == written
            assert all(event.message.author.is_staff for event in one.heard.of(MessagePosted))
            await one.says("eve", "after")
            assert _texts(one) == [*written, "after"]
        async with _back(world, journal) as again:
            assert _texts(again) == []


async def test_the_first_time_nothing_old_is_read(tmp_path: Path) -> None:
    """A community that invites Sereno is not judged for what it wrote before."""
    async with DiscordWorld.opened() as world:
        await world.says("eve", "long ago")
        async with connected(tmp_path, world) as one:
            await one.says("eve", "now")
            assert _texts(one) == ["now"] and await one.gaps() == []


async def test_threads_and_channels_that_are_new_are_read_whole(tmp_path: Path) -> None:
    """A thread that was opened meanwhile was opened unseen."""
    async with _away(tmp_path) as (world, journal, _):
        thread = world.emulator.people.thread("eve", "secret corner")
        world.emulator.people.say("eve", "in the thread", thread)
        async with _back(world, journal) as one:
            assert "in the thread" in _texts(one)


async def test_edits_of_earlier_messages_are_found(tmp_path: Path) -> None:
    """A harmless message that was changed while nobody looked is looked at again, once."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        async with _back(world, journal) as first:
            early = await first.says("eve", "harmless")
            await _holds(first, f"discord:{world.general.id}")
        await world.edits("eve", early, "not harmless")
        later = await world.says("eve", "new")
        await world.edits("eve", later, "new and changed")
        async with _back(world, journal) as one:
            edits = [event.message.text for event in one.heard.of(MessageEdited)]
            assert edits == ["not harmless"] and _texts(one) == ["new and changed"]
        async with _back(world, journal) as again:
            assert again.heard.of(MessageEdited) == []


async def test_who_came_meanwhile_is_known(tmp_path: Path) -> None:
    """A raid that began while the bot was away is counted."""
    async with _away(tmp_path) as (world, journal, _):
        for name in ("ana", "bea", "caro"):
            await world.joins(name)
        async with _back(world, journal) as one:
            names = {event.member.name for event in one.heard.of(MemberJoined)}
            assert {"ana", "bea", "caro"} <= names


async def test_who_had_not_accepted_the_rules_is_remembered(tmp_path: Path) -> None:
    """Whoever was pending before a restart and accepts after it is admitted."""
    async with DiscordWorld.opened() as world, journal_in(tmp_path) as journal:
        async with _back(world, journal) as first:
            world.emulator.people.join("eve", pending=True)
            await first.heard.hears(MemberJoined)
        async with _back(world, journal) as one:
            world.emulator.people.accept_rules("eve")
            assert (await one.heard.hears(MemberAdmitted)).member.ref == world.member("eve")


async def test_a_channel_that_cannot_be_read_is_a_case(tmp_path: Path) -> None:
    """Told once, with the times; the other channels are read, and reading goes on when the right is back."""
    async with _away(tmp_path) as (world, journal, _):
        owner = world.emulator.owner
        owner.set_bot_permissions(INVITE & ~int(P.READ_MESSAGE_HISTORY))
        owner.set_permissions("@everyone", MEMBERS_MAY & ~P.READ_MESSAGE_HISTORY)
        world.emulator.people.say("eve", "unread")
        for _ in range(2):
            async with _back(world, journal) as one:
                gaps = await one.gaps()
                assert _texts(one) == [] and world.general.id in {gap.channel for gap in gaps}
                assert len(gaps) == len({gap.channel for gap in gaps})
        owner.set_bot_permissions(INVITE)
        async with _back(world, journal) as one:
            assert _texts(one) == ["unread"]


async def test_what_is_too_much_to_read_is_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are read, the rest is told as a gap, and reading goes on from now."""
    monkeypatch.setattr(discord_backfill, "PAGES", 1)
    async with _away(tmp_path) as (world, journal, _):
        for number in range(150):
            world.emulator.people.say("eve", f"line {number}")
        async with _back(world, journal) as one:
            assert len(_texts(one)) == 100
            (gap,) = await one.gaps()
            assert gap.channel == world.general.id and gap.since < gap.until
            await one.says("eve", "after")
        async with _back(world, journal) as again:
            assert _texts(again) == []


async def test_an_outage_while_catching_up_is_waited_out(tmp_path: Path) -> None:
    """A page that could not be fetched is fetched later; that is no gap."""
    async with _away(tmp_path) as (world, journal, _):
        world.emulator.people.say("eve", "meanwhile")
        world.emulator.desk.faults.add("GET /channels/*/messages", fails(503))
        async with _back(world, journal) as one:
            assert _texts(one) == ["meanwhile"] and await one.gaps() == []


async def test_being_stopped_while_catching_up_loses_nothing(tmp_path: Path) -> None:
    """Live messages do not move the mark past what has not been read yet."""
    async with _away(tmp_path) as (world, journal, _):
        for number in range(120):
            world.emulator.people.say("eve", f"line {number}")
        world.emulator.desk.faults.add("GET /channels/*/messages", fails(503), times=None)
        half = stand(world, journal)
        half.connecting = asyncio.create_task(half.adapter.connect())
        await eventually(lambda: half.adapter.trouble is None)
        await half.says("eve", "live")
        await half.disconnect()
        world.emulator.desk.faults.clear()
        async with _back(world, journal) as one:
            assert _texts(one) == [f"line {number}" for number in range(120)]
