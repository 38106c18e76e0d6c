"""The local room, which keeps what a platform keeps."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from bot.stores.tables.base import Serial, metadata

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
