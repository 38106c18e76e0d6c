"""The local room as a chat platform: what Sereno can do there. What people can do there is in `plaza_people`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.adapters.feed import Edited, Feed, Returned, Said, Vanished
from bot.adapters.ground import Door
from bot.adapters.hall import BOT, DOOR, PLATFORM, Hall
from bot.commands.spec import Spec
from bot.stores.journal import Journal
from bot.stores.room import FOR_STAFF, Line, RoomRows, Shown
from moderation.errors import Gone, StoreError, Unavailable
from moderation.model import (
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Member,
    MemberRef,
    MessageRef,
)
from moderation.ports import Card, Clock

KEEP_SHOWN: Final = timedelta(minutes=55)
"""Unflagged text is gone from the disk within the hour; the rest is the sweep's interval."""
KEEP_HIDDEN: Final = timedelta(days=30)
ANSWER: Final = "answer:"
AUTHOR: Final[Mapping[str, Any]] = {"id": BOT, "name": "Sereno", "roles": [], "bot": True}


def line_id(key: str) -> str:
    """The id of what is said under a key: the same key is the same line, whoever repeats it and when."""
    return "m" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:20]


class Plaza:
    """The `Chat` port over the room. Everything it does is a row first; a store that cannot write is Unavailable."""

    def __init__(self, journal: Journal, clock: Clock, community: str = "room", commands: Sequence[Spec] = ()) -> None:
        self.feed = Feed()
        specs = {spec.name: spec for spec in commands}
        self.hall = Hall(journal, RoomRows(journal.vault), clock, self.feed, community, journal.accept, specs)

    def connect(self, accept: Door) -> None:
        """From now on what people do comes in through this door."""
        self.hall.accept = accept

    @property
    def platform(self) -> str:
        """The name under which its events arrive."""
        return PLATFORM

    def capabilities(self, community: str) -> frozenset[Capability]:
        """Everything: the room is ours."""
        return frozenset(Capability)

    def language_of(self, member: MemberRef) -> str | None:
        """The language a person last used the room in; None after a restart, until they write again."""
        return self.hall.languages.get(member.id)

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it."""
        line = await self._say(channel.id, text, key, reply_to=reply_to.id if reply_to else None)
        return self.hall.message_ref(line.channel, line.id)

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person something; in the room that is a line only they see."""
        await self._ready()
        self.hall.resident(member.id)
        channel = near.id if near is not None and near.id in self.hall.places else "general"
        await self._say(channel, text, key, only_for=member.id)
        return "a note in the room that nobody else sees"

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case."""
        line = await self._say(channel.id, card.body, key, card=asdict(card))
        return self.hall.message_ref(line.channel, line.id)

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        await self._reword(message, text)

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        await self._reword(message, card.body, card=asdict(card))

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answer who called or pressed by a line only they see."""
        private = isinstance(to, ButtonPressed) or self.hall.for_staff(to.name)
        await self.notify(to.member.ref, text, key=f"{FOR_STAFF if private else ANSWER}{to.key}", near=to.channel)

    async def who(self, member: MemberRef) -> Member:
        """The person as they are in the room now."""
        await self._ready()
        return self.hall.member(self.hall.resident(member.id))

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """Staff may do everything in the room, others nothing."""
        return frozenset(Capability) if (await self.who(member)).is_staff else frozenset()

    async def delete(self, message: MessageRef) -> None:
        """Remove a message for everybody."""
        await self._hide(message, Shown.REMOVED, only_from=(Shown.SHOWN, Shown.HELD))

    async def hold(self, message: MessageRef) -> None:
        """Hide a message until a person has looked."""
        await self._hide(message, Shown.HELD, only_from=(Shown.SHOWN,))

    async def restore(self, message: MessageRef) -> None:
        """Give a deleted or held message back."""
        hidden = (Shown.HELD, Shown.REMOVED)
        before = await self._show(message.id, Shown.SHOWN, hidden)
        if before in hidden:
            line = await self._kept(message.id)
            if line is not None:
                self.feed.publish(Returned(line))

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Silence a person until a moment; None lets them write again."""
        await self._change(member, timeout_until=until)

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Remove a person, who may come back."""
        await self._ready()
        if self.hall.resident(member.id).left_at is None:
            await self._change(member, left_at=self.hall.clock.now())

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Remove a person and keep them out until a moment; None means until a person lifts it."""
        await self._ready()
        left = self.hall.resident(member.id).left_at or self.hall.clock.now()
        await self._change(member, banned=True, banned_until=until, left_at=left)

    async def unban(self, member: MemberRef) -> None:
        """Let a banned person come back."""
        await self._change(member, banned=False, banned_until=None)

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Give a role by our name for it."""
        await self._ready()
        await self._change(member, roles=self.hall.resident(member.id).roles | {role})

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Take a role by our name for it."""
        await self._ready()
        await self._change(member, roles=self.hall.resident(member.id).roles - {role})

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """At most one message per person in so many seconds; 0 ends it."""
        await self._change_place(channel.id, slow_mode=seconds)

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Nobody but staff writes in a locked channel."""
        await self._change_place(channel.id, locked=locked)

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Nobody new comes in while invites are paused."""
        await self._change_place(DOOR, locked=paused)

    async def sweep(self) -> int:
        """Forget what people wrote and nobody flagged after `KEEP_SHOWN`, the rest after `KEEP_HIDDEN`; how many."""
        hall, now = self.hall, self.hall.clock.now()
        return await hall.journal.write(
            lambda c: hall.rows.forget(c, now - KEEP_SHOWN, now - KEEP_HIDDEN, hall.subject(BOT)), "room"
        )

    async def _say(self, channel: str, text: str, key: str, **details: Any) -> Line:
        await self._ready()
        hall = self.hall
        hall.place(channel)
        key = f"bot:{key}"
        owner = details.get("only_for") or BOT
        line = Line(line_id(key), key, channel, hall.subject(owner), AUTHOR, text, hall.clock.now(), **details)
        try:
            kept, new = await hall.journal.write(lambda c: hall.rows.add(c, line), "room")
        except StoreError as error:
            raise Unavailable(str(error)) from error
        if new:
            self.feed.publish(Said(kept))
        return kept

    async def _reword(self, message: MessageRef, text: str, **changes: Any) -> None:
        """Only what the bot itself said, and only while it is there."""
        await self._ready()
        line = await self._kept(message.id)
        if line is None or line.author["id"] != BOT or line.state is not Shown.SHOWN:
            raise Gone("That message is not there any more.")
        after = replace(line, text=text, edited_at=self.hall.clock.now(), edits=line.edits + 1, **changes)
        try:
            await self.hall.journal.write(lambda c: self.hall.rows.edit(c, after), "room")
        except StoreError as error:
            raise Unavailable(str(error)) from error
        self.feed.publish(Edited(after))

    async def _hide(self, message: MessageRef, state: Shown, only_from: tuple[Shown, ...]) -> None:
        before = await self._show(message.id, state, only_from)
        if before in only_from:
            self.feed.publish(Vanished(message.id, message.channel.id, state))
        elif before in (Shown.WITHDRAWN, Shown.FORGOTTEN):
            raise Gone("That message is not there any more.")

    async def _show(self, line: str, state: Shown, only_from: tuple[Shown, ...]) -> Shown:
        await self._ready()
        arriving = self.hall.arriving.get(line)
        if arriving is not None:
            await arriving.wait()
        rows = self.hall.rows
        try:
            before = await self.hall.journal.write(lambda c: rows.show(c, line, state, only_from=only_from), "room")
        except StoreError as error:
            raise Unavailable(str(error)) from error
        if before is None or (state is Shown.SHOWN and before in (Shown.WITHDRAWN, Shown.FORGOTTEN)):
            raise Gone("That message is not there any more.")
        return before

    async def _kept(self, line: str) -> Line | None:
        try:
            return await self.hall.journal.read(lambda c: self.hall.rows.line(c, line))
        except StoreError as error:
            raise Unavailable(str(error)) from error

    async def _change(self, member: MemberRef, **changes: Any) -> None:
        await self._ready()
        try:
            await self.hall.change(member.id, **changes)
        except StoreError as error:
            raise Unavailable(str(error)) from error

    async def _change_place(self, channel: str, **changes: Any) -> None:
        await self._ready()
        try:
            await self.hall.change_place(channel, **changes)
        except StoreError as error:
            raise Unavailable(str(error)) from error

    async def _ready(self) -> None:
        try:
            await self.hall.ready()
        except StoreError as error:
            raise Unavailable(str(error)) from error
