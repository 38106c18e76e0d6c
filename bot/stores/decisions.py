"""Writing what was decided: each decision with its case, strikes, intents and audit rows in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from bot.stores import codec
from bot.stores.case_rows import gather, open_case
from bot.stores.evidence import keep_messages
from bot.stores.intents import write_intents
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.reports import gather_report
from bot.stores.tables import dead_letter, decision, inbox, strike
from bot.stores.times import millis
from bot.stores.verdicts import write_verdict
from bot.stores.writer import Work
from moderation.case import APPEAL_WINDOW, Origin, case_id
from moderation.model import ReportFiled, author_of
from moderation.plan import Draft, Plan
from moderation.ports import Accepted
from moderation.strikes import Strike

WAITING, DECIDED, PARKED = 0, 1, 2
_APPEAL: Final = int(APPEAL_WINDOW.total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan, the strikes it gave, and the case of the outage each undecided rule belongs to."""

    plan: Plan
    strikes: tuple[Strike, ...] = ()
    outages: tuple[tuple[str, str], ...] = ()


class Decisions:
    """Makes the units of work that record decisions. `keep` is how long flagged text stays, in milliseconds."""

    def __init__(self, journal: Journal, *, keep: int) -> None:
        self._journal = journal
        self._keep = keep

    def passed(self, seqs: Sequence[int]) -> Work[None]:
        """No rule had anything to say about these events."""

        def work(connection: Connection) -> None:
            connection.execute(update(inbox).where(inbox.c.seq.in_(seqs)).values(state=DECIDED))

        return work

    def decided(self, decisions: Sequence[Decided]) -> Work[None]:
        """Something was decided about each of these events."""

        def work(connection: Connection) -> None:
            waiting = self._claim(connection, [one.plan.accepted.seq for one in decisions], DECIDED)
            fresh = [one for one in decisions if one.plan.accepted.seq in waiting]
            if not fresh:
                return
            self._gather_outages(connection, fresh)
            connection.execute(insert(decision), [self._decision(connection, one) for one in fresh])
            for one in fresh:
                if one.plan.case is not None:
                    self._act(connection, one.plan, one.plan.case, one.strikes)
                elif isinstance(report := one.plan.accepted.event, ReportFiled):
                    gather_report(connection, self._journal, report, millis(one.plan.decided_at))

        return work

    def parked(self, accepted: Accepted, tries: int, error: str, now: int) -> Work[None]:
        """Nobody could decide this event: it waits for a person, its text kept as long as flagged text."""

        def work(connection: Connection) -> None:
            if not self._claim(connection, [accepted.seq], PARKED):
                return
            author = author_of(accepted.event)
            case = gather(
                connection,
                case_id(f"parked|{accepted.event.key}"),
                origin=Origin.PARKED,
                about=error,
                platform=author.ref.platform if author else "",
                community=author.ref.community if author else "",
                now=now,
            )
            row = {"seq": accepted.seq, "at": now, "tries": tries, "error": error, "case_id": case}
            connection.execute(insert(dead_letter).values(**row))
            connection.execute(update(inbox).where(inbox.c.seq == accepted.seq).values(keep_until=now + self._keep))

        return work

    def _claim(self, connection: Connection, seqs: Sequence[int], state: int) -> set[int]:
        """Those of the events that still waited; one decision per event."""
        open_ = inbox.c.seq.in_(seqs) & (inbox.c.state == WAITING)
        waiting = set(connection.scalars(select(inbox.c.seq).where(open_)))
        if waiting:
            connection.execute(update(inbox).where(inbox.c.seq.in_(waiting)).values(state=state))
        return waiting

    def _keep_until(self, plan: Plan) -> int:
        enforced = plan.case is not None and plan.case.enforced
        return millis(plan.decided_at) + (max(self._keep, _APPEAL) if enforced else self._keep)

    def _act(self, connection: Connection, plan: Plan, draft: Draft, strikes: Sequence[Strike]) -> None:
        """Everything that hangs on the case."""
        open_case(connection, self._journal, plan)
        keep_messages(connection, self._journal, draft.id, plan.evidence, self._keep_until(plan))
        if strikes:
            connection.execute(insert(strike), [_strike(given) for given in strikes])
        write_intents(connection, self._journal, plan.intents)

    def _decision(self, connection: Connection, one: Decided) -> dict[str, Any]:
        plan = one.plan
        author = author_of(plan.accepted.event)
        subject = subject_of(author.ref) if author else NOBODY
        seq, verdict = plan.accepted.seq, plan.verdict
        outage = one.outages[-1][1] if one.outages else None
        sealed = codec.to_bytes(write_verdict(verdict))
        return {
            "seq": seq,
            "at": millis(plan.decided_at),
            "subject": subject,
            "rules": codec.to_bytes([[match.rule, str(match.mode)] for match in verdict.matched]).decode(),
            "undecided": codec.to_bytes(list(verdict.undecided)).decode(),
            "case_id": plan.case.id if plan.case else outage,
            "keep_until": self._keep_until(plan),
            "sealed": self._journal.vault.seal(connection, subject, sealed, f"decision {seq}"),
        }

    def _gather_outages(self, connection: Connection, decisions: Sequence[Decided]) -> None:
        """One case for each rule's outage, with the number of events in it."""
        counted = Counter(outage for one in decisions for outage in one.outages)
        last = {outage: one.plan for one in decisions for outage in one.outages}
        for (rule, case), events in counted.items():
            plan = last[rule, case]
            author = author_of(plan.accepted.event)
            missing = ", ".join(sorted(plan.verdict.missing))
            gather(
                connection,
                case,
                origin=Origin.UNDECIDED,
                about=f"{rule}: nobody could judge {missing}" if missing else rule,
                platform=author.ref.platform if author else "",
                community=author.ref.community if author else "",
                rules=(rule,),
                now=millis(plan.decided_at),
                events=events,
            )


def _strike(given: Strike) -> dict[str, Any]:
    provenance = "score" if given.score_only else "firm"
    return {
        "id": f"{given.case}|{given.ladder}|{provenance}",
        "case_id": given.case,
        "platform": given.member.platform,
        "community": given.member.community,
        "member": given.member.id,
        "ladder": given.ladder,
        "rule": given.rule,
        "points": given.points,
        "at": millis(given.at),
        "forgotten_at": millis(given.forgotten_at) if given.forgotten_at else None,
        "score_only": given.score_only,
    }
