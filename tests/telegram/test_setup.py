"""What the set-up page learns from a token for Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.adapters.setup import Weight
from bot.adapters.telegram_setup import look
from bot.configuration.environment import Environment, environment
from moderation.errors import Refused, Unavailable
from tests.emulators.common import fails
from tests.telegram.world import TelegramWorld


@pytest.fixture
async def world() -> AsyncIterator[TelegramWorld]:
    async with TelegramWorld.opened() as opened:
        yield opened


def _given(world: TelegramWorld) -> Environment:
    return environment(world.environment)


async def test_a_group_appears_when_somebody_writes_there(world: TelegramWorld) -> None:
    """The bot cannot list its groups; those that show can be chosen, also as each other's moderators' group."""
    assert (await look(_given(world))).places == ()
    world.emulator.folk.says(world.emulator.group, "ana", "hi")
    world.emulator.folk.says(world.emulator.moderators, "owner", "hi")
    found = await look(_given(world))
    assert [place.name for place in found.places] == ["General", "Moderators"]
    assert [each.name for each in found.places[0].channels] == ["General", "Moderators"]
    assert found.missing == () and all(place.missing == () for place in found.places)
    assert (found.account, found.name) == ("4242424242", "sereno_test_bot")


async def test_looking_confirms_nothing(world: TelegramWorld) -> None:
    """What was written before the bot runs is read when it runs."""
    world.emulator.folk.says(world.emulator.group, "ana", "hi")
    before = list(world.emulator.updates)
    await look(_given(world))
    assert world.emulator.updates == before and before


async def test_missing_rights_are_named_in_both_languages(world: TelegramWorld) -> None:
    """Each with what it is for and where to switch it on."""
    group = world.emulator.group
    world.emulator.folk.grants(group, {"can_manage_chat", "can_invite_users"})
    (place,) = (await look(_given(world), [str(group.id)])).places
    said = [(each.weight, each.says["en"]) for each in place.missing]
    assert [weight for weight, _ in said] == [Weight.LACKS, Weight.LACKS]
    assert "“Delete messages”" in said[0][1] and "“Ban users”" in said[1][1]
    assert (
        "«Eliminar mensajes»" in place.missing[0].says["es"] and "«Suspender usuarios»" in place.missing[1].mend["es"]
    )


async def test_a_bot_that_is_no_administrator_is_stopped(world: TelegramWorld) -> None:
    """And privacy mode then hides everything but commands from it."""
    world.emulator.folk.grants(world.emulator.group, None)
    world.emulator.methods.privacy = True
    found = await look(_given(world), [str(world.emulator.group.id)])
    assert [each.weight for each in found.places[0].missing] == [Weight.STOPS]
    (privacy,) = found.missing
    assert (
        privacy.weight is Weight.LACKS and "/setprivacy" in privacy.mend["en"] and "/setprivacy" in privacy.mend["es"]
    )


async def test_a_basic_group_is_said_so(world: TelegramWorld) -> None:
    """In it nobody can be silenced."""
    world.emulator.makes_group(-444, "Small", "group")
    (place,) = (await look(_given(world), ["-444"])).places
    assert [each.weight for each in place.missing] == [Weight.LACKS] and "supergroup" in place.missing[0].mend["en"]


async def test_the_link_asks_for_the_least_rights(world: TelegramWorld) -> None:
    """Deleting, banning, and seeing who asks to join; nothing else."""
    link = (await look(_given(world))).invite
    assert link == "https://t.me/sereno_test_bot?startgroup=sereno&admin=delete_messages+restrict_members+invite_users"


async def test_a_webhook_is_left_for_the_bot_to_remove(world: TelegramWorld) -> None:
    """Looking only reads."""
    world.emulator.state.webhook = "https://elsewhere.example/hook"
    (note,) = (await look(_given(world))).missing
    assert note.weight is Weight.NOTE and world.emulator.state.webhook


async def test_a_wrong_token_is_refused_without_showing_it(world: TelegramWorld) -> None:
    """The words say where to find the right one."""
    given = _given(world)
    world.emulator.token = "1:another"
    with pytest.raises(Refused) as refused:
        await look(given)
    assert "BotFather" in refused.value.mend and "emulated-token" not in f"{refused.value} {refused.value.__cause__!r}"


async def test_telegram_away_is_unavailable_without_the_token_in_the_words(world: TelegramWorld) -> None:
    """Errors of the network hold addresses, and addresses hold the token."""
    world.emulator.desk.faults.add("* getMe", fails(502, html=True))
    with pytest.raises(Unavailable) as error:
        await look(_given(world))
    assert "emulated-token" not in f"{error.value!r} {error.value.__cause__!r}"


async def test_a_bot_that_runs_is_not_disturbed(world: TelegramWorld) -> None:
    """Whoever polls goes on polling; the groups that are known are looked at all the same."""
    world.emulator.folk.says(world.emulator.moderators, "owner", "hi")
    found = await look(_given(world), [str(world.emulator.group.id)], polls=False)
    assert [place.name for place in found.places] == ["General"] and found.missing == ()
    assert world.emulator.desk.named("*getUpdates") == []
