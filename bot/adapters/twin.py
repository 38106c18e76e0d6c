"""A chat platform in memory: people, channels, messages and rights on its side, as a real one would keep them.

Ships with the product: tests, examples and dry runs use it, and every other adapter must pass the same contract
(tests/contract/chat_contract.py). It outlives the bot: a test may throw the bot away and start a new one on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.adapters.twin_state import TwinMember, TwinMessage, TwinState
from moderation.errors import ChatError, Forbidden, Gone, Unsupported
from moderation.model import (
    STAFF,
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Member,
    MemberRef,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
)
from moderation.ports import Card, Clock

__all__ = ["BOT", "Twin", "TwinMember", "TwinMessage", "TwinState"]
BOT: Final = "sereno"


class Twin:
    """The platform and the `Chat` port onto it. `trouble` may raise what a platform raises, before anything is done."""

    def __init__(
        self,
        clock: Clock,
        *,
        platform: str = "twin",
        community: str = "club",
        can: Iterable[Capability] = frozenset(Capability),
        remembers_keys: bool = True,
        state: TwinState | None = None,
    ) -> None:
        self.state = state or TwinState()
        self.community = community
        self.trouble: Callable[[str], ChatError | None] = _well
        self._platform = platform
        self._clock = clock
        self._can = frozenset(can)
        self._remembers_keys = remembers_keys

    @property
    def platform(self) -> str:
        """The name under which its events arrive."""
        return self._platform

    def capabilities(self, community: str) -> frozenset[Capability]:
        """What it was made to be able to do."""
        return self._can if community == self.community else frozenset()

    # What people do here.

    def channel(self, name: str) -> ChannelRef:
        """A channel, whose id is its name."""
        return ChannelRef(self._platform, self.community, name, name)

    def member(self, id_: str, **facts: object) -> Member:
        """A person, known from now on; facts as in `Member`."""
        known = self.state.members.get(id_)
        if known is None or facts:
            member = replace(Member(MemberRef(self._platform, self.community, id_), id_), **facts)  # type: ignore[arg-type]
            known = self.state.members[id_] = TwinMember(member)
        return known.member

    def says(self, author: str, text: str, channel: str = "general", *, at: datetime | None = None) -> MessagePosted:
        """Somebody writes; the event a platform would deliver."""
        where = self.channel(channel)
        moment = at or self._clock.now()
        ref = MessageRef(where, str(len(self.state.messages) + 1))
        message = Message(ref, self.member(author), text, moment)
        self.state.messages[channel, ref.id] = TwinMessage(message)
        return MessagePosted(key=f"{self._platform}:msg:{ref.id}:0", at=moment, message=message)

    def edits(self, ref: MessageRef, text: str, *, at: datetime | None = None) -> MessageEdited:
        """Somebody changes what they wrote."""
        kept = self.state.messages[ref.channel.id, ref.id]
        kept.edits += 1
        kept.message = replace(kept.message, text=text)
        key = f"{self._platform}:msg:{ref.id}:{kept.edits}"
        return MessageEdited(key=key, at=at or self._clock.now(), message=kept.message)

    def calls(
        self,
        caller: str,
        name: str,
        words: str = "",
        *,
        on: MessageRef | None = None,
        at: datetime | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> CommandCalled:
        """Somebody calls a command by typing words, or by filling in fields; `on` is the message it is called on."""
        self.state.asked += 1
        author = self.state.messages[on.channel.id, on.id].message.author.ref if on is not None else None
        return CommandCalled(
            key=f"{self._platform}:command:{self.state.asked}",
            at=at or self._clock.now(),
            member=self.member(caller),
            channel=self.channel("general"),
            name=name,
            arguments={"": words} if fields is None else fields,
            message=on,
            about=author,
        )

    def presses(self, presser: str, token: str, *, at: datetime | None = None) -> ButtonPressed:
        """Somebody presses a button."""
        self.state.asked += 1
        key = f"{self._platform}:press:{self.state.asked}"
        where = self.channel("moderators")
        return ButtonPressed(
            key=key, at=at or self._clock.now(), member=self.member(presser), channel=where, token=token
        )

    def visible(self, channel: str = "general") -> list[str]:
        """What a member reads in a channel now."""
        shown = [kept for (where, _), kept in self.state.messages.items() if where == channel]
        return [kept.message.text for kept in shown if kept.state == "shown"]

    # What Sereno does here.

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it."""
        return self._say("post", channel, text, key, reply_to)

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person something."""
        self._begin("notify")
        self._person(member, gone=False)
        if not (self._remembers_keys and any(key == told for _, told, _ in self.state.told)):
            self.state.told.append((member.id, key, text))
            self.state.log.append(f"notify {member.id} {key}")
        return "direct message"

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case."""
        ref = self._say("card", channel, card.body, key, None)
        if not any(key == kept for kept, _ in self.state.cards):
            self.state.cards.append((key, card))
        return ref

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        kept = self._message("edit", message)
        kept.message = replace(kept.message, text=text)

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        await self.edit(message, card.body)
        self.state.cards = [(key, card if shown.case == card.case else shown) for key, shown in self.state.cards]

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answer who called or pressed, once per event."""
        self._begin("answer")
        if not any(key == to.key for _, key, _ in self.state.told):
            self.state.told.append((to.member.ref.id, to.key, text))
            self.state.log.append(f"answer {to.key}")

    async def who(self, member: MemberRef) -> Member:
        """The person as they are here now."""
        self._begin("who")
        return self._person(member, gone=False).member

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """Staff may do everything here, others nothing, unless it was arranged otherwise."""
        self._begin("rights")
        person = self._person(member, gone=False)
        if person.rights is not None:
            return person.rights & self._can
        return self._can if person.member.is_staff else frozenset()

    async def delete(self, message: MessageRef) -> None:
        """Remove a message for everybody."""
        kept = self._message("delete", message)
        if kept.state == "removed":
            raise Gone("that message is gone already")
        kept.state = "removed"
        self.state.log.append(f"delete {message.id}")

    async def hold(self, message: MessageRef) -> None:
        """Hide a message until a person has looked."""
        kept = self._message("hold", message)
        if kept.state == "shown":
            kept.state = "held"
            self.state.log.append(f"hold {message.id}")

    async def restore(self, message: MessageRef) -> None:
        """Give a deleted or held message back."""
        kept = self._message("restore", message)
        if kept.state != "shown":
            kept.state = "shown"
            self.state.log.append(f"restore {message.id}")

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Silence a person until a moment; None lets them write again."""
        self._begin("timeout")
        person = self._person(member)
        if person.timeout_until != until:
            person.timeout_until = until
            self.state.log.append(f"timeout {member.id} {until.isoformat() if until else 'none'}")

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Remove a person, who may come back."""
        self._begin("kick")
        self._person(member).here = False
        self.state.log.append(f"kick {member.id}")

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Remove a person and keep them out."""
        self._begin("ban")
        person = self._person(member, gone=False)
        if not person.banned or person.banned_until != until:
            person.here, person.banned, person.banned_until = False, True, until
            self.state.log.append(f"ban {member.id}")

    async def unban(self, member: MemberRef) -> None:
        """Let a banned person come back."""
        self._begin("unban")
        person = self._person(member, gone=False)
        if person.banned:
            person.banned, person.banned_until = False, None
            self.state.log.append(f"unban {member.id}")

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Give a role by our name for it."""
        self._begin("give_role")
        person = self._person(member)
        person.member = replace(person.member, roles=person.member.roles | {role})

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Take a role by our name for it."""
        self._begin("take_role")
        person = self._person(member)
        person.member = replace(person.member, roles=person.member.roles - {role})

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """At most one message per person in so many seconds; 0 ends it."""
        self._begin("slow_mode")
        self.state.slow[channel.id] = seconds

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Nobody but staff writes in a locked channel."""
        self._begin("lock")
        (self.state.locked.add if locked else self.state.locked.discard)(channel.id)

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Nobody new comes in while invites are paused."""
        self._begin("pause_invites")
        (self.state.invites_paused.add if paused else self.state.invites_paused.discard)(community)

    def _begin(self, call: str) -> None:
        trouble = self.trouble(call)
        if trouble is not None:
            raise trouble
        needed = _NEEDS.get(call)
        if needed is not None and needed not in self._can:
            raise Unsupported(f"{self._platform} cannot {call}")

    def _say(self, call: str, channel: ChannelRef, text: str, key: str, reply_to: MessageRef | None) -> MessageRef:
        self._begin(call)
        if self._remembers_keys and key in self.state.keys:
            return self.state.keys[key]
        ref = MessageRef(channel, str(len(self.state.messages) + 1))
        bot = Member(MemberRef(self._platform, self.community, BOT), BOT, is_bot=True)
        message = Message(ref, bot, text, self._clock.now(), reply_to)
        self.state.messages[channel.id, ref.id] = TwinMessage(message)
        self.state.keys[key] = ref
        self.state.log.append(f"{call} {channel.id}")
        return ref

    def _message(self, call: str, ref: MessageRef) -> TwinMessage:
        self._begin(call)
        try:
            return self.state.messages[ref.channel.id, ref.id]
        except KeyError:
            raise Gone("no such message") from None

    def _person(self, ref: MemberRef, *, gone: bool = True) -> TwinMember:
        """The person; Gone when they left, unless that does not matter; staff cannot be touched."""
        person = self.state.members.get(ref.id)
        if person is None or (gone and not person.here):
            raise Gone("nobody of that name is here")
        if gone and not STAFF.isdisjoint(person.member.roles):
            raise Forbidden("staff cannot be restricted")
        return person


def _well(_call: str) -> None:
    """No trouble."""


_NEEDS: Final = {
    "post": Capability.REPLY,
    "delete": Capability.DELETE,
    "hold": Capability.HOLD,
    "timeout": Capability.TIMEOUT,
    "kick": Capability.KICK,
    "ban": Capability.BAN,
    "unban": Capability.BAN,
    "give_role": Capability.ROLES,
    "take_role": Capability.ROLES,
    "slow_mode": Capability.SLOWMODE,
    "lock": Capability.LOCK,
    "pause_invites": Capability.PAUSE_INVITES,
}
