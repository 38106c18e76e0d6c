"""Writing cases: opening one, adding to one, moving one. Everything here is part of somebody's transaction."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from bot.stores import audit
from bot.stores.codec import from_bytes, to_bytes
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.tables import audit as audit_rows
from bot.stores.tables import case as table
from bot.stores.times import millis, moment
from moderation.attempt import Alarm
from moderation.case import APPEAL_WINDOW, Case, CaseState, Origin, case_id
from moderation.errors import AlreadyMoved
from moderation.model import ChannelRef, MemberRef
from moderation.plan import Plan

KEEP: Final = int(APPEAL_WINDOW.total_seconds() * 1000)
PEOPLE: Final = "moderators"
SERENO: Final = "sereno"


def open_case(
    connection: Connection, journal: Journal, plan: Plan, origin: Origin = Origin.RULES, by: str = "rules"
) -> None:
    """Open the case of a plan, its statement of reasons and the person's name sealed."""
    draft = plan.case
    if draft is None:
        return
    now = millis(plan.decided_at)
    subject = subject_of(draft.member.ref) if draft.member else NOBODY
    told = {"name": draft.member.name if draft.member else "", "reasons": plan.reasons and plan.reasons.as_json()}
    values: dict[str, Any] = {
        "id": draft.id,
        "state": draft.state,
        "origin": origin,
        "decision": plan.accepted.seq or None,
        "platform": draft.platform,
        "community": draft.community,
        "channel": draft.channel.id if draft.channel else "",
        "channel_name": draft.channel.name if draft.channel else "",
        "member": draft.member.ref.id if draft.member else "",
        "rules": to_bytes(list(draft.rules)).decode(),
        "queue": draft.queue,
        "severity": draft.severity,
        "urgent": draft.urgent,
        "due_at": millis(draft.due_at) if draft.due_at else None,
        "sealed": journal.vault.seal(connection, subject, to_bytes(told), f"case {draft.id}"),
    }
    add_case(connection, values, now, by)


def gather(
    connection: Connection,
    id_: str,
    *,
    origin: Origin,
    about: str,
    platform: str,
    community: str,
    now: int,
    urgent: bool = False,
    rules: tuple[str, ...] = (),
    events: int = 1,
) -> str:
    """Add to the case that everything of this kind goes into, opening it when this is the first; its id."""
    grow = {"events": table.c.events + events, "changed_at": now}
    grown = connection.execute(update(table).where(table.c.id == id_).values(**grow))
    if grown.rowcount == 0:
        values = {
            "id": id_,
            "state": CaseState.OPEN,
            "origin": origin,
            "about": about,
            "platform": platform,
            "community": community,
            "rules": to_bytes(list(rules)).decode(),
            "queue": PEOPLE,
            "urgent": urgent,
            "events": events,
        }
        add_case(connection, values, now, SERENO)
    return id_


def raise_alarm(connection: Connection, alarm: Alarm, now: int) -> None:
    """Put something that did not go as decided on the desk: in its own case where there is one and it was closed."""
    case = alarm.intent.order.case
    if alarm.origin == Origin.OUTCOME and case:
        reopen(connection, case, alarm.words, now)
        if not alarm.reason.startswith("forbidden"):
            return
    gather(
        connection,
        case_id(alarm.reason),
        origin=Origin(alarm.origin),
        about=alarm.words,
        platform=alarm.intent.platform,
        community=alarm.intent.community,
        now=now,
        urgent=True,
    )


def reopen(connection: Connection, case: str, words: str, now: int) -> None:
    """Something about a decided case needs a person."""
    values = {"state": CaseState.OPEN, "queue": PEOPLE, "changed_at": now, "changed_by": SERENO}
    closed = (table.c.id == case) & (table.c.state == CaseState.DECIDED)
    if connection.execute(update(table).where(closed).values(version=table.c.version + 1, **values)).rowcount:
        audit.append(connection, [audit.Entry(now, SERENO, "needs a person", case, {"why": words})])


def add_case(connection: Connection, values: dict[str, Any], now: int, actor: str) -> None:
    """Write a case that is not there yet, under the next number, and that it was opened."""
    number = (connection.scalar(select(func.max(table.c.number))) or 0) + 1
    common = {"number": number, "version": 0, "opened_at": now, "changed_at": now, "changed_by": actor}
    connection.execute(insert(table).values(keep_until=now + KEEP, **common, **values))
    opened = f"case opened: {values['state']}"
    detail = {"origin": str(values["origin"]), "rules": from_bytes(values.get("rules", "[]").encode())}
    audit.append(connection, [audit.Entry(now, actor, opened, values["id"], detail)])


def read_case(row: Any) -> Case:
    """The case of a row, without what is sealed."""
    where, community = row.platform, row.community
    return Case(
        id=row.id,
        number=row.number,
        state=CaseState(row.state),
        version=row.version,
        origin=Origin(row.origin),
        platform=where,
        community=community,
        opened_at=moment(row.opened_at),
        changed_at=moment(row.changed_at),
        changed_by=row.changed_by,
        about=row.about,
        member=MemberRef(where, community, row.member) if row.member else None,
        channel=ChannelRef(where, community, row.channel, row.channel_name) if row.channel else None,
        rules=tuple(from_bytes(row.rules.encode())),
        queue=row.queue,
        severity=row.severity,
        urgent=row.urgent,
        due_at=moment(row.due_at) if row.due_at is not None else None,
        events=row.events,
    )


def opened_by(connection: Connection, case: str) -> str:
    """Who opened a case, as the audit has it; empty when it was never opened."""
    rows = select(audit_rows.c.actor).where(audit_rows.c.case_id == case, audit_rows.c.what.startswith("case opened"))
    return connection.scalar(rows.order_by(audit_rows.c.seq).limit(1)) or ""


def find_case(connection: Connection, id_or_number: str) -> Case | None:
    """A case by its id, or by the number people say."""
    which = table.c.number == int(id_or_number) if id_or_number.isdecimal() and len(id_or_number) < 10 else None
    row = connection.execute(select(table).where(table.c.id == id_or_number)).first()
    if row is None and which is not None:
        row = connection.execute(select(table).where(which)).first()
    return read_case(row) if row is not None else None


def move(connection: Connection, before: Case, after: Case, what: str, detail: Any = None) -> None:
    """Compare and set: AlreadyMoved when another person was first."""
    now = millis(after.changed_at)
    values = {
        "state": after.state,
        "version": after.version,
        "changed_at": now,
        "changed_by": after.changed_by,
        "keep_until": now + KEEP,
    }
    still = (table.c.id == before.id) & (table.c.version == before.version)
    if connection.execute(update(table).where(still).values(**values)).rowcount == 0:
        present = find_case(connection, before.id) or before
        raise AlreadyMoved(before.id, str(present.state), present.changed_by, present.changed_at)
    audit.append(connection, [audit.Entry(now, after.changed_by, what, before.id, detail)])
