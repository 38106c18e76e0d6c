"""What the tests of exports share: where the data is, and small files in the genuine formats."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path

from bot.exports import Reading
from moderation.model import Event, Message, MessageEdited, MessagePosted

HERE = Path(__file__).parent
DATA = HERE / "data"
SHARED = Path(os.environ.get("SERENO_SHARED_DATA", HERE.parents[2] / "shared" / "data")) / "exports"


def messages(events: Iterable[Event]) -> list[Message]:
    return [event.message for event in events if isinstance(event, MessagePosted)]


def texts(events: Iterable[Event]) -> list[str]:
    return [message.text for message in messages(events)]


def edits(events: Iterable[Event]) -> list[MessageEdited]:
    return [event for event in events if isinstance(event, MessageEdited)]


def skipped(reading: Reading) -> dict[str, str]:
    return {one.path: one.reason for one in reading.skipped}


def notes(reading: Reading) -> set[str]:
    return {note.text for note in reading.notes}


def row(text: str, *, date: str = "2024-03-01T10:00:00+00:00", author: str = "700000000000000020") -> list[str]:
    return [author, "leo#0000", date, text, "", ""]


def table(*rows: list[str], header: str = "AuthorID,Author,Date,Content,Attachments,Reactions") -> str:
    out = io.StringIO()
    out.write(header + "\n")
    csv.writer(out, delimiter=";" if ";" in header else ",", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue()


def spoken(number: int, text: str = "hello", at: str = "2024-03-01T10:00:00+00:00") -> dict[str, object]:
    author = {"id": "700000000000000020", "name": "leo", "nickname": "Leo", "isBot": False, "roles": []}
    whole = {"id": str(10**18 + number), "type": "Default", "timestamp": at, "timestampEdited": None, "content": text}
    return {**whole, "author": author, "attachments": [], "embeds": [], "reactions": [], "mentions": []}


def channel(rows: Iterable[object], number: int = 10) -> dict[str, object]:
    about = {"id": f"7000000000000000{number}", "type": "GuildTextChat", "name": f"room-{number}", "topic": None}
    return {"guild": {"id": "700000000000000001", "name": "Harbour"}, "channel": about, "messages": list(rows)}


def printed(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)
