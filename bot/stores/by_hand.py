"""What moderators decide themselves, as rows: opened once per order, whoever repeats it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from bot.stores import tables
from bot.stores.case_rows import KEEP, find_case, open_case, read_case
from bot.stores.evidence import keep_messages
from bot.stores.intents import write_intents
from bot.stores.journal import Journal
from bot.stores.times import millis
from moderation.case import Case, CaseState, Origin
from moderation.errors import StoreError
from moderation.intents import IntentState
from moderation.plan import Plan

LOOK: Final = 0.05
"""Seconds between two looks whether something is done."""
_UNDER_WAY: Final = (IntentState.PENDING, IntentState.SENDING)


class ByHand:
    """Opens cases for what people decide, and finds what one of them did."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def open(self, plan: Plan, by: str) -> Case:
        """Open the case of a person's decision with everything that hangs on it; the same plan again is once."""
        draft = plan.case
        if draft is None:
            raise ValueError("a decision without a case")
        now = millis(plan.decided_at)

        def work(connection: Connection) -> Case:
            found = find_case(connection, draft.id)
            if found is None:
                open_case(connection, self._journal, plan, Origin.MODERATOR, by)
                keep_messages(connection, self._journal, draft.id, plan.evidence, now + KEEP)
                write_intents(connection, self._journal, plan.intents)
                found = find_case(connection, draft.id)
            if found is None:
                raise StoreError(f"case {draft.id} was opened and is not there")
            return found

        return await self._journal.write(work, "decision by hand")

    async def done(self, case: str, patience: float) -> bool:
        """Wait until everything of a case that is due has been tried; False when that takes longer than `patience`."""
        table = tables.intent
        due = table.c.due_at <= table.c.decided_at
        query = select(table.c.key).where(table.c.case_id == case, table.c.state.in_(_UNDER_WAY), due).limit(1)
        until = time.monotonic() + patience
        while await self._journal.read(lambda c: c.execute(query).first()) is not None:
            if time.monotonic() > until:
                return False
            await asyncio.sleep(LOOK)
        return True

    async def of(self, by: str, community: str, since: datetime, until: datetime) -> Sequence[Case]:
        """The cases that a person opened by their own decisions in a time, oldest first, whatever became of them."""
        case, audit = tables.case, tables.audit
        mine = select(audit.c.case_id).where(
            audit.c.actor == by, audit.c.what.startswith("case opened"), audit.c.at >= millis(since)
        )
        query = select(case).where(
            case.c.id.in_(mine),
            case.c.origin == Origin.MODERATOR,
            case.c.community == community,
            case.c.opened_at <= millis(until),
        )
        return await self._journal.read(lambda c: [read_case(row) for row in c.execute(query.order_by(case.c.number))])

    async def taken_back(self, by: str, community: str, since: datetime, until: datetime) -> Sequence[Case]:
        """The cases of others that a person took back in a time: nothing puts those back in force."""
        case = tables.case
        query = select(case).where(
            case.c.changed_by == by,
            case.c.state == CaseState.OVERTURNED,
            case.c.community == community,
            case.c.changed_at.between(millis(since), millis(until)),
        )
        return await self._journal.read(lambda c: [read_case(row) for row in c.execute(query.order_by(case.c.number))])
