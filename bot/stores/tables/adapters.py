"""What adapters must not forget: what was said under which key, what a button stands for, who is who elsewhere."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from bot.stores.tables.base import metadata

sent: Final = Table(
    "sent",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("community", Text, nullable=False, server_default=""),
    Column("channel", Text, nullable=False, server_default=""),
    Column("message", Text, nullable=False, server_default=""),
    Column("at", BigInteger, nullable=False),
)
"""What the bot says, by key. `message` is empty while nobody knows whether it was said."""
Index("ix_sent_at", sent.c.at)

button: Final = Table(
    "button",
    metadata,
    Column("token", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
)
"""What a button stands for: one verb on one case, as it stood at `version`, until a moment. Its token says nothing to
anybody else."""
Index("ix_button_case_id", button.c.case_id)
Index("ix_button_expires_at", button.c.expires_at)

card: Final = Table(
    "card",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("shows", Text, nullable=False),
)
"""Where the card of a case hangs, and which state of the case it shows (bot/stores/hung.py)."""

link: Final = Table(
    "link",
    metadata,
    Column("community", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("member", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Accounts that their owner has said are the same person's, by a code typed on both."""
Index("ix_link_person", link.c.community, link.c.person)

link_code: Final = Table(
    "link_code",
    metadata,
    Column("code", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""Codes that wait to be typed elsewhere, hashed."""
