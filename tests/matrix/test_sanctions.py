"""What is done to people and rooms, and that it ends as it should: Matrix itself keeps no time and no way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moderation.model import Capability, MessagePosted
from tests.matrix.client import Answer
from tests.matrix.connected import connected, eventually
from tests.matrix.world import MatrixWorld


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1.5)


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


async def test_a_time_out_ends_by_itself(world: MatrixWorld, tmp_path: Path) -> None:
    """Nobody has to lift it, and the level from before is there again."""
    founder, room = world.people["founder"], world.rooms["general"]
    async with connected(world, tmp_path) as sereno:
        await world.joins("eve")
        await founder.set_power(room, world.member("eve").id, 7)
        await sereno.adapter.chat.timeout(world.member("eve"), until=_soon())
        assert not await world.may_write("eve")
        await eventually(lambda: world.may_write("eve"))
        assert (await founder.state(room, "m.room.power_levels"))["users"][world.member("eve").id] == 7


async def test_a_time_out_ends_after_a_restart(world: MatrixWorld, tmp_path: Path) -> None:
    """The end is on disk: what ran out while Sereno was away is lifted when it comes back."""
    async with connected(world, tmp_path) as sereno:
        await world.joins("eve")
        await sereno.adapter.chat.timeout(world.member("eve"), until=_soon())
    assert not await world.may_write("eve")
    async with connected(world, tmp_path):
        await eventually(lambda: world.may_write("eve"))
    powers = await world.people["founder"].state(world.rooms["general"], "m.room.power_levels")
    assert world.member("eve").id not in powers["users"]


async def test_what_a_person_has_set_meanwhile_stays(world: MatrixWorld, tmp_path: Path) -> None:
    """A level that somebody gave after the time-out is theirs, not ours to undo."""
    founder, room, eve = world.people["founder"], world.rooms["general"], world.member("eve")
    async with connected(world, tmp_path) as sereno:
        await world.joins("eve")
        await sereno.adapter.chat.timeout(eve, until=_later())
        await founder.set_power(room, eve.id, 30)
        await sereno.adapter.chat.timeout(eve, until=None)
        assert (await founder.state(room, "m.room.power_levels"))["users"][eve.id] == 30


async def test_a_time_out_holds_for_whoever_leaves_and_comes_back(world: MatrixWorld, tmp_path: Path) -> None:
    """It hangs on the room, not on being there."""
    async with connected(world, tmp_path) as sereno:
        await world.joins("eve")
        await world.leaves("eve")
        await sereno.adapter.chat.timeout(world.member("eve"), until=_later())
        await world.joins("eve")
        assert not await world.may_write("eve")


async def test_a_ban_ends_by_itself(world: MatrixWorld, tmp_path: Path) -> None:
    """Kept out of all rooms until its end; then the door is open."""
    async with connected(world, tmp_path) as sereno:
        await world.becomes_moderator("eve")
        await sereno.adapter.chat.ban(world.member("eve"), until=_soon(), reason="x")
        founder, eve = world.people["founder"], world.people["eve"]
        for room in world.rooms.values():
            assert (await founder.state(room, "m.room.member", eve.id))["membership"] == "ban"

        async def comes_in() -> bool:
            try:
                await eve.join(world.rooms["general"])
            except Answer:
                return False
            return True

        await eventually(comes_in)


async def test_a_lock_gives_back_what_it_took(world: MatrixWorld, tmp_path: Path) -> None:
    """Moderators write on, others not, reactions neither; unlocked, all levels are as before."""
    founder, room = world.people["founder"], world.rooms["general"]
    async with connected(world, tmp_path) as sereno:
        ref = await world.says("eve", "x")
        await world.becomes_moderator("mod")
        powers = await founder.state(room, "m.room.power_levels")
        powers["events"]["m.reaction"] = 0
        await founder.set_state(room, "m.room.power_levels", powers)
        for _ in range(2):
            await sereno.adapter.chat.lock(world.general, locked=True)
        assert not await world.may_write("eve") and await world.may_write("mod")
        with pytest.raises(Answer, match="M_FORBIDDEN"):
            await world.people["eve"].react(room, ref.id, "👍")
    async with connected(world, tmp_path) as sereno:
        await sereno.adapter.chat.lock(world.general, locked=False)
        assert await world.may_write("eve")
        assert await founder.state(room, "m.room.power_levels") == powers


async def test_a_time_out_within_a_lock_outlives_it(world: MatrixWorld, tmp_path: Path) -> None:
    """Each takes back its own."""
    async with connected(world, tmp_path) as sereno:
        await world.joins("eve")
        chat, eve = sereno.adapter.chat, world.member("eve")
        await chat.lock(world.general, locked=True)
        await chat.timeout(eve, until=_later())
        await chat.lock(world.general, locked=False)
        assert not await world.may_write("eve")
        await chat.timeout(eve, until=None)
        assert await world.may_write("eve")


async def test_while_invites_are_paused_nobody_new_comes(world: MatrixWorld, tmp_path: Path) -> None:
    """Neither by themselves nor by a member's invitation; afterwards the room is as public as it was."""
    founder, room = world.people["founder"], world.rooms["general"]
    powers = await founder.state(room, "m.room.power_levels")
    powers["invite"] = 0
    await founder.set_state(room, "m.room.power_levels", powers)
    async with connected(world, tmp_path) as sereno:
        await world.joins("eve")
        chat = sereno.adapter.chat
        assert Capability.PAUSE_INVITES in chat.capabilities(world.general.community)
        await chat.pause_invites(world.general.community, paused=True)
        ana = await world.person("ana")
        with pytest.raises(Answer, match="M_FORBIDDEN"):
            await ana.join(room)
        with pytest.raises(Answer, match="M_FORBIDDEN"):
            await world.people["eve"].invite(room, ana.id)
        await chat.pause_invites(world.general.community, paused=False)
        await world.joins("ana")
        assert await founder.state(room, "m.room.power_levels") == powers
        private = await founder.state(world.rooms["moderators"], "m.room.join_rules")
        assert private == {"join_rule": "invite"}


async def test_a_held_message_comes_back_as_a_quotation(world: MatrixWorld, tmp_path: Path) -> None:
    """With its author's name, in the community's language, once, also over a restart."""
    async with connected(world, tmp_path) as sereno:
        ref = await world.says("eve", "my very own words")
        await sereno.heard(MessagePosted)
        await sereno.adapter.chat.hold(ref)
        await sereno.adapter.chat.restore(ref)
    async with connected(world, tmp_path) as sereno:
        await sereno.adapter.chat.restore(ref)
        (read,) = await world.reads()
        assert world.user("eve") in read and "my very own words" in read
