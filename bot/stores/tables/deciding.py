"""Decisions, what is to be done about them, and the audit of all of it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, false

from bot.stores.tables.base import metadata, where

decision: Final = Table(
    "decision",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("undecided", Text, nullable=False),
    Column("case_id", Text),
    Column("keep_until", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
)
"""The verdict on an event that any rule had something to say about; no row means that every rule passed it."""
Index("ix_decision_case_id", decision.c.case_id)
Index("ix_decision_keep_until", decision.c.keep_until)

intent: Final = Table(
    "intent",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_id", Text, nullable=False, server_default=""),
    Column("decision", BigInteger),
    Column("undoes", Text, nullable=False, server_default=""),
    Column("step", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("member", Text, nullable=False, server_default=""),
    Column("protected", Boolean, nullable=False),
    Column("unbraked", Boolean, nullable=False),
    Column("simulated", Boolean, nullable=False, server_default=false()),
    Column("rules", Text, nullable=False, server_default="[]"),
    Column("brake", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("receipt", Text, nullable=False, server_default=""),
    Column("settled_at", BigInteger),
    Column("subject", Text, nullable=False, server_default=""),
    Column("sealed", LargeBinary),
    CheckConstraint("tries >= 0", name="tries"),
)
"""An action to be taken, once. `sealed` is the text it sends, rendered when it was decided; `undoes` is the key of the
intent that this one takes back."""
Index("ix_intent_due", intent.c.state, intent.c.due_at)
Index("ix_intent_case_id", intent.c.case_id)
Index("ix_intent_settled", intent.c.community, intent.c.settled_at, **where("settled_at IS NOT NULL"))

audit: Final = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("case_id", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Who did what, each row sealed by a hash over itself and the row before (bot/stores/audit.py)."""
Index("ix_audit_case_id", audit.c.case_id)

dead_letter: Final = Table(
    "dead_letter",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("case_id", Text),
)
"""An event nobody could decide after five tries; it waits here for a person."""

lease: Final = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""Who may act now. `fence` grows with every change of owner, so that an owner who slept can be told from the present."""

budget: Final = Table(
    "budget",
    metadata,
    Column("name", Text, primary_key=True),
    Column("window_start", BigInteger, primary_key=True),
    Column("used", Integer, nullable=False),
)
"""How much of something limited is spent in a window, such as identifying to a gateway."""
