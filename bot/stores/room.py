"""The local room's rows: who is here, which channels there are, what was said.

The room is a chat platform of its own, so it keeps what a platform keeps; what people wrote is sealed under their key
like everything else, and unflagged messages are forgotten within the hour (`forget`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from bot.stores import codec
from bot.stores.sql import insert_new
from bot.stores.tables import room_channel, room_member, room_message
from bot.stores.times import millis, moment
from bot.stores.vault import Vault
from bot.stores.writer import Work

FOR_STAFF: Final = "answer-for-staff:"
"""Begins the key of an answer that only holders of the moderators' key may read."""


class Shown(StrEnum):
    """Whether a message of the room can be read, and if not, whose doing that was."""

    SHOWN = "shown"
    HELD = "held"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    """The author deleted it: nobody gives it back."""
    FORGOTTEN = "forgotten"
    """Its text is no longer kept."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A person of the room."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    account_created: datetime | None = None
    here_since: datetime | None = None
    timeout_until: datetime | None = None
    banned: bool = False
    banned_until: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of the room; `slow_mode` in seconds between two messages of one person."""

    id: str
    name: str
    slow_mode: int = 0
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Something said in the room. `subject` owns the text; `only_for` is the one member who sees it."""

    id: str
    key: str
    channel: str
    subject: str
    author: Mapping[str, Any]
    text: str
    at: datetime
    state: Shown = Shown.SHOWN
    edited_at: datetime | None = None
    edits: int = 0
    reply_to: str | None = None
    only_for: str | None = None
    card: Mapping[str, Any] | None = None
    number: int = field(default=0, compare=False)

    @property
    def for_staff(self) -> bool:
        """Whether it speaks of cases: a card, or an answer to a moderator."""
        return self.card is not None or self.key.startswith(f"bot:{FOR_STAFF}")


def _when(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _ms(value: datetime | None) -> int | None:
    return None if value is None else millis(value)


def _about(line_id: str) -> str:
    return f"room:{line_id}"


class RoomRows:
    """Reads and writes the room on a connection it is given; texts pass through the vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def residents(self, connection: Connection) -> list[Resident]:
        """Everybody who was ever here."""
        return [_resident(row) for row in connection.execute(select(room_member))]

    def places(self, connection: Connection) -> list[Place]:
        """All channels."""
        rows = connection.execute(select(room_channel))
        return [Place(row.id, row.name, row.slow_mode, row.locked) for row in rows]

    def said(self, connection: Connection) -> Mapping[str, int]:
        """How many messages each subject has written, forgotten ones included."""
        query = select(room_message.c.subject, func.count()).where(room_message.c.only_for.is_(None))
        rows = connection.execute(query.group_by(room_message.c.subject))
        return {row[0]: row[1] for row in rows}

    def furnish(self, connection: Connection, residents: Sequence[Resident], places: Sequence[Place]) -> None:
        """Put people and channels there that are not there yet."""
        if residents:
            connection.execute(insert_new(connection, room_member), [_columns(one) for one in residents])
        if places:
            rows = [{"id": p.id, "name": p.name, "slow_mode": p.slow_mode, "locked": p.locked} for p in places]
            connection.execute(insert_new(connection, room_channel), rows)

    def change_resident(self, connection: Connection, resident: str, changes: Mapping[str, Any]) -> None:
        """Set some facts of one person."""
        values = {name: _stored(value) for name, value in changes.items()}
        connection.execute(update(room_member).where(room_member.c.id == resident).values(**values))

    def change_place(self, connection: Connection, place: str, changes: Mapping[str, Any]) -> None:
        """Set some facts of one channel."""
        connection.execute(update(room_channel).where(room_channel.c.id == place).values(**changes))

    def add(self, connection: Connection, line: Line) -> tuple[Line, bool]:
        """Keep a line, and say that it is new; with a key that is there already, the line that was kept under it."""
        statement = insert_new(connection, room_message).returning(room_message.c.number)
        row = {
            "id": line.id,
            "key": line.key,
            "channel": line.channel,
            "subject": line.subject,
            "author": json.dumps(line.author),
            "at": millis(line.at),
            "edits": line.edits,
            "state": line.state.value,
            "reply_to": line.reply_to,
            "only_for": line.only_for,
            "sealed": self._seal(connection, line),
        }
        number = connection.scalar(statement, row)
        if number is not None:
            return replace(line, number=number), True
        kept = self.line(connection, line.id)
        return (line if kept is None else kept), False

    def arrival(self, line: Line, newcomer: Resident | None, changes: Mapping[str, Any]) -> Work[None]:
        """What is written with a message: the line, and its author where they are new or have changed."""

        def work(connection: Connection) -> None:
            if newcomer is not None:
                self.furnish(connection, (newcomer,), ())
            elif changes:
                self.change_resident(connection, line.author["id"], changes)
            self.add(connection, line)

        return work

    def entry(self, resident: Resident, changes: Mapping[str, Any]) -> Work[None]:
        """What is written when somebody comes in, for the first time or again."""

        def work(connection: Connection) -> None:
            self.furnish(connection, (resident,), ())
            self.change_resident(connection, resident.id, changes)

        return work

    def withdrawal(self, line: str) -> Work[None]:
        """What is written when an author takes a message back."""

        def work(connection: Connection) -> None:
            self.show(connection, line, Shown.WITHDRAWN, only_from=(Shown.SHOWN,))

        return work

    def edit(self, connection: Connection, line: Line) -> None:
        """Replace the text of a line that is still shown."""
        values = {"sealed": self._seal(connection, line), "edited_at": _ms(line.edited_at), "edits": line.edits}
        connection.execute(update(room_message).where(room_message.c.id == line.id).values(**values))

    def show(self, connection: Connection, line: str, state: Shown, *, only_from: Sequence[Shown]) -> Shown | None:
        """Change whether a line can be read, if it is in one of `only_from`; the state before, None when unknown."""
        before = connection.scalar(select(room_message.c.state).where(room_message.c.id == line))
        if before is None:
            return None
        if before in only_from:
            values: dict[str, Any] = {"state": state.value}
            if state is Shown.WITHDRAWN:
                values["sealed"] = None
            connection.execute(update(room_message).where(room_message.c.id == line).values(**values))
        return Shown(before)

    def line(self, connection: Connection, line: str) -> Line | None:
        """One line, whatever its state; its text is empty when it is no longer kept."""
        row = connection.execute(select(room_message).where(room_message.c.id == line)).one_or_none()
        return None if row is None else self._line(connection, row)

    def lines(
        self, connection: Connection, channel: str, *, only_for: str | None, before: str | None, most: int
    ) -> list[Line]:
        """The last lines of a channel that everybody, and this member alone, may read; oldest first."""
        table = room_message.c
        private = table.only_for.is_(None) if only_for is None else _either(table.only_for, only_for)
        query = select(room_message).where(table.channel == channel, table.state == Shown.SHOWN.value, private)
        if before is not None:
            query = query.where(table.number < select(table.number).where(table.id == before).scalar_subquery())
        rows = connection.execute(query.order_by(table.number.desc()).limit(most)).all()
        return [self._line(connection, row) for row in reversed(rows)]

    def forget(self, connection: Connection, shown_before: datetime, hidden_before: datetime, own: str) -> int:
        """Drop the texts of shown lines older than the one moment, and of notices, of held or removed lines, and of what
        the bot (`own`) said, its cards among it, older than the other; how many."""
        table = room_message.c
        kept = (Shown.SHOWN.value, Shown.HELD.value, Shown.REMOVED.value)
        theirs = table.only_for.is_(None) & (table.subject != own)
        unflagged = (table.state == Shown.SHOWN.value) & theirs & (table.at < millis(shown_before))
        due = unflagged | (table.state.in_(kept) & (table.at < millis(hidden_before)))
        values = {"sealed": None, "state": Shown.FORGOTTEN.value}
        return connection.execute(update(room_message).where(due).values(**values)).rowcount

    def _seal(self, connection: Connection, line: Line) -> bytes:
        plain = codec.to_bytes({"t": line.text} if line.card is None else {"t": line.text, "card": dict(line.card)})
        return self._vault.seal(connection, line.subject, plain, _about(line.id))

    def _line(self, connection: Connection, row: Row[Any]) -> Line:
        plain = self._vault.open(connection, row.subject, row.sealed, _about(row.id))
        content: dict[str, Any] = {"t": ""} if plain is None else codec.from_bytes(plain)
        return Line(
            id=row.id,
            key=row.key,
            channel=row.channel,
            subject=row.subject,
            author=json.loads(row.author),
            text=content["t"],
            at=moment(row.at),
            state=Shown(row.state),
            edited_at=_when(row.edited_at),
            edits=row.edits,
            reply_to=row.reply_to,
            only_for=row.only_for,
            card=content.get("card"),
            number=row.number,
        )


def _either(column: Any, value: str) -> Any:
    return column.is_(None) | (column == value)


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return millis(value)
    if isinstance(value, frozenset):
        return json.dumps(sorted(value))
    return value


def _columns(one: Resident) -> dict[str, object]:
    return {name: _stored(getattr(one, name)) for name in Resident.__dataclass_fields__}


def _resident(row: Row[Any]) -> Resident:
    return Resident(
        id=row.id,
        name=row.name,
        roles=frozenset(json.loads(row.roles)),
        account_created=_when(row.account_created),
        here_since=_when(row.here_since),
        timeout_until=_when(row.timeout_until),
        banned=row.banned,
        banned_until=_when(row.banned_until),
        left_at=_when(row.left_at),
    )
