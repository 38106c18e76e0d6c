"""What every chat platform must do for Sereno, whichever it is.

An adapter's tests import everything from here and give a `platform` fixture; `Platform` says what that must offer.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from moderation.errors import ChatError, Gone
from moderation.model import Capability, ChannelRef, MemberRef, MessageRef
from moderation.ports import Card, Chat

LATER = datetime(2126, 1, 1, tzinfo=UTC)


class Platform(Protocol):
    """A platform with a channel `general`, and what people do and see on it."""

    @property
    def chat(self) -> Chat:
        """The port under test."""
        ...

    @property
    def community(self) -> str:
        """The community everything happens in."""
        ...

    async def says(self, author: str, text: str) -> MessageRef:
        """Somebody, who is a member from now on, writes in `general`."""
        ...

    async def reads(self) -> list[str]:
        """What any member sees in `general`, oldest first."""
        ...

    async def told(self, member: str) -> list[str]:
        """What this member alone was told."""
        ...

    async def may_write(self, member: str) -> bool:
        """Whether this member could write in `general` now."""
        ...

    async def is_here(self, member: str) -> bool:
        """Whether this member is in the community."""
        ...


def _member(platform: Platform, id_: str) -> MemberRef:
    return MemberRef(platform.chat.platform, platform.community, id_)


def _general(platform: Platform) -> ChannelRef:
    return ChannelRef(platform.chat.platform, platform.community, "general", "general")


async def test_capabilities_are_known_and_named(platform: Platform) -> None:
    """A platform says what it can do before it is asked to."""
    assert platform.chat.capabilities(platform.community) <= frozenset(Capability)


async def test_what_is_posted_is_read_by_everybody(platform: Platform) -> None:
    """Saying something shows it in the channel."""
    await platform.chat.post(_general(platform), "hola a todos", key="k1")
    assert await platform.reads() == ["hola a todos"]


async def test_the_same_key_is_said_once(platform: Platform) -> None:
    """A retry after a lost answer does not say it again, and gives the same message."""
    first = await platform.chat.post(_general(platform), "hola", key="k1")
    again = await platform.chat.post(_general(platform), "hola", key="k1")
    assert first == again and await platform.reads() == ["hola"]


async def test_a_notice_reaches_one_person_once(platform: Platform) -> None:
    """Only the person reads it, however often it is tried."""
    await platform.says("eve", "x")
    ways = [
        await platform.chat.notify(_member(platform, "eve"), "why", key="k1", near=_general(platform)) for _ in range(2)
    ]
    assert all(ways) and await platform.told("eve") == ["why"] and "why" not in await platform.reads()


async def test_a_deleted_message_is_seen_by_nobody_and_can_be_given_back(platform: Platform) -> None:
    """Delete and restore are each other's inverse."""
    ref = await platform.says("eve", "bad")
    await platform.chat.delete(ref)
    assert await platform.reads() == []
    await platform.chat.restore(ref)
    assert await platform.reads() == ["bad"]


async def test_deleting_twice_is_deleting_once(platform: Platform) -> None:
    """The second time it is gone, or nothing happens; either means done."""
    ref = await platform.says("eve", "bad")
    await platform.chat.delete(ref)
    with contextlib.suppress(Gone):
        await platform.chat.delete(ref)
    assert await platform.reads() == []


async def test_a_held_message_is_hidden_until_it_is_given_back(platform: Platform) -> None:
    """Holding hides; holding twice is holding once."""
    ref = await platform.says("eve", "hm")
    await platform.chat.hold(ref)
    await platform.chat.hold(ref)
    assert await platform.reads() == []
    await platform.chat.restore(ref)
    assert await platform.reads() == ["hm"]


async def test_restoring_what_was_never_hidden_changes_nothing(platform: Platform) -> None:
    """Undo after an action that did not happen is harmless."""
    ref = await platform.says("eve", "fine")
    await platform.chat.restore(ref)
    assert await platform.reads() == ["fine"]


async def test_a_message_nobody_wrote_is_gone(platform: Platform) -> None:
    """What is not there is reported as such, not as a failure."""
    with pytest.raises(Gone):
        await platform.chat.delete(MessageRef(_general(platform), "no-such-message"))


async def test_a_time_out_silences_and_is_lifted(platform: Platform) -> None:
    """Until its end nobody hears the person; None lets them write again."""
    await platform.says("eve", "x")
    eve = _member(platform, "eve")
    await platform.chat.timeout(eve, until=LATER)
    await platform.chat.timeout(eve, until=LATER)
    assert not await platform.may_write("eve")
    await platform.chat.timeout(eve, until=None)
    assert await platform.may_write("eve")


async def test_a_time_out_in_the_past_is_over(platform: Platform) -> None:
    """Ends are absolute: one that comes late silences nobody."""
    await platform.says("eve", "x")
    await platform.chat.timeout(_member(platform, "eve"), until=LATER - timedelta(days=60_000))
    assert await platform.may_write("eve")


async def test_who_is_kicked_is_not_here(platform: Platform) -> None:
    """A second kick finds nobody, which is done as well."""
    await platform.says("eve", "x")
    eve = _member(platform, "eve")
    await platform.chat.kick(eve, reason="r")
    assert not await platform.is_here("eve")
    with contextlib.suppress(Gone):
        await platform.chat.kick(eve, reason="r")
    assert not await platform.is_here("eve")


async def test_a_ban_keeps_out_and_is_lifted(platform: Platform) -> None:
    """Banning and unbanning twice is once; a person who was never there can be banned or is gone."""
    await platform.says("eve", "x")
    eve = _member(platform, "eve")
    await platform.chat.ban(eve, until=LATER, reason="r")
    await platform.chat.ban(eve, until=LATER, reason="r")
    assert not await platform.is_here("eve")
    await platform.chat.unban(eve)
    await platform.chat.unban(eve)


async def test_switches_may_be_thrown_twice(platform: Platform) -> None:
    """Locks, slow mode, invites and roles are states, not events."""
    await platform.says("eve", "x")
    eve, general = _member(platform, "eve"), _general(platform)
    for _ in range(2):
        await platform.chat.lock(general, locked=True)
        await platform.chat.slow_mode(general, seconds=30)
        await platform.chat.pause_invites(platform.community, paused=True)
        await platform.chat.give_role(eve, "trusted")
    for _ in range(2):
        await platform.chat.lock(general, locked=False)
        await platform.chat.slow_mode(general, seconds=0)
        await platform.chat.pause_invites(platform.community, paused=False)
        await platform.chat.take_role(eve, "trusted")
    assert await platform.may_write("eve")


async def test_a_card_is_shown_once(platform: Platform) -> None:
    """The same case does not fill the moderators' channel."""
    card = Card("case1", "A case", "Somebody wrote something.")
    first = await platform.chat.card(_general(platform), card, key="c1")
    again = await platform.chat.card(_general(platform), card, key="c1")
    assert first == again


@pytest.mark.parametrize("text", ["", "x" * 4000, "\u202eabc", "{0.__class__}", "@everyone <b>x</b>", "a\nb", "🙂"])
async def test_odd_texts_are_shown_or_refused_in_the_ports_own_words(platform: Platform, text: str) -> None:
    """Whatever the text, the port raises nothing but its own errors."""
    try:
        await platform.chat.post(_general(platform), text, key="odd")
    except ChatError:
        return
    assert await platform.reads() == [text]
