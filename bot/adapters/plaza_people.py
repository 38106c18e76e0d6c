"""What people do in the local room: come and go, write, correct themselves, take words back, and read.

Each of these is an event that the journal accepts in the same transaction as the room's own row, so that neither can
exist without the other.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.adapters.feed import Edited, PersonChanged, Said, Vanished
from bot.adapters.hall import BOT, DOOR, Hall, banned
from bot.adapters.plaza import Plaza, line_id
from bot.adapters.plaza_orders import call, press, typed
from bot.stores.room import Line, Place, Resident, Shown
from moderation.errors import Forbidden, Gone, Unsupported
from moderation.model import (
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRemoved,
)

READ_AT_ONCE: Final = 200
_SOON: Final = timedelta(minutes=1)
"""A date may be this far ahead of our clock before it is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, as far as the writer says; None leaves what the room knows. `keyed` is whether they hold the
    moderators' key: roles in the room are a game, what moderators see and do is not."""

    id: str
    name: str | None = None
    roles: frozenset[str] | None = None
    here_since: datetime | None = None
    language: str | None = None
    keyed: bool = True


class People:
    """The people's side of a plaza. Raises Gone, Forbidden, RateLimited in words for them, and StoreError."""

    def __init__(self, plaza: Plaza) -> None:
        self._hall: Hall = plaza.hall
        self._editing = asyncio.Lock()

    async def residents(self) -> Sequence[Resident]:
        """Everybody who was ever here."""
        await self._hall.ready()
        return tuple(self._hall.residents.values())

    async def places(self) -> Sequence[Place]:
        """The channels people see."""
        await self._hall.ready()
        return tuple(place for place in self._hall.places.values() if place.id != DOOR)

    async def invites_paused(self) -> bool:
        """Whether nobody new comes in."""
        await self._hall.ready()
        return self._hall.places[DOOR].locked

    async def read(self, channel: str, *, reader: str | None = None, before: str | None = None) -> Sequence[Line]:
        """The last lines that a member sees in a channel, with what only they see when `reader` is given."""
        await self._hall.ready()
        hall = self._hall
        hall.place(channel)
        return await hall.journal.read(
            lambda c: hall.rows.lines(c, channel, only_for=reader, before=before, most=READ_AT_ONCE)
        )

    async def say(
        self, author: Author, channel: str, text: str, *, key: str | None = None, reply_to: str | None = None
    ) -> str:
        """Write a message; its id, once the journal has it on disk. The same key again is the same message.

        A command that is typed is none: nobody sees it, and only its caller sees the answer.
        """
        await self._hall.ready()
        hall = self._hall
        repeated = key is not None
        key = f"said:by:{key}" if repeated else f"said:{secrets.token_hex(16)}"
        line = line_id(key)
        if repeated and await self._known(line):
            return line
        order = typed(hall, text)
        if order is not None:
            if hall.for_staff(order.name) and not author.keyed:
                raise Forbidden("Moderators' commands need the link that was printed when Sereno started.")
            await call(hall, await self._caller(author), channel, order, line, reply_to)
            return line
        place, now = hall.place(channel), hall.clock.now()
        before, after = self._introduce(author, now)
        hall.may_write(after, place, now)
        if before is not None and before.name != after.name:
            await self._renamed(before, after, now)
        if author.language is not None:
            hall.languages[author.id] = author.language
        message = self._message(after, channel, line, text, now, reply_to)
        words = Line(line, key, channel, hall.subject(after.id), _card(after), text, now, reply_to=reply_to)
        await self._arrive(message, words, before, after)
        return line

    async def press(self, member: str, line: str, token: str, key: str | None = None) -> str:
        """Press a button on a card; its id. The same key again is the same press."""
        return await press(self._hall, member, line, token, key)

    async def edit(self, line: str, text: str) -> Line:
        """Change what a message says; Gone when nobody can see it any more."""
        await self._hall.ready()
        hall = self._hall
        async with self._editing:
            kept = await self._shown(line)
            resident, now = hall.resident(kept.author["id"]), hall.clock.now()
            if resident.timeout_until is not None and resident.timeout_until > now:
                hall.may_write(resident, hall.place(kept.channel), now)
            after = replace(kept, text=text, edited_at=now, edits=kept.edits + 1)
            message = self._message(resident, kept.channel, line, text, kept.at, kept.reply_to)
            event = MessageEdited(key=f"plaza:msg:{line}:{after.edits}", at=now, message=message)
            with _Arriving(hall, line):
                await hall.accept(event, lambda c: hall.rows.edit(c, after))
                hall.feed.publish(Edited(after))
        return after

    async def withdraw(self, line: str) -> None:
        """Take a message of one's own back for good."""
        await self._hall.ready()
        hall = self._hall
        kept = await self._shown(line)
        ref = hall.message_ref(kept.channel, line)
        event = MessageRemoved(key=f"plaza:gone:{line}", at=hall.clock.now(), message=ref)

        await hall.accept(event, hall.rows.withdrawal(line))
        hall.feed.publish(Vanished(line, kept.channel, Shown.WITHDRAWN))

    async def enter(self, member: str, name: str, account_created: datetime | None = None) -> Resident:
        """Come into the room, or take another name while here."""
        await self._hall.ready()
        hall, now = self._hall, self._hall.clock.now()
        before = hall.residents.get(member)
        if member == BOT:
            raise Forbidden("That name belongs to the watchman.")
        if before is not None and before.left_at is None:
            after = replace(before, name=name)
            if after != before:
                await self._renamed(before, after, now)
            return after
        if before is not None and banned(before, now):
            raise Forbidden(f"{before.name} is kept out of this room.")
        if hall.places[DOOR].locked:
            raise Forbidden("Nobody new comes in for the moment.")
        return await self._entered(member, name, account_created, before, now)

    async def leave(self, member: str) -> None:
        """Go; Gone when they are not here."""
        await self._hall.ready()
        hall, now = self._hall, self._hall.clock.now()
        resident = hall.resident(member)
        if resident.left_at is not None:
            raise Gone(f"{resident.name} is not here.")
        event = MemberLeft(key=_once("leave", member), at=now, member=hall.member(resident))
        await hall.accept(event, lambda c: hall.rows.change_resident(c, member, {"left_at": now}))
        hall.changed(member, {"left_at": now})

    async def _entered(
        self, member: str, name: str, created: datetime | None, before: Resident | None, now: datetime
    ) -> Resident:
        hall = self._hall
        known = before.account_created if before is not None else None
        roles = before.roles if before is not None else frozenset[str]()
        resident = Resident(member, name, roles, created or known or now, now)
        changes: dict[str, Any] = {
            field: getattr(resident, field) for field in ("name", "account_created", "here_since", "left_at")
        }

        changes |= {"banned": False, "banned_until": None}
        event = MemberJoined(key=_once("join", member), at=now, member=hall.member(resident))
        await hall.accept(event, hall.rows.entry(resident, changes))
        resident = resident if before is None else replace(before, **changes)
        hall.residents[member] = resident
        hall.feed.publish(PersonChanged(resident))
        return resident

    async def _renamed(self, before: Resident, after: Resident, now: datetime) -> None:
        hall = self._hall
        member = hall.member(after)
        event = MemberRenamed(key=_once("rename", after.id), at=now, member=member, before=before.name)
        change = {"name": after.name}
        await hall.accept(event, lambda c: hall.rows.change_resident(c, after.id, change))
        hall.changed(after.id, change)

    async def _caller(self, author: Author) -> Resident:
        """Who calls a command; somebody unknown has just walked in."""
        if author.id == BOT:
            raise Forbidden("That name belongs to the watchman.")
        if author.language is not None:
            self._hall.languages[author.id] = author.language
        known = self._hall.residents.get(author.id)
        if known is None:
            known = await self.enter(author.id, author.name or author.id)
        if author.roles is not None and author.roles != known.roles:
            known = await self._hall.change(author.id, roles=author.roles)
        return known

    def _introduce(self, author: Author, now: datetime) -> tuple[Resident | None, Resident]:
        """Who writes, before and with what is newly said about them. Whoever is unknown has just walked in."""
        if author.id == BOT:
            raise Forbidden("That name belongs to the watchman.")
        before = self._hall.residents.get(author.id)
        known = before or Resident(author.id, author.name or author.id, account_created=now, here_since=now)
        after = replace(
            known,
            name=author.name or known.name,
            roles=known.roles if author.roles is None else author.roles,
            here_since=author.here_since or known.here_since,
        )
        if after.here_since is not None and (after.account_created or now) > after.here_since:
            after = replace(after, account_created=after.here_since)
        return before, after

    async def _arrive(self, message: Message, line: Line, before: Resident | None, after: Resident) -> None:
        hall = self._hall
        changes = {"roles": after.roles, "here_since": after.here_since, "account_created": after.account_created}

        changed = before is not None and any(getattr(before, name) != value for name, value in changes.items())
        write = hall.rows.arrival(line, after if before is None else None, changes if changed else {})
        spoken = (after.id, line.channel)
        last = hall.spoke.get(spoken)
        hall.spoke[spoken] = line.at
        with _Arriving(hall, line.id):
            try:
                accepted = await hall.accept(
                    MessagePosted(key=f"plaza:msg:{line.id}:0", at=line.at, message=message), write
                )
            except BaseException:
                hall.spoke[spoken] = last or line.at - timedelta(days=1)
                raise
            if accepted is None or not accepted.new:
                return
            if before is None:
                hall.residents.setdefault(after.id, after)
                hall.feed.publish(PersonChanged(hall.residents[after.id]))
            else:
                hall.changed(after.id, changes)
            hall.said[line.subject] = hall.said.get(line.subject, 0) + 1
            hall.feed.publish(Said(line))

    def _message(
        self, resident: Resident, channel: str, line: str, text: str, at: datetime, reply_to: str | None
    ) -> Message:
        hall = self._hall
        mentions, everyone = hall.mentions(text)
        return Message(
            hall.message_ref(channel, line),
            hall.member(resident),
            text,
            at,
            None if reply_to is None else hall.message_ref(channel, reply_to),
            mentions,
            everyone,
        )

    async def _known(self, line: str) -> bool:
        rows = self._hall.rows
        return await self._hall.journal.read(lambda c: rows.line(c, line)) is not None

    async def _shown(self, line: str) -> Line:
        rows = self._hall.rows
        kept = await self._hall.journal.read(lambda c: rows.line(c, line))
        if kept is None or kept.state in (Shown.REMOVED, Shown.WITHDRAWN, Shown.FORGOTTEN):
            raise Gone("There is no such message here.")
        if kept.author["id"] == BOT:
            raise Forbidden("Nobody changes the watchman's words.")
        if kept.state is Shown.HELD:
            raise Unsupported("That message waits for a moderator.")
        return kept


class _Arriving:
    """Keeps whoever wants to remove a message waiting until everybody has seen it come."""

    def __init__(self, hall: Hall, line: str) -> None:
        self._hall, self._line = hall, line

    def __enter__(self) -> None:
        self._hall.arriving[self._line] = asyncio.Event()

    def __exit__(self, *_: object) -> None:
        self._hall.arriving.pop(self._line).set()


def _card(resident: Resident) -> Mapping[str, Any]:
    return {"id": resident.id, "name": resident.name, "roles": sorted(resident.roles)}


def _once(kind: str, member: str) -> str:
    return f"plaza:{kind}:{member}:{secrets.token_hex(8)}"
