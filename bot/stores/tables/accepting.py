"""What was accepted, how far platforms were read, and the keys of what people wrote."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Table, Text

from bot.stores.tables.base import Serial, metadata, where

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
Index("ix_inbox_waiting", inbox.c.seq, **where("state = 0"))
Index("ix_inbox_flagged", inbox.c.keep_until, **where("keep_until IS NOT NULL"))
Index("ix_inbox_message", inbox.c.message, **where("message <> ''"))

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

subject_key: Final = Table(
    "subject_key",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
"""The key of everything one person wrote, itself encrypted. Deleting the row makes all of it unreadable."""
