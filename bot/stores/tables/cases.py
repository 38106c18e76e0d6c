"""Cases and everything that hangs on them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from bot.stores.tables.base import Serial, metadata

case: Final = Table(
    "case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("origin", Text, nullable=False),
    Column("about", Text, nullable=False, server_default=""),
    Column("decision", BigInteger),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False, server_default=""),
    Column("channel_name", Text, nullable=False, server_default=""),
    Column("member", Text, nullable=False, server_default=""),
    Column("rules", Text, nullable=False, server_default="[]"),
    Column("queue", Text, nullable=False, server_default=""),
    Column("severity", Integer, nullable=False, server_default="0"),
    Column("urgent", Boolean, nullable=False),
    Column("due_at", BigInteger),
    Column("opened_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("undone_at", BigInteger),
    Column("keep_until", BigInteger, nullable=False),
    Column("events", Integer, nullable=False, server_default="1"),
    Column("sealed", LargeBinary),
)
"""What is done about a person, or what needs one. `origin`: rules, undecided, outcome, gap, parked, brake, report,
moderator. `sealed` is the statement of reasons with the person's name; `version` is what compare-and-set compares."""
Index("ix_case_state", case.c.state, case.c.number)
Index("ix_case_member", case.c.member, case.c.number)
Index("ix_case_keep_until", case.c.keep_until)
Index("ix_case_changed_at", case.c.changed_at)

evidence: Final = Table(
    "evidence",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("keep_until", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
    UniqueConstraint("case_id", "channel", "message"),
)
"""The messages a case rests on, each under its own author's key."""
Index("ix_evidence_keep_until", evidence.c.keep_until)

note: Final = Table(
    "note",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sealed", LargeBinary),
)
"""What a moderator wrote on a case."""
Index("ix_note_case_id", note.c.case_id)

strike: Final = Table(
    "strike",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("ladder", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("forgotten_at", BigInteger),
    Column("score_only", Boolean, nullable=False),
    Column("removed_at", BigInteger),
)
"""Points against a person; what they add up to is derived, never stored."""
Index("ix_strike_member", strike.c.member, strike.c.forgotten_at)
Index("ix_strike_case_id", strike.c.case_id)

appeal: Final = Table(
    "appeal",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("decided_at", BigInteger),
    Column("decided_by", Text),
    Column("outcome", Text),
)
"""A person's word against a decision, and what another human made of it."""
