"""Taking a case back: every action that has an inverse, the strikes, and a word to the person, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from bot.stores import audit, tables
from bot.stores.case_rows import move
from bot.stores.intents import read_intent, write_intents
from bot.stores.journal import Journal
from bot.stores.times import millis
from moderation.actions.base import Action, Order
from moderation.actions.warn import Warn
from moderation.case import Case, CaseState
from moderation.intents import Intent, IntentState, intent_key

_TRIED: Final = (IntentState.APPLIED, IntentState.UNKNOWN, IntentState.SENDING)
_UNTRIED: Final = (IntentState.PENDING, IntentState.WAITING)
PRIORITY: Final = 60
"""Before everything automation does."""


class Undoing:
    """Makes the units of work that take cases back. `told` gives the words for the person."""

    def __init__(self, journal: Journal, kinds: Mapping[str, type[Action]], told: Callable[[Case], str]) -> None:
        self._journal = journal
        self._kinds = kinds
        self._told = told

    def overturn(self, connection: Connection, before: Case, by: str, at: datetime) -> Case:
        """Overturn a case; doing it again changes nothing. AlreadyMoved when another person was first."""
        if before.state is CaseState.OVERTURNED:
            return before
        after = before.moved(CaseState.OVERTURNED, by=by, at=at)
        move(connection, before, after, "case overturned")
        self._cancel(connection, before.id, at)
        reversals = self._reversals(connection, before, at)
        write_intents(connection, self._journal, reversals)
        self._forgive(connection, before.id, by, at)
        return after

    def _cancel(self, connection: Connection, case: str, at: datetime) -> None:
        """What was not tried yet, ends of timed actions included, will not be."""
        table = tables.intent
        waiting = (table.c.case_id == case) & table.c.state.in_(_UNTRIED)
        values = {"state": IntentState.CANCELLED, "receipt": "taken back before it was done", "settled_at": millis(at)}
        connection.execute(update(table).where(waiting).values(**values))

    def _reversals(self, connection: Connection, case: Case, at: datetime) -> list[Intent]:
        table = tables.intent
        query = select(table).where(table.c.case_id == case.id, table.c.undoes == "", table.c.state.in_(_TRIED))
        made = []
        heard = False
        for row in connection.execute(query.order_by(table.c.step.desc())):
            intent = read_intent(connection, self._journal, self._kinds, row)
            heard = heard or (isinstance(intent.action, Warn) and not intent.simulated)
            if type(intent.action).undo is not Action.undo:
                made.append(reversal(intent, at))
        if heard and case.member is not None:
            made.append(self._word(case, made[-1].order if made else None, at, connection))
        return made

    def _word(self, case: Case, like: Order | None, at: datetime, connection: Connection) -> Intent:
        """Tell the person."""
        table = tables.intent
        query = select(table).where(table.c.case_id == case.id, table.c.action == Warn.name).limit(1)
        warned = read_intent(connection, self._journal, self._kinds, connection.execute(query).one())
        target = like.target if like else warned.order.target
        key = intent_key(f"undo|{case.id}", "told", target)
        order = Order(key, warned.order.target, at, case.id, self._told(case))
        return Intent(key, Warn(), order, step=9, priority=PRIORITY, due_at=at, unbraked=True)

    def _forgive(self, connection: Connection, case: str, by: str, at: datetime) -> None:
        table = tables.strike
        given = (table.c.case_id == case) & table.c.removed_at.is_(None)
        removed: Any = connection.execute(update(table).where(given).values(removed_at=millis(at)))
        if removed.rowcount:
            detail = {"strikes": removed.rowcount}
            audit.append(connection, [audit.Entry(millis(at), by, "strikes removed", case, detail)])


def reversal(intent: Intent, at: datetime) -> Intent:
    """The intent that takes another back: the same action and target, under a key of its own."""
    key = intent_key(f"undo|{intent.key}", intent.action.name, intent.order.target)
    order = Order(key, intent.order.target, intent.order.decided_at, intent.order.case)
    return Intent(
        key=key,
        action=intent.action,
        order=order,
        step=0,
        priority=PRIORITY,
        due_at=at,
        unbraked=True,
        undoes=intent.key,
        decision=intent.decision,
        simulated=intent.simulated,
    )
