"""Intents on disk: what the enforcer takes, tries and settles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, func, or_, select, update

from bot.stores import audit
from bot.stores.case_rows import raise_alarm, reopen
from bot.stores.codec import from_bytes, to_bytes
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.tables import intent as table
from bot.stores.times import millis, moment
from moderation.actions.base import Action, Order
from moderation.attempt import Alarm
from moderation.intents import (
    Intent,
    IntentState,
    read_action,
    read_target,
    write_action,
    write_target,
)
from moderation.model import Outcome, Receipt
from moderation.ports import Clock

PEOPLE: Final = "moderators"


def write_intents(connection: Connection, journal: Journal, intents: Sequence[Intent]) -> None:
    """Insert intents as part of a decision's transaction."""
    if intents:
        connection.execute(table.insert(), [_row(connection, journal, intent) for intent in intents])


def _row(connection: Connection, journal: Journal, intent: Intent) -> dict[str, Any]:
    target, order = intent.order.target, intent.order
    subject = subject_of(target.member) if target.member else NOBODY
    text = order.text.encode("utf-8", "surrogatepass")
    return {
        "key": intent.key,
        "case_id": order.case,
        "decision": intent.decision,
        "undoes": intent.undoes,
        "step": intent.step,
        "action": intent.action.name,
        "arguments": to_bytes(write_action(intent.action)).decode(),
        "target": to_bytes(write_target(target)).decode(),
        "platform": target.platform,
        "community": target.community,
        "member": target.member.id if target.member else "",
        "protected": intent.protected,
        "unbraked": intent.unbraked,
        "simulated": intent.simulated,
        "rules": to_bytes(list(intent.rules)).decode(),
        "brake": intent.brake,
        "state": str(intent.state),
        "priority": intent.priority,
        "due_at": millis(intent.due_at),
        "decided_at": millis(order.decided_at),
        "tries": intent.tries,
        "subject": subject,
        "sealed": journal.vault.seal(connection, subject, text, intent.key) if text else None,
    }


def read_intent(connection: Connection, journal: Journal, kinds: Mapping[str, type[Action]], row: Any) -> Intent:
    """The intent of a row."""
    text = journal.vault.open(connection, row.subject, row.sealed, row.key)
    order = Order(
        key=row.key,
        target=read_target(from_bytes(row.target.encode())),
        decided_at=moment(row.decided_at),
        case=row.case_id,
        text=text.decode("utf-8", "surrogatepass") if text else "",
    )
    return Intent(
        key=row.key,
        action=read_action(from_bytes(row.arguments.encode()), kinds),
        order=order,
        step=row.step,
        priority=row.priority,
        due_at=moment(row.due_at),
        state=IntentState(row.state),
        rules=tuple(from_bytes(row.rules.encode())),
        brake=row.brake,
        protected=row.protected,
        unbraked=row.unbraked,
        undoes=row.undoes,
        tries=row.tries,
        decision=row.decision,
        simulated=row.simulated,
    )


class IntentStore:
    """The enforcer's view of the intent table. `kinds` are the actions this program knows, by name."""

    def __init__(self, journal: Journal, kinds: Mapping[str, type[Action]], clock: Clock) -> None:
        self._journal = journal
        self._kinds = kinds
        self._clock = clock

    async def due(self, now: datetime, limit: int) -> Sequence[Intent]:
        """Pending intents whose time has come, most urgent first, those of one case in the order of their steps."""
        query = (
            select(table)
            .where(table.c.state == IntentState.PENDING, table.c.due_at <= millis(now))
            .order_by(table.c.priority.desc(), table.c.decided_at, table.c.step)
            .limit(limit)
        )
        intents, broken = await self._journal.read(lambda connection: self._readable(connection, query))
        for key, words in broken:
            await self._unreadable(key, words)
        return sorted(intents, key=lambda intent: intent.step)

    async def next_due(self) -> datetime | None:
        """When the next pending intent is due; None when there is none."""
        query = select(func.min(table.c.due_at)).where(table.c.state == IntentState.PENDING)
        due = await self._journal.read(lambda connection: connection.scalar(query))
        return None if due is None else moment(due)

    async def interrupted(self) -> Sequence[Intent]:
        """Intents that say `sending` though nobody is."""
        query = select(table).where(table.c.state == IntentState.SENDING)
        intents, _ = await self._journal.read(lambda connection: self._readable(connection, query))
        return intents

    async def went_out(self, since: datetime) -> Sequence[tuple[datetime, Intent]]:
        """What was tried since a moment, for the brakes."""
        query = select(table).where(
            table.c.tries > 0,
            or_(table.c.settled_at >= millis(since), table.c.state.in_((IntentState.PENDING, IntentState.SENDING))),
        )

        def read(connection: Connection) -> list[tuple[datetime, Intent]]:
            rows = connection.execute(query.order_by(table.c.settled_at)).all()
            tried = [(moment(row.settled_at or row.due_at), self._read(connection, row)) for row in rows]
            return [(at, intent) for at, intent in tried if isinstance(intent, Intent)]

        return await self._journal.read(read)

    async def sending(self, intent: Intent) -> bool:
        """Mark it as being tried; False when it was cancelled meanwhile, or when there is nothing to take back."""

        def work(connection: Connection) -> bool:
            if intent.undoes and not self._was_done(connection, intent):
                return False
            marked = connection.execute(
                update(table)
                .where(table.c.key == intent.key, table.c.state == IntentState.PENDING)
                .values(state=IntentState.SENDING, tries=table.c.tries + 1)
            )
            return marked.rowcount == 1

        return await self._journal.write(work, "sending")

    def _was_done(self, connection: Connection, intent: Intent) -> bool:
        """Whether there is anything to take back. What still waits to be done is cancelled with it."""
        state = connection.scalar(select(table.c.state).where(table.c.key == intent.undoes))
        if state in (IntentState.APPLIED, IntentState.UNKNOWN, IntentState.SENDING):
            return True
        waiting = (IntentState.PENDING, IntentState.WAITING)
        keys = (table.c.key == intent.key) | ((table.c.key == intent.undoes) & table.c.state.in_(waiting))
        note = "there was nothing to take back"
        values = {"state": IntentState.CANCELLED, "receipt": note, "settled_at": millis(self._clock.now())}
        connection.execute(update(table).where(keys).values(**values))
        return False

    async def settle(self, intent: Intent, state: IntentState, receipt: Receipt, alarm: Alarm | None = None) -> None:
        """Record how it ended, and what people must know about it."""
        now = millis(self._clock.now())

        def work(connection: Connection) -> None:
            values = {"state": state, "outcome": receipt.outcome, "receipt": receipt.note, "settled_at": now}
            connection.execute(update(table).where(table.c.key == intent.key).values(**values))
            what = f"{'undo ' if intent.undoes else ''}{intent.action.name}: {receipt.outcome}"
            detail = {"intent": intent.key, "note": receipt.note}
            audit.append(connection, [audit.Entry(now, "sereno", what, intent.order.case, detail)])
            if alarm is not None:
                raise_alarm(connection, alarm, now)

        await self._journal.write(work, "settle")

    async def postpone(self, intent: Intent, until: datetime, note: str, alarm: Alarm | None = None) -> None:
        """Try again, not before a moment."""

        def work(connection: Connection) -> None:
            values = {"state": IntentState.PENDING, "due_at": millis(until), "receipt": note}
            connection.execute(update(table).where(table.c.key == intent.key).values(**values))
            if alarm is not None:
                raise_alarm(connection, alarm, millis(self._clock.now()))

        await self._journal.write(work, "postpone")

    async def wait_for_people(self, intent: Intent, alarm: Alarm) -> None:
        """A brake holds this intent and those of its case that follow."""

        def work(connection: Connection) -> None:
            behind = (table.c.case_id == intent.order.case) & (table.c.step >= intent.step) & (table.c.undoes == "")
            which = (table.c.key == intent.key) | behind
            values = {"state": IntentState.WAITING, "receipt": alarm.words}
            connection.execute(update(table).where(which, table.c.state == IntentState.PENDING).values(**values))
            now = millis(self._clock.now())
            raise_alarm(connection, alarm, now)
            reopen(connection, intent.order.case, alarm.words, now)

        await self._journal.write(work, "brake")

    def _readable(self, connection: Connection, query: Any) -> tuple[list[Intent], list[tuple[str, str]]]:
        intents: list[Intent] = []
        broken: list[tuple[str, str]] = []
        for row in connection.execute(query):
            intent = self._read(connection, row)
            if isinstance(intent, Intent):
                intents.append(intent)
            else:
                broken.append((row.key, intent))
        return intents, broken

    def _read(self, connection: Connection, row: Any) -> Intent | str:
        try:
            return read_intent(connection, self._journal, self._kinds, row)
        except (KeyError, ValidationError) as error:
            return f"this version cannot read the action: {error}"

    async def _unreadable(self, key: str, words: str) -> None:
        values = {
            "state": IntentState.FAILED,
            "outcome": Outcome.FAILED,
            "receipt": words,
            "settled_at": millis(self._clock.now()),
        }
        change = update(table).where(table.c.key == key).values(**values)

        def work(connection: Connection) -> None:
            connection.execute(change)

        await self._journal.write(work, "settle")
