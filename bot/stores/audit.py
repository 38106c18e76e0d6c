"""The audit: who did what, in a chain where every row's hash covers the row before it.

Changing, dropping, adding or reordering rows breaks the chain at the first row touched; cutting off its end is seen
because the head is noted apart. Rows carry no text that people wrote, so that erasing a person leaves the chain whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from bot.stores.codec import to_bytes
from bot.stores.tables import audit, cursor

_HEAD: Final = "audit"
_START: Final = b"\0" * 32
_CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done. `actor` is `rules`, `sereno`, or `platform:id` of a person; `detail` is plain JSON."""

    at: int
    actor: str
    what: str
    case: str = ""
    detail: Any = None


def _seal(before: bytes, seq: int, at: int, actor: str, what: str, case: str, detail: str) -> bytes:
    return hashlib.sha256(before + to_bytes([seq, at, actor, what, case, detail])).digest()


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add rows to the chain, in this order."""
    if not entries:
        return
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, before = (last.seq, last.hash) if last else (0, _START)
    rows = []
    for entry in entries:
        seq += 1
        detail = to_bytes(entry.detail).decode("utf-8") if entry.detail is not None else ""
        before = _seal(before, seq, entry.at, entry.actor, entry.what, entry.case, detail)
        rows.append(
            {
                "seq": seq,
                "at": entry.at,
                "actor": entry.actor,
                "what": entry.what,
                "case_id": entry.case,
                "detail": detail,
                "hash": before,
            }
        )
    connection.execute(insert(audit), rows)
    head = {"value": f"{seq}:{before.hex()}", "at": entries[-1].at}
    if last is None:
        connection.execute(insert(cursor).values(name=_HEAD, **head))
    else:
        connection.execute(update(cursor).where(cursor.c.name == _HEAD).values(**head))


def verify(connection: Connection) -> int | None:
    """The number of the first row that does not fit the chain (one past the end when the end is missing), or None."""
    before, expected = _START, 1
    for row in _rows(connection):
        if row.seq != expected:
            return expected
        before = _seal(before, row.seq, row.at, row.actor, row.what, row.case_id, row.detail)
        if before != row.hash:
            return expected
        expected += 1
    head = connection.scalar(select(cursor.c.value).where(cursor.c.name == _HEAD))
    ending = f"{expected - 1}:{before.hex()}" if expected > 1 else None
    return None if head == ending else expected


def _rows(connection: Connection) -> Iterator[Any]:
    after = -(2**62)
    query = select(audit).order_by(audit.c.seq).limit(_CHUNK)
    while rows := connection.execute(query.where(audit.c.seq > after)).all():
        yield from rows
        after = rows[-1].seq
