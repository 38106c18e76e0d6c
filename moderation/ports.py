"""The small interfaces that moderation needs from the outside world, owned here by their consumer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from moderation.model import (
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Event,
    Member,
    MemberRef,
    Message,
    MessageRef,
    Signal,
)


class Clock(Protocol):
    """Time, injected so that tests and backtests can own it."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Card:
    """What moderators see in their channel: a case in short, and what they may press (words → opaque token)."""

    case: str
    title: str
    body: str
    buttons: tuple[tuple[str, str], ...] = ()


class Chat(Protocol):
    """What Sereno can do on a chat platform. Every method raises ChatError (moderation/errors.py) and nothing else.

    Sending methods take `key`: the same key never shows the same text twice where the platform can tell.
    Everything else is natural: deleting twice, restricting until the same moment twice, is once.
    """

    @property
    def platform(self) -> str:
        """The name under which its events arrive."""
        ...

    def capabilities(self, community: str) -> frozenset[Capability]:
        """What this platform can do for this community, with the rights the bot has."""
        ...

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it."""
        ...

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person something as privately as the platform allows; which way it went."""
        ...

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case."""
        ...

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        ...

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        ...

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answer who called a command or pressed a button, as privately as the platform allows, once per event.

        When the platform no longer takes an answer to that (minutes later, after a restart), the person is told as by
        `notify`.
        """
        ...

    async def who(self, member: MemberRef) -> Member:
        """The person as the platform describes them now."""
        ...

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """What this person may do here by the platform's own rights, without the bot; at most a minute old."""
        ...

    async def delete(self, message: MessageRef) -> None:
        """Remove a message for everybody."""
        ...

    async def hold(self, message: MessageRef) -> None:
        """Hide a message until a person has looked."""
        ...

    async def restore(self, message: MessageRef) -> None:
        """Give a deleted or held message back."""
        ...

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Silence a person until a moment; None lets them write again."""
        ...

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Remove a person, who may come back."""
        ...

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Remove a person and keep them out until a moment; None means until a person lifts it."""
        ...

    async def unban(self, member: MemberRef) -> None:
        """Let a banned person come back."""
        ...

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Give a role by our name for it."""
        ...

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Take a role by our name for it."""
        ...

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """At most one message per person in so many seconds; 0 ends it."""
        ...

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Nobody but staff writes in a locked channel."""
        ...

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Nobody new comes in while invites are paused."""
        ...


@runtime_checkable
class KnowsLanguages(Protocol):
    """A chat platform that knows which language a person reads; notices to them are written in it."""

    def language_of(self, member: MemberRef) -> str | None:
        """A language tag; None when this person's is not known, and the community's first language is used."""
        ...


class Detector(Protocol):
    """Looks at a message and says how sure it is of which labels."""

    @property
    def name(self) -> str:
        """Stands in evidence and logs."""
        ...

    @property
    def labels(self) -> frozenset[str]:
        """All labels it may give; they are silent when it fails or is late."""
        ...

    async def inspect(self, message: Message) -> Sequence[Signal]:
        """Its signals; raising or being late makes its labels silent.

        A label without a signal could not be judged for this text, without anything being broken: it is silent too.
        """
        ...


@runtime_checkable
class Lives(Protocol):
    """A detector with something to load before it can answer, and to let go of at the end."""

    def start(self) -> None:
        """Begin to load, on the running event loop, without waiting for it."""
        ...

    async def aclose(self) -> None:
        """Let go; nobody will ask again."""
        ...


class Said(NamedTuple):
    """An earlier message as counters remember it, for as long as a window is open.

    `fingerprint` is empty for texts with nothing in them and where no rule looks for copies.
    """

    ref: MessageRef
    author: MemberRef
    at: datetime
    text: str
    fingerprint: str = ""
    links: int = 0
    mentions: int = 0
    images: int = 0


Posted = Literal["messages", "links", "mentions", "images"]
"""What one person may post too much of."""


class Counts(Protocol):
    """The recent past as it looked when one event was accepted: that event included, later ones not.

    Spans are in seconds. Sequences are oldest first and bounded.
    """

    @property
    def raid(self) -> bool:
        """A raid has been declared and has not passed."""
        ...

    def by_author(self, within: float) -> Sequence[Said]:
        """The author's messages in this community, in all channels."""
        ...

    def same_text(self, within: float) -> Sequence[Said]:
        """Messages of anybody in this community with the same fingerprint; empty when the event has none."""
        ...

    def most(self, what: Posted) -> int:
        """At least as many of these as the author has posted in any window, told at once."""
        ...

    def most_copies(self) -> int:
        """At least as many messages as `same_text` gives for any window, told at once."""
        ...

    def others_here(self) -> Sequence[Said]:
        """Earlier messages of other people in this channel, for quotations."""
        ...

    def joins(self, within: float) -> int:
        """Distinct people who joined this community."""
        ...

    def reports(self, within: float) -> int:
        """Distinct people who reported the message or the person this event is about."""
        ...

    def messages_of_author(self) -> int | None:
        """How many messages the author is known to have written here; None when nobody knows."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event that is on disk: its place in the journal's order, and whether it had not been seen before."""

    seq: int
    new: bool
    event: Event
