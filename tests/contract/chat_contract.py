"""What every chat platform must do for Sereno, whichever it is.

An adapter's tests import everything from here and give a `platform` fixture; `Platform` says what that must offer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from moderation.errors import ChatError, Gone, Unsupported
from moderation.model import Capability, ChannelRef, MemberRef, MessageRef
from moderation.ports import Card, Chat


class Platform(Protocol):
    """A world (tests/contract/world.py) and the port onto it; a part of a world is enough for this contract."""

    @property
    def chat(self) -> Chat:
        """The port under test, connected."""
        ...

    @property
    def general(self) -> ChannelRef:
        """Where everybody talks."""
        ...

    def member(self, name: str) -> MemberRef:
        """The reference of a person, whether they are here or not."""
        ...

    async def says(self, name: str, text: str) -> MessageRef:
        """Somebody, who is a member from now on, writes in `general`."""
        ...

    async def reads(self) -> list[str]:
        """What any member sees in `general`, oldest first."""
        ...

    async def told(self, name: str) -> list[str]:
        """What this person alone was told."""
        ...

    async def may_write(self, name: str) -> bool:
        """Whether this person could write in `general` now."""
        ...

    async def is_here(self, name: str) -> bool:
        """Whether this person is in the community."""
        ...

    async def becomes_moderator(self, name: str) -> None:
        """This person may moderate by the platform's own rights from now on."""
        ...


def _can(platform: Platform) -> frozenset[Capability]:
    return platform.chat.capabilities(platform.general.community)


async def _does(platform: Platform, needs: Capability, call: Awaitable[None]) -> bool:
    """Do it where the platform can; where it cannot, it says so. Whether it was done."""
    if needs in _can(platform):
        await call
        return True
    with pytest.raises(Unsupported):
        await call
    return False


async def _reads(platform: Platform) -> list[str]:
    """What is read, once the platform has shown everything: some show a change a moment later."""
    await asyncio.sleep(0)
    return await platform.reads()


async def test_capabilities_are_known_and_named(platform: Platform) -> None:
    """A platform says what it can do before it is asked to."""
    assert _can(platform) <= frozenset(Capability)


async def test_what_is_posted_is_read_by_everybody(platform: Platform) -> None:
    """Saying something shows it in the channel."""
    await platform.chat.post(platform.general, "hola a todos", key="k1")
    assert await _reads(platform) == ["hola a todos"]


async def test_the_same_key_is_said_once(platform: Platform) -> None:
    """A retry after a lost answer does not say it again, and gives the same message."""
    first = await platform.chat.post(platform.general, "hola", key="k1")
    again = await platform.chat.post(platform.general, "hola", key="k1")
    assert first == again and await _reads(platform) == ["hola"]


async def test_a_notice_reaches_one_person_once(platform: Platform) -> None:
    """Only the person reads it, however often it is tried."""
    await platform.says("eve", "x")
    ways = [
        await platform.chat.notify(platform.member("eve"), "why", key="k1", near=platform.general) for _ in range(2)
    ]
    assert all(ways) and await platform.told("eve") == ["why"] and "why" not in await _reads(platform)


def _shown_again(reads: list[str], text: str) -> bool:
    """Given back: as it was, or as an attributed quotation where the platform cannot do better."""
    return len(reads) == 1 and text in reads[0]


async def test_a_deleted_message_is_seen_by_nobody_and_can_be_given_back(platform: Platform) -> None:
    """Delete and restore are each other's inverse, and giving back twice is once."""
    ref = await platform.says("eve", "bad")
    if not await _does(platform, Capability.DELETE, platform.chat.delete(ref)):
        return
    assert await _reads(platform) == []
    await platform.chat.restore(ref)
    await platform.chat.restore(ref)
    assert _shown_again(await _reads(platform), "bad")


async def test_deleting_twice_is_deleting_once(platform: Platform) -> None:
    """The second time it is gone, or nothing happens; either means done."""
    ref = await platform.says("eve", "bad")
    if not await _does(platform, Capability.DELETE, platform.chat.delete(ref)):
        return
    with contextlib.suppress(Gone):
        await platform.chat.delete(ref)
    assert await _reads(platform) == []


async def test_a_held_message_is_hidden_until_it_is_given_back(platform: Platform) -> None:
    """Holding hides; holding twice is holding once."""
    ref = await platform.says("eve", "hm")
    if not await _does(platform, Capability.HOLD, platform.chat.hold(ref)):
        return
    with contextlib.suppress(Gone):
        await platform.chat.hold(ref)
    assert await _reads(platform) == []
    await platform.chat.restore(ref)
    assert _shown_again(await _reads(platform), "hm")


async def test_restoring_what_was_never_hidden_changes_nothing(platform: Platform) -> None:
    """Undo after an action that did not happen is harmless."""
    ref = await platform.says("eve", "fine")
    await platform.chat.restore(ref)
    assert await _reads(platform) == ["fine"]


async def test_a_message_nobody_wrote_is_gone(platform: Platform) -> None:
    """What is not there is reported as such, not as a failure."""
    if Capability.DELETE not in _can(platform):
        return
    written = await platform.says("eve", "x")
    await platform.chat.delete(written)
    with contextlib.suppress(Gone):
        await platform.chat.delete(MessageRef(platform.general, written.id))
    assert await _reads(platform) == []


async def test_a_time_out_silences_and_is_lifted(platform: Platform) -> None:
    """Until its end nobody hears the person; None lets them write again."""
    await platform.says("eve", "x")
    eve, until = platform.member("eve"), datetime.now(UTC) + timedelta(hours=1)
    if not await _does(platform, Capability.TIMEOUT, platform.chat.timeout(eve, until=until)):
        return
    await platform.chat.timeout(eve, until=until)
    assert not await platform.may_write("eve")
    await platform.chat.timeout(eve, until=None)
    assert await platform.may_write("eve")


async def test_a_time_out_in_the_past_is_over(platform: Platform) -> None:
    """Ends are absolute: one that comes late silences nobody."""
    await platform.says("eve", "x")
    past = datetime(2020, 1, 1, tzinfo=UTC)
    await _does(platform, Capability.TIMEOUT, platform.chat.timeout(platform.member("eve"), until=past))
    assert await platform.may_write("eve")


async def test_who_is_kicked_is_not_here(platform: Platform) -> None:
    """A second kick finds nobody, which is done as well."""
    await platform.says("eve", "x")
    eve = platform.member("eve")
    if not await _does(platform, Capability.KICK, platform.chat.kick(eve, reason="r")):
        return
    assert not await platform.is_here("eve")
    with contextlib.suppress(Gone):
        await platform.chat.kick(eve, reason="r")
    assert not await platform.is_here("eve")


async def test_a_ban_keeps_out_and_is_lifted(platform: Platform) -> None:
    """Banning and unbanning twice is once; a person who was never there can be banned or is gone."""
    await platform.says("eve", "x")
    eve, until = platform.member("eve"), datetime.now(UTC) + timedelta(days=2)
    if not await _does(platform, Capability.BAN, platform.chat.ban(eve, until=until, reason="r")):
        return
    await platform.chat.ban(eve, until=until, reason="r")
    assert not await platform.is_here("eve")
    await platform.chat.unban(eve)
    await platform.chat.unban(eve)


async def test_switches_may_be_thrown_twice(platform: Platform) -> None:
    """Locks, slow mode, invites and roles are states, not events."""
    await platform.says("eve", "x")
    chat, eve, general = platform.chat, platform.member("eve"), platform.general
    for on in (True, True, False, False):
        await _does(platform, Capability.LOCK, chat.lock(general, locked=on))
        await _does(platform, Capability.SLOWMODE, chat.slow_mode(general, seconds=30 if on else 0))
        await _does(platform, Capability.PAUSE_INVITES, chat.pause_invites(general.community, paused=on))
        await _does(platform, Capability.ROLES, (chat.give_role if on else chat.take_role)(eve, "trusted"))
    assert await platform.may_write("eve")


async def test_a_locked_channel_is_quiet(platform: Platform) -> None:
    """While it is locked an ordinary member cannot write there."""
    await platform.says("eve", "x")
    if await _does(platform, Capability.LOCK, platform.chat.lock(platform.general, locked=True)):
        assert not await platform.may_write("eve")


async def test_the_bot_rewords_what_it_said(platform: Platform) -> None:
    """An edit replaces the words for everybody."""
    ref = await platform.chat.post(platform.general, "soon", key="k1")
    await platform.chat.edit(ref, "now")
    assert await _reads(platform) == ["now"]


async def test_who_moderates_has_rights_and_others_have_none(platform: Platform) -> None:
    """The bot can ask what a person may do without it."""
    await platform.says("eve", "x")
    await platform.becomes_moderator("mod")
    assert await platform.chat.rights(platform.member("eve")) == frozenset()
    assert Capability.DELETE in await platform.chat.rights(platform.member("mod"))
    assert (await platform.chat.who(platform.member("mod"))).is_staff
    assert not (await platform.chat.who(platform.member("eve"))).is_staff


async def test_a_card_is_shown_once_and_follows_its_case(platform: Platform) -> None:
    """The same case does not fill the moderators' channel, and its card can change."""
    card = Card("case1", "A case", "Somebody wrote something.", (("Uphold", "v1:t:abcdefghijk"),))
    first = await platform.chat.card(platform.general, card, key="c1")
    again = await platform.chat.card(platform.general, card, key="c1")
    assert first == again
    await platform.chat.recard(first, Card("case1", "A case", "It was upheld."))


@pytest.mark.parametrize("text", ["", "x" * 4000, "\u202eabc", "{0.__class__}", "@everyone <b>x</b>", "a\nb", "🙂"])
async def test_odd_texts_are_shown_or_refused_in_the_ports_own_words(platform: Platform, text: str) -> None:
    """Whatever the text, the port raises nothing but its own errors, and shows one message when it raises none."""
    try:
        await platform.chat.post(platform.general, text, key="odd")
    except ChatError:
        return
    assert len(await _reads(platform)) == 1
