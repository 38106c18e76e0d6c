"""All tables, on SQLAlchemy Core and with nothing that SQLite or PostgreSQL lacks.

Times are whole milliseconds since 1970 in UTC. Columns named `sealed` hold text encrypted under the key of one subject
(bot/stores/vault.py), everything else is free of what people wrote. Words in state columns are the values of the enums in
`moderation/case.py` and `moderation/intents.py`.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names, stated so that later migrations can name what they change on both databases."""

metadata: Final = MetaData(naming_convention=NAMES)

Serial: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts rows only in a column declared INTEGER."""


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


inbox: Final = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("message", Text, nullable=False, server_default=""),
    Column("state", SmallInteger, nullable=False, server_default="0"),
    Column("keep_until", BigInteger),
    Column("sealed", LargeBinary),
    sqlite_autoincrement=True,
)
"""Every accepted event, in the order of acceptance. `state`: 0 waiting, 1 decided, 2 parked. `keep_until` is set on
flagged events only; the text of the others goes with the next sweep."""
Index("ix_inbox_waiting", inbox.c.seq, **_where("state = 0"))
Index("ix_inbox_flagged", inbox.c.keep_until, **_where("keep_until IS NOT NULL"))
Index("ix_inbox_message", inbox.c.message, **_where("message <> ''"))

cursor: Final = Table(
    "cursor",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""How far something has been read: `discord:<channel>`, `telegram`, `sweep`."""

gap: Final = Table(
    "gap",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False, server_default=""),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("case_id", Text),
)
"""A time for which a platform could not give back what was said; each is a case."""

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
"""What is done about a person, or what needs one. `origin`: rules, undecided, outcome, gap, parked, brake, report.
`sealed` is the statement of reasons with the person's name; `version` is what compare-and-set compares."""
Index("ix_case_state", case.c.state, case.c.number)
Index("ix_case_member", case.c.member, case.c.number)
Index("ix_case_keep_until", case.c.keep_until)

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
Index("ix_intent_settled", intent.c.community, intent.c.settled_at, **_where("settled_at IS NOT NULL"))

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

subject_key: Final = Table(
    "subject_key",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
"""The key of everything one person wrote, itself encrypted. Deleting the row makes all of it unreadable."""

room_channel: Final = Table(
    "room_channel",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("slow_mode", Integer, nullable=False, server_default="0"),
    Column("locked", Boolean, nullable=False),
)
"""A channel of the local room."""

room_member: Final = Table(
    "room_member",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False, server_default="[]"),
    Column("account_created", BigInteger),
    Column("here_since", BigInteger),
    Column("timeout_until", BigInteger),
    Column("banned", Boolean, nullable=False),
    Column("banned_until", BigInteger),
    Column("left_at", BigInteger),
)
"""A person of the local room. `banned` without `banned_until` lasts until somebody lifts it."""

room_message: Final = Table(
    "room_message",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("edited_at", BigInteger),
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False),
    Column("reply_to", Text),
    Column("only_for", Text),
    Column("sealed", LargeBinary),
    sqlite_autoincrement=True,
)
"""A message of the local room, the bot's own included. `author` is JSON; `state`: shown, held, removed; `only_for` is
the one member who sees it."""
Index("ix_room_message_channel", room_message.c.channel, room_message.c.number)
