"""Who carries out an action: really, or only as if.

A dry run is another implementation of the `Chat` port that touches nothing; the enforcer cannot tell and need not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from moderation.errors import Unsupported
from moderation.model import (
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Member,
    MemberRef,
    MessageRef,
    Outcome,
)
from moderation.ports import Card, Chat


class Hands(Protocol):
    """The chats by platform, and what it means that one of them did what it was asked."""

    @property
    def outcome(self) -> Outcome:
        """What a receipt says when all went well."""
        ...

    def chat(self, platform: str) -> Chat:
        """The chat of a platform; Unsupported when there is none."""
        ...


class LiveHands:
    """Acts on the real platforms."""

    outcome = Outcome.APPLIED

    def __init__(self, chats: Mapping[str, Chat]) -> None:
        self._chats = chats

    def chat(self, platform: str) -> Chat:
        """The chat of a platform; Unsupported when there is none."""
        try:
            return self._chats[platform]
        except KeyError:
            raise Unsupported(f"{platform} is not connected") from None


class DryHands:
    """Acts on nothing, and says what would have been done."""

    outcome = Outcome.SIMULATED

    def __init__(self, chats: Mapping[str, Chat]) -> None:
        self._live = LiveHands(chats)

    def chat(self, platform: str) -> Chat:
        """A chat that can do what the real one can, and does nothing."""
        return DryChat(self._live.chat(platform))


class DryChat:
    """A chat on which everything succeeds and nothing happens; capabilities are those of the real one."""

    def __init__(self, real: Chat) -> None:
        self._real = real

    @property
    def platform(self) -> str:
        """The name of the real one."""
        return self._real.platform

    def capabilities(self, community: str) -> frozenset[Capability]:
        """What the real one can do."""
        return self._real.capabilities(community)

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Says nothing."""
        return MessageRef(channel, f"dry-{key}")

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tells nobody."""
        return "not sent: dry run"

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Shows nothing."""
        return MessageRef(channel, f"dry-{key}")

    async def edit(self, message: MessageRef, text: str) -> None:
        """Leaves the message."""

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Leaves the card."""

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answers: who asks in a dry run wants to know."""
        await self._real.answer(to, text)

    async def who(self, member: MemberRef) -> Member:
        """As the real one describes them."""
        return await self._real.who(member)

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """What the real one grants."""
        return await self._real.rights(member)

    async def delete(self, message: MessageRef) -> None:
        """Leaves the message."""

    async def hold(self, message: MessageRef) -> None:
        """Leaves the message."""

    async def restore(self, message: MessageRef) -> None:
        """Leaves the message."""

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Leaves the person."""

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Leaves the person."""

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Leaves the person."""

    async def unban(self, member: MemberRef) -> None:
        """Leaves the person."""

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Leaves the roles."""

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Leaves the roles."""

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """Leaves the channel."""

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Leaves the channel."""

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Leaves the invites."""
