"""The messages a case rests on, copied into it and sealed anew, as part of somebody's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from bot.stores import codec
from bot.stores.journal import NOBODY, Journal
from bot.stores.sql import insert_new
from bot.stores.tables import evidence, inbox
from moderation.model import MessageEdited, MessagePosted, MessageRef

MOST_EVIDENCE: Final = 50
"""Messages kept with one case at most, the newest."""


def keep_messages(
    connection: Connection, journal: Journal, case: str, refs: Sequence[MessageRef], keep_until: int
) -> list[str]:
    """Copy the newest text of each message into the case, as far as it is still kept; the names of their authors."""
    wanted = {(ref.channel.platform, ref.channel.id, ref.id) for ref in refs[-MOST_EVIDENCE:]}
    if not wanted:
        return []
    query = select(inbox).where(
        inbox.c.message.in_([message for _, _, message in wanted]), inbox.c.kind.in_(("message", "edit"))
    )
    newest = {(row.platform, row.channel, row.message): row for row in connection.execute(query.order_by(inbox.c.seq))}
    copies = [_copy(connection, journal, case, newest[one], keep_until) for one in wanted if one in newest]
    kept = [copy for copy in copies if copy is not None]
    if kept:
        connection.execute(insert_new(connection, evidence), [row for _, row in kept])
    return [name for name, _ in kept]


def _copy(
    connection: Connection, journal: Journal, case: str, row: Any, keep_until: int
) -> tuple[str, dict[str, Any]] | None:
    """The author's name, and the row."""
    plain = journal.vault.open(connection, row.subject or NOBODY, row.sealed, row.key)
    event = codec.read(row.kind, row.key, plain) if plain is not None else None
    if not isinstance(event, (MessagePosted, MessageEdited)):
        return None
    message = event.message
    kept = codec.to_bytes({"text": message.text, "author": message.author.name, "author_id": message.author.ref.id})
    return message.author.name, {
        "case_id": case,
        "subject": row.subject,
        "platform": row.platform,
        "channel": row.channel,
        "message": row.message,
        "at": row.at,
        "keep_until": keep_until,
        "sealed": journal.vault.seal(connection, row.subject, kept, f"evidence {case} {row.message}"),
    }
