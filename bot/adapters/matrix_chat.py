"""What Sereno can do on Matrix: the `Chat` port, a homeserver behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.matrix_cards import Cards
from bot.adapters.matrix_levels import Levels
from bot.adapters.matrix_people import People
from bot.adapters.matrix_power import MESSAGE
from bot.adapters.matrix_private import Private
from bot.adapters.matrix_rooms import Room, Rooms
from bot.adapters.matrix_text import changed, said
from bot.adapters.matrix_wire import V1, Json, Wire, txn
from bot.adapters.turns import Urgency
from bot.commands.spec import Words
from moderation.errors import ChatError, Gone, OutcomeUnknown, StoreError, Unavailable, Unsupported
from moderation.model import (
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Member,
    MemberRef,
    MessageRef,
)
from moderation.platforms import CAN
from moderation.ports import Card

PLATFORM: Final = "matrix"
NEVER: Final = frozenset({Capability.ROLES, Capability.SLOWMODE})
"""Matrix has levels in place of roles, and rate limits only for a whole homeserver."""
_SPEECH: Final = frozenset({Capability.REPLY, Capability.DM})
GIVEN_BACK: Final[Words] = {
    "en": "Given back by the moderators. {name} wrote:\n{text}",
    "es": "Devuelto por la moderación. {name} escribió:\n{text}",
}
_MOST_EDITS: Final = 50


@asynccontextmanager
async def kept_well() -> AsyncIterator[None]:
    """What the store refuses is as if the platform could not be reached: to be tried again."""
    try:
        yield
    except StoreError as error:
        raise Unavailable(str(error)) from error


class MatrixChat:
    """One account on one homeserver. `ready` says whether the rooms are known."""

    def __init__(self, wire: Wire, rooms: Rooms, cards: Cards, private: Private, ground: Ground) -> None:
        self.ready = False
        self._wire = wire
        self._rooms = rooms
        self._cards = cards
        self._private = private
        self._ground = ground
        self._levels = Levels(wire, ground)
        self.people = People(wire, rooms, self._levels, ground)

    @property
    def platform(self) -> str:
        """The name under which its events arrive."""
        return PLATFORM

    def capabilities(self, community: str) -> frozenset[Capability]:
        """What the bot's level lets it do in the community's rooms; all Matrix can, before they are known."""
        if not self.ready:
            return CAN[PLATFORM] - NEVER
        return self._rooms.can(community) | _SPEECH

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it."""
        content = said(text)
        if reply_to is not None and self._rooms.id_of(reply_to.channel.id) == self._rooms.id_of(channel.id):
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": reply_to.id}}
        return await self._once(key, channel, lambda: self._send(Urgency.POST, channel, content, key))

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person something in a room with nobody else in it."""
        async with kept_well():
            self._known(member.community)
            room = await self._private.room(member)
        place = ChannelRef(PLATFORM, member.community, room)
        content = said(text, kind="m.text")
        await self._once(key, place, lambda: self._send(Urgency.TELL, place, content, key))
        return "a direct message on Matrix"

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case; its buttons are reactions to press."""
        language = self._known(channel.community).language
        room = self._rooms.id_of(channel.id)
        return await self._once(key, channel, lambda: self._cards.show(room, card, language, txn("card", key)))

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        await self._event(message)
        await self._wire.do(
            Urgency.TELL, "room_send", self._rooms.id_of(message.channel.id), MESSAGE, changed(message.id, text)
        )

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        language = self._known(message.channel.community).language
        await self._event(message)
        async with kept_well():
            await self._cards.change(self._rooms.id_of(message.channel.id), message.id, card, language)

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answer privately: what everybody reads in a room is no place for it."""
        await self.notify(to.member.ref, text, key=f"answer:{to.key}")

    async def who(self, member: MemberRef) -> Member:
        """The person as their rooms describe them now; Gone when they are in none."""
        here = [await self.people.membership(room, member.id) for room in await self._fresh(member.community)]
        if "join" not in here:
            raise Gone("nobody of that name is here")
        return self._rooms.member(self._known(member.community), member.id)

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """What this person's level lets them do in all rooms that members are in."""
        await self._fresh(member.community)
        return self._rooms.rights(member)

    async def delete(self, message: MessageRef) -> None:
        """Redact a message and what it was edited to."""
        await self._redact(message, "removed by moderation")

    async def hold(self, message: MessageRef) -> None:
        """Redact it; the case has the copy that people look at."""
        await self._redact(message, "held for review")

    async def restore(self, message: MessageRef) -> None:
        """Quote a redacted message with its author's name, once; Matrix gives nothing back."""
        room = self._rooms.id_of(message.channel.id)
        event = await self._wire.get("rooms", room, "event", message.id)
        if not _redacted(event):
            return
        async with kept_well():
            written = await self._ground.kept.message(message)
        if written is None:
            raise Unsupported("its text is no longer kept, and Matrix gives nothing back")
        words = GIVEN_BACK.get(self._known(message.channel.community).language, GIVEN_BACK["en"])
        key = f"restore:{message.id}"
        content = said(words.format(name=written.author.name or written.author.ref.id, text=written.text))
        await self._once(key, message.channel, lambda: self._send(Urgency.TELL, message.channel, content, key))

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Below the level for writing, in all rooms, until a moment that the adapter itself keeps."""
        self._known(member.community)
        async with kept_well():
            await (self.people.speak(member) if until is None else self.people.silence(member, until))

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Out of all rooms; they may come back."""
        self._known(member.community)
        await self.people.kick(member, reason)

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Out of all rooms, and kept out."""
        self._known(member.community)
        async with kept_well():
            await self.people.ban(member, until, reason)

    async def unban(self, member: MemberRef) -> None:
        """May come back."""
        self._known(member.community)
        async with kept_well():
            await self.people.unban(member)

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Matrix has no roles."""
        raise Unsupported("Matrix has power levels, no roles to give")

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Matrix has no roles."""
        raise Unsupported("Matrix has power levels, no roles to take")

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """Matrix has no slow mode."""
        raise Unsupported("Matrix has no slow mode")

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Only who has a moderator's level writes in a locked room."""
        room = self._room(channel)
        async with kept_well():
            await (self._levels.lock(room) if locked else self._levels.unlock(room))

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Nobody comes into the community's rooms but whom moderators invite."""
        self._known(community)
        async with kept_well():
            for room in self._rooms.of(community):
                if paused and Capability.PAUSE_INVITES in room.powers.can(self._rooms.me):
                    await self._levels.close_door(room)
                elif not paused:
                    await self._levels.open_door(room)

    async def _once(self, key: str, channel: ChannelRef, send: Callable[[], Awaitable[str]]) -> MessageRef:
        """Say it unless it has been said; its transaction makes a repetition harmless where nobody knows."""
        sent = self._ground.sent
        async with kept_well():
            known = await sent.begin(key)
            if isinstance(known, MessageRef):
                return replace(known, channel=replace(known.channel, name=channel.name))
            try:
                event = await send()
            except OutcomeUnknown:
                raise
            except ChatError:
                await sent.failed(key)
                raise
            ref = MessageRef(replace(channel, id=self._rooms.id_of(channel.id)), event)
            await sent.done(key, ref)
            return ref

    async def _send(self, urgency: Urgency, channel: ChannelRef, content: Json, key: str) -> str:
        room = self._rooms.id_of(channel.id)
        done = await self._wire.do(urgency, "room_send", room, MESSAGE, content, txn("say", key))
        return str(done.event_id)

    async def _redact(self, message: MessageRef, reason: str) -> None:
        event = await self._event(message)
        room = self._rooms.id_of(message.channel.id)
        edits = await self._edits(room, event)
        for one in (message.id, *edits):
            await self._wire.do(Urgency.ENFORCE, "room_redact", room, one, reason, txn("redact", one))

    async def _edits(self, room: str, event: Json) -> list[str]:
        """The events that changed it: redacting the first alone leaves their words readable."""
        relations = (event.get("unsigned") or {}).get("m.relations") or {}
        if "m.replace" not in relations:
            return []
        path = ("rooms", room, "relations", str(event["event_id"]), "m.replace")
        page = await self._wire.get(*path, base=V1, limit=_MOST_EDITS)
        return [str(one["event_id"]) for one in page.get("chunk", ()) if not _redacted(one)]

    async def _event(self, message: MessageRef) -> Json:
        """A message as it is there; Gone when it is not."""
        event = await self._wire.get("rooms", self._rooms.id_of(message.channel.id), "event", message.id)
        if _redacted(event):
            raise Gone("that message is not there any more")
        return event

    async def _fresh(self, community: str) -> list[Room]:
        self._known(community)
        rooms = list(self._rooms.of(community))
        for room in rooms:
            await self._levels.fresh(room)
        return rooms

    def _known(self, community: str) -> Home:
        home: Any = next((home for home in self._rooms.homes if home.community == community), None)
        if home is None:
            raise Gone("this community does not live on Matrix")
        if not self.ready:
            raise Unavailable("Matrix is not connected yet")
        return home  # type: ignore[no-any-return]

    def _room(self, channel: ChannelRef) -> Room:
        self._known(channel.community)
        room = self._rooms.by_id.get(self._rooms.id_of(channel.id))
        if room is None:
            raise Gone("that room is not one of this community's")
        return room


def _redacted(event: Json) -> bool:
    return "redacted_because" in (event.get("unsigned") or {})
