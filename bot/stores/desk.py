"""What people do with cases, as rows: uphold, overturn, say what they think of the rule, note, let go what a brake held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot.stores import audit, tables
from bot.stores.case_rows import find_case, move, opened_by
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.opinions import Opinions, last_said
from bot.stores.times import millis
from bot.stores.undo import Undoing
from moderation.actions.base import Action
from moderation.case import Case, CaseState, Origin
from moderation.desk import about_a_rule, another_human, appealed, second_person, upheld
from moderation.errors import AlreadyMoved, UserError
from moderation.intents import IntentState
from moderation.leeway import Figures, Opinion, Why
from moderation.ports import Clock


@dataclass(frozen=True, slots=True)
class _Done:
    """A case after somebody said something, and where its community's thresholds stand; None when none moved."""

    case: Case
    figures: Figures | None = None


class CaseDesk:
    """The desk over the journal; every verb is one transaction and one audit row at least.

    `adjust` is told where the thresholds of a community stand whenever one has moved. `version` is the state of the case
    that somebody had before them: AlreadyMoved when it has moved since.
    """

    def __init__(
        self,
        journal: Journal,
        kinds: Mapping[str, type[Action]],
        clock: Clock,
        *,
        told: Callable[[Case], str],
        wake: Callable[[], None],
        forgive: Callable[[str], None],
        opinions: Opinions,
        adjust: Callable[[str, Figures], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._undoing = Undoing(journal, kinds, told)
        self._wake = wake
        self._forgive = forgive
        self._opinions = opinions
        self._adjust = adjust

    async def overturn(self, case: str, by: str, version: int | None = None) -> Case:
        """Take a case back: everything reversible, the strikes, and a word to the person. Twice is once.

        That says nothing about the rule; what somebody said about it before no longer counts.
        """
        at = self._clock.now()

        def work(connection: Connection) -> _Done:
            before = _found(connection, case, version)
            if before.state is CaseState.OVERTURNED:
                return _Done(before)
            after = self._take_back(connection, before, by, at)
            return self._done(connection, after, self._opinions.take_back(connection, before, by, at))

        return self._settled(await self._journal.write(work, "undo"), forgiven=True)

    async def not_a_problem(self, case: str, by: str, why: Why, version: int | None = None) -> Case:
        """Take a case back because its rule was wrong about it; the threshold that decided moves a little.

        A case that was taken back already stays as it is, and its rule learns why. Twice is once.
        """
        at = self._clock.now()

        def work(connection: Connection) -> _Done:
            before = _found(connection, case, version)
            about_a_rule(before)
            said = last_said(connection, before.id)
            if said is not None and said.taken_back_at is None and said.said is Opinion.NOT_A_PROBLEM:
                return _Done(before)
            after = self._take_back(connection, before, by, at)
            moved = self._opinions.say(connection, before, Opinion.NOT_A_PROBLEM, why, by, at)
            return self._done(connection, after, moved)

        return self._settled(await self._journal.write(work, "not a problem"), forgiven=True)

    async def uphold(self, case: str, by: str, version: int | None = None) -> Case:
        """A person says that it was right; what a brake held goes out."""
        at = self._clock.now()

        def work(connection: Connection) -> _Done:
            before = _found(connection, case, version)
            self._by_a_second_person(connection, before, by)
            after = upheld(before, by=by, at=at, decided_by=_decided_by(connection, before))
            if after is before:
                return _Done(before)
            move(connection, before, after, f"case {after.state}")
            self._answer(connection, before, after, by, millis(at))
            self._let_go(connection, before.id)
            ruled = before.origin is Origin.RULES
            moved = ruled and self._opinions.say(connection, before, Opinion.UPHELD, None, by, at)
            return self._done(connection, after, moved)

        return self._settled(await self._journal.write(work, "uphold"))

    async def retract(self, case: str, by: str) -> Case:
        """Take back what was said about the rule behind a case: thresholds are where they were without it.

        The case stays as it is: nobody is punished anew. Twice is once.
        """
        at = self._clock.now()

        def work(connection: Connection) -> _Done:
            found = _found(connection, case)
            return self._done(connection, found, self._opinions.take_back(connection, found, by, at))

        return self._settled(await self._journal.write(work, "retract"))

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

    async def note(self, case: str, by: str, text: str, at: datetime | None = None) -> None:
        """Write something on a case. With the moment it was said, saying it again is once."""
        now = millis(at or self._clock.now())

        def work(connection: Connection) -> None:
            found = _found(connection, case)
            mine = (tables.note.c.case_id == found.id) & (tables.note.c.by == by) & (tables.note.c.at == now)
            if at is not None and connection.execute(select(tables.note.c.id).where(mine)).first() is not None:
                return
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
            self._by_a_second_person(connection, found, by)
            released = self._let_go(connection, found.id)
            audit.append(connection, [audit.Entry(now, by, "released from the brake", found.id, {"intents": released})])
            return released

        released = await self._journal.write(work, "release")
        self._wake()
        return released

    async def waiting(self, case: str) -> int:
        """How many intents of a case a brake holds."""
        return await self._journal.read(lambda connection: _held(connection, case))

    def _by_a_second_person(self, connection: Connection, case: Case, by: str) -> None:
        second_person(case, by, opened_by(connection, case.id), held=_held(connection, case.id) > 0)

    def _take_back(self, connection: Connection, before: Case, by: str, at: datetime) -> Case:
        """Overturn a case; one that was overturned stays as it is."""
        another_human(before, by, _decided_by(connection, before))
        after = self._undoing.overturn(connection, before, by, at)
        self._answer(connection, before, after, by, millis(at))
        return after

    def _done(self, connection: Connection, case: Case, moved: bool) -> _Done:
        return _Done(case, self._opinions.figures(connection, case.community) if moved else None)

    def _settled(self, done: _Done, *, forgiven: bool = False) -> Case:
        """What follows once it is on disk; on the loop, in the order of the commits."""
        if done.figures is not None:
            self._adjust(done.case.community, done.figures)
        if forgiven:
            self._forgive(done.case.id)
        self._wake()
        return done.case

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


def _found(connection: Connection, case: str, version: int | None = None) -> Case:
    found = find_case(connection, case)
    if found is None:
        raise UserError(f"there is no case {case}")
    if version is not None and found.version != version:
        raise AlreadyMoved(found.id, str(found.state), found.changed_by, found.changed_at)
    return found


def _held(connection: Connection, case: str) -> int:
    """How many intents of a case a brake holds."""
    table = tables.intent
    query = select(table.c.key).where(table.c.case_id == case, table.c.state == IntentState.WAITING)
    return len(connection.execute(query).all())


def _decided_by(connection: Connection, case: Case) -> str:
    """Who decided what is being appealed."""
    who = connection.scalar(select(tables.appeal.c.decided_by).where(tables.appeal.c.case_id == case.id))
    return str(who or "")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
