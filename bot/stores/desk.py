"""What people do with cases, as rows: uphold, overturn, note, let go what a brake held."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, select, update

from bot.stores import audit, tables
from bot.stores.case_rows import find_case, move
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.times import millis
from bot.stores.undo import Undoing
from moderation.actions.base import Action
from moderation.case import Case, CaseState
from moderation.desk import another_human, appealed, upheld
from moderation.errors import UserError
from moderation.intents import IntentState
from moderation.ports import Clock


class CaseDesk:
    """The desk over the journal; every verb is one transaction and one audit row at least."""

    def __init__(
        self,
        journal: Journal,
        kinds: Mapping[str, type[Action]],
        clock: Clock,
        *,
        told: Callable[[Case], str],
        wake: Callable[[], None],
        forgive: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._undoing = Undoing(journal, kinds, told)
        self._wake = wake
        self._forgive = forgive

    async def overturn(self, case: str, by: str) -> Case:
        """Take a case back: everything reversible, the strikes, and a word to the person. Twice is once."""
        at = self._clock.now()

        def work(connection: Connection) -> Case:
            before = _found(connection, case)
            another_human(before, by, _decided_by(connection, before))
            after = self._undoing.overturn(connection, before, by, at)
            self._answer(connection, before, after, by, millis(at))
            return after

        after = await self._journal.write(work, "undo")
        self._forgive(after.id)
        self._wake()
        return after

    async def uphold(self, case: str, by: str) -> Case:
        """A person says that it was right; what a brake held goes out."""
        at = self._clock.now()

        def work(connection: Connection) -> Case:
            before = _found(connection, case)
            after = upheld(before, by=by, at=at, decided_by=_decided_by(connection, before))
            if after is not before:
                move(connection, before, after, f"case {after.state}")
                self._answer(connection, before, after, by, millis(at))
                self._let_go(connection, before.id)
            return after

        after = await self._journal.write(work, "uphold")
        self._wake()
        return after

    async def appeal(self, case: str, by: str, text: str) -> Case:
        """The person a case is about objects to it; `by` is `platform:id`. Once, within half a year."""
        at = self._clock.now()

        def work(connection: Connection) -> Case:
            before = _found(connection, case)
            after = appealed(before, by=by, at=at)
            move(connection, before, after, "case appealed")
            subject = subject_of(before.member) if before.member else NOBODY
            sealed = self._journal.vault.seal(connection, subject, _bytes(text), f"appeal {before.id}")
            row = {"case_id": before.id, "at": millis(at), "subject": subject, "sealed": sealed}
            connection.execute(insert(tables.appeal).values(decided_by=before.changed_by, **row))
            return after

        return await self._journal.write(work, "appeal")

    async def note(self, case: str, by: str, text: str) -> None:
        """Write something on a case."""
        now = millis(self._clock.now())

        def work(connection: Connection) -> None:
            found = _found(connection, case)
            subject = subject_of(found.member) if found.member else NOBODY
            sealed = self._journal.vault.seal(connection, subject, _bytes(text), f"note {found.id} {now}")
            row = {"case_id": found.id, "at": now, "by": by, "subject": subject, "sealed": sealed}
            connection.execute(insert(tables.note).values(**row))
            audit.append(connection, [audit.Entry(now, by, "note written", found.id)])

        await self._journal.write(work, "note")

    async def release(self, case: str, by: str) -> int:
        """Let everything go that a brake holds in a case, without deciding the case; how much there was."""
        now = millis(self._clock.now())

        def work(connection: Connection) -> int:
            found = _found(connection, case)
            released = self._let_go(connection, found.id)
            audit.append(connection, [audit.Entry(now, by, "released from the brake", found.id, {"intents": released})])
            return released

        released = await self._journal.write(work, "release")
        self._wake()
        return released

    async def waiting(self, case: str) -> int:
        """How many intents of a case a brake holds."""
        table = tables.intent
        query = select(table.c.key).where(table.c.case_id == case, table.c.state == IntentState.WAITING)
        return await self._journal.read(lambda connection: len(connection.execute(query).all()))

    def _answer(self, connection: Connection, before: Case, after: Case, by: str, now: int) -> None:
        """Note how an appeal ended."""
        if before.state is CaseState.APPEALED:
            mine = tables.appeal.c.case_id == before.id
            values = {"outcome": after.state, "decided_by": by, "decided_at": now}
            connection.execute(update(tables.appeal).where(mine).values(**values))

    def _let_go(self, connection: Connection, case: str) -> int:
        table = tables.intent
        held = (table.c.case_id == case) & (table.c.state == IntentState.WAITING)
        values = {"state": IntentState.PENDING, "unbraked": True, "due_at": millis(self._clock.now())}
        return connection.execute(update(table).where(held).values(**values)).rowcount


def _found(connection: Connection, case: str) -> Case:
    found = find_case(connection, case)
    if found is None:
        raise UserError(f"there is no case {case}")
    return found


def _decided_by(connection: Connection, case: Case) -> str:
    """Who decided what is being appealed."""
    who = connection.scalar(select(tables.appeal.c.decided_by).where(tables.appeal.c.case_id == case.id))
    return str(who or "")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
