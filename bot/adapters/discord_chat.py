"""The `Chat` port onto Discord: speaking, enforcing and restoring under one roof."""

from __future__ import annotations

from datetime import datetime

from bot.adapters.discord_enforcing import Enforcer
from bot.adapters.discord_interactions import Interactions
from bot.adapters.discord_people import People
from bot.adapters.discord_places import PLATFORM, Places
from bot.adapters.discord_restoring import Restorer
from bot.adapters.discord_sending import Speaker
from moderation.model import (
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Member,
    MemberRef,
    MessageRef,
)
from moderation.ports import Card


class DiscordChat:
    """What Sereno can do on Discord."""

    def __init__(
        self,
        places: Places,
        people: People,
        speaker: Speaker,
        enforcer: Enforcer,
        restorer: Restorer,
        interactions: Interactions,
    ) -> None:
        self._places = places
        self._people = people
        self._interactions = interactions
        self._speaker = speaker
        self._restorer = restorer
        self._enforcer = enforcer

    @property
    def platform(self) -> str:
        """The name under which its events arrive."""
        return PLATFORM

    def capabilities(self, community: str) -> frozenset[Capability]:
        """What the bot's rights allow in all of the community's servers."""
        return self._places.can(community)

    def language_of(self, member: MemberRef) -> str | None:
        """The language of a person's own Discord, known once they used a command."""
        return self._interactions.languages.get(member)

    async def who(self, member: MemberRef) -> Member:
        """The person as Discord describes them now."""
        return await self._people.who(member)

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """What this person may do by Discord's own rights; at most a minute old."""
        return await self._people.rights(member)

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it."""
        return await self._speaker.post(channel, text, key=key, reply_to=reply_to)

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person something as privately as Discord allows."""
        return await self._speaker.notify(member, text, key=key, near=near)

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case."""
        return await self._speaker.card(channel, card, key=key)

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        await self._speaker.edit(message, text)

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        await self._speaker.recard(message, card)

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answer who called a command or pressed a button."""
        await self._speaker.answer(to, text)

    async def delete(self, message: MessageRef) -> None:
        """Remove a message for everybody."""
        await self._enforcer.delete(message)

    async def hold(self, message: MessageRef) -> None:
        """Delete; the copy lives in the case, and `restore` posts it again."""
        await self._enforcer.delete(message)

    async def restore(self, message: MessageRef) -> None:
        """Post a deleted message again under its author's name."""
        await self._restorer.restore(message)

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Silence a person until a moment; None lets them write again."""
        await self._enforcer.timeout(member, until=until)

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Remove a person, who may come back."""
        await self._enforcer.kick(member, reason=reason)

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Remove a person and keep them out."""
        await self._enforcer.ban(member, until=until, reason=reason)

    async def unban(self, member: MemberRef) -> None:
        """Let a banned person come back."""
        await self._enforcer.unban(member)

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Give a role by our name for it."""
        await self._enforcer.give_role(member, role)

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Take a role by our name for it."""
        await self._enforcer.take_role(member, role)

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """At most one message per person in so many seconds; 0 ends it."""
        await self._enforcer.slow_mode(channel, seconds=seconds)

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Nobody but staff writes in a locked channel."""
        await self._enforcer.lock(channel, locked=locked)

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Nobody new comes in while invites are paused."""
        await self._enforcer.pause_invites(community, paused=paused)
