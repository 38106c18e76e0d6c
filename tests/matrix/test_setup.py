"""What the set-up page and the doctor are told about a Matrix account."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.adapters.matrix_setup import look
from bot.adapters.setup import Weight
from moderation.errors import Refused, Unavailable
from tests.matrix.connected import environment_of
from tests.matrix.synapse import free_port
from tests.matrix.world import MatrixWorld


async def test_rooms_are_found_with_what_is_missing_there(world: MatrixWorld) -> None:
    """Where the bot is an admin nothing is; without a level it lacks all; an encrypted room cannot be read."""
    bot, founder = world.people["sereno"], world.people["founder"]
    for room in world.rooms.values():
        await bot.join(room)
    await founder.set_power(world.rooms["moderators"], bot.id, 0)
    sealed = {"algorithm": "m.megolm.v1.aes-sha2"}
    await founder.set_state(world.rooms["moderators"], "m.room.encryption", sealed)
    found = await look(environment_of(world))
    assert found.account == bot.id and found.summary is not None and bot.id in found.summary["es"]
    places = {place.name: place for place in found.places}
    assert set(places) == {"general", "moderators"} and places["general"].missing == ()
    assert places["general"].id == world.rooms["general"]
    weights = [missing.weight for missing in places["moderators"].missing]
    assert weights == [Weight.STOPS] + [Weight.LACKS] * 6
    assert any("100" in missing.mend["en"] for missing in places["moderators"].missing)


async def test_a_room_it_is_invited_to_can_be_chosen_already(world: MatrixWorld) -> None:
    """Nobody has to sign in as the bot to accept; a private talk and a sealed room are not taken for one."""
    bot, founder = world.people["sereno"], world.people["founder"]
    await founder.create(name="alone", preset="private_chat", is_direct=True, invite=[bot.id])
    seal = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    await founder.create(name="sealed", preset="private_chat", invite=[bot.id], initial_state=[seal])
    places = {place.name: place for place in (await look(environment_of(world))).places}
    assert set(places) == {"general", "moderators", "sealed"}
    assert places["general"].id == world.rooms["general"] == places["general"].channels[0].id
    assert [missing.weight for missing in places["general"].missing] == [Weight.NOTE]
    assert "invitación" in places["general"].missing[0].says["es"] and bot.id in places["general"].missing[0].mend["en"]
    assert Weight.STOPS in [missing.weight for missing in places["sealed"].missing]
    assert await bot.call("GET", "/joined_rooms") == {"joined_rooms": []}


async def test_a_wrong_token_and_a_wrong_address_are_told_apart(world: MatrixWorld) -> None:
    """One needs another token, the other another address."""
    environment = environment_of(world)
    with pytest.raises(Refused):
        await look(replace(environment, matrix_token=SecretStr("syt_wrong")))
    with pytest.raises(Unavailable):
        await look(replace(environment, matrix_homeserver=SecretStr(f"http://127.0.0.1:{free_port()}")))
