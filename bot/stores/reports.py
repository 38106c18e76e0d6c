"""Reports that no rule takes: one case per message or person, however many report it, as part of a decision."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from bot.stores import audit, tables
from bot.stores.case_rows import KEEP, PEOPLE, add_case, find_case
from bot.stores.codec import from_bytes, to_bytes
from bot.stores.evidence import keep_messages
from bot.stores.journal import NOBODY, Journal, subject_of
from bot.stores.sql import insert_new
from moderation.case import WAITING, Case, CaseState, Origin, case_id
from moderation.model import MemberRef, ReportFiled

SEVERITY: Final = 10
_MOST: Final = 1_000
"""Cases about one person that reports may open, one after another."""


def gather_report(connection: Connection, journal: Journal, report: ReportFiled, now: int) -> str:
    """Put a report on the desk: into the case that waits about the same message or person, or into a new one."""
    id_, known = _which(connection, report)
    author = _keep(connection, journal, report, id_, now) if report.message is not None else ""
    if known is None:
        _open(connection, journal, report, id_, author or _name(connection, journal, report.about), now)
    else:
        grow = {"events": tables.case.c.events + 1, "changed_at": now}
        connection.execute(update(tables.case).where(tables.case.c.id == id_).values(**grow))
        by = f"{report.member.ref.platform}:{report.member.ref.id}"
        audit.append(connection, [audit.Entry(now, by, "reported", id_)])
    if report.text:
        _note(connection, journal, report, id_, now)
    return id_


def _which(connection: Connection, report: ReportFiled) -> tuple[str, Case | None]:
    """A message's case stays the same even when it is closed; a person may do something new."""
    where = report.member.ref
    what = f"report|{where.platform}|{where.community}"
    if report.message is not None:
        id_ = case_id(f"{what}|message|{report.message.channel.id}|{report.message.id}")
        return id_, find_case(connection, id_)
    about, number = report.about or where, 0
    while True:
        id_ = case_id(f"{what}|person|{about.id}|{number}")
        found = find_case(connection, id_)
        if found is None or found.state in WAITING or number == _MOST:
            return id_, found
        number += 1


def _open(connection: Connection, journal: Journal, report: ReportFiled, id_: str, name: str, now: int) -> None:
    channel = report.message.channel if report.message is not None else None
    subject = subject_of(report.about) if report.about is not None else NOBODY
    told = {"name": name, "reasons": None}
    values: dict[str, Any] = {
        "id": id_,
        "state": CaseState.OPEN,
        "origin": Origin.REPORT,
        "platform": report.member.ref.platform,
        "community": report.member.ref.community,
        "channel": channel.id if channel else "",
        "channel_name": channel.name if channel else "",
        "member": report.about.id if report.about else "",
        "queue": PEOPLE,
        "severity": SEVERITY,
        "urgent": False,
        "sealed": journal.vault.seal(connection, subject, to_bytes(told), f"case {id_}"),
    }
    add_case(connection, values, now, f"{report.member.ref.platform}:{report.member.ref.id}")


def _name(connection: Connection, journal: Journal, about: MemberRef | None) -> str:
    """What the person is called in an older case; empty where there is none."""
    if about is None:
        return ""
    table = tables.case
    whose = (table.c.member == about.id) & (table.c.platform == about.platform) & table.c.sealed.is_not(None)
    row = connection.execute(select(table).where(whose).order_by(table.c.number.desc()).limit(1)).first()
    plain = journal.vault.open(connection, subject_of(about), row.sealed, f"case {row.id}") if row else None
    return str(from_bytes(plain).get("name", "")) if plain else ""


def _keep(connection: Connection, journal: Journal, report: ReportFiled, id_: str, now: int) -> str:
    """Keep the reported message; where its text is no longer there, that it was this one. Its author's name."""
    if report.message is None:
        return ""
    authors = keep_messages(connection, journal, id_, (report.message,), now + KEEP)
    if authors:
        return authors[0]
    row = {
        "case_id": id_,
        "subject": subject_of(report.about) if report.about else NOBODY,
        "platform": report.message.channel.platform,
        "channel": report.message.channel.id,
        "message": report.message.id,
        "at": now,
        "keep_until": now + KEEP,
        "sealed": None,
    }
    connection.execute(insert_new(connection, tables.evidence), [row])
    return ""


def _note(connection: Connection, journal: Journal, report: ReportFiled, id_: str, now: int) -> None:
    """What the reporter says, under their own key."""
    subject = subject_of(report.member.ref)
    text = report.text.encode("utf-8", "surrogatepass")
    sealed = journal.vault.seal(connection, subject, text, f"note {id_} {now}")
    by = f"{report.member.ref.platform}:{report.member.ref.id}"
    row = {"case_id": id_, "at": now, "by": by, "subject": subject, "sealed": sealed}
    connection.execute(insert(tables.note).values(**row))
