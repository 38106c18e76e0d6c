"""What the tests of the shipped packs share: the sets that try them, and a chat in which somebody writes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from moderation.model import ChannelRef, Member, MemberRef, Message, MessagePosted, MessageRef
from rules.compile import Engine
from rules.stream import Stream

HERE = Path(__file__).parent
DATA = HERE / "data"
SHARED = Path(os.environ.get("SERENO_SHARED_DATA", HERE.parents[2] / "shared" / "data")) / "text"
EXAMPLES = HERE.parents[1] / "examples" / "rules"
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def rows(file: Path) -> list[dict[str, Any]]:
    """One object a line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True, slots=True)
class Tried:
    """One row of a set, and the rules it met."""

    row: dict[str, Any]
    rules: frozenset[str]

    def __str__(self) -> str:
        return f"{self.row.get('kind', '')}: {parts_of(self.row)} {sorted(self.rules)}"


def parts_of(row: dict[str, Any]) -> list[str]:
    """The messages of a row; nearly always one."""
    return list(row.get("parts") or [row["text"]])


def member(name: str, here: timedelta, messages: int) -> Member:
    """Somebody who has been here for a while and has written so many messages."""
    born = MORNING - here - timedelta(days=100)
    ref = MemberRef("plaza", "club", name)
    return Member(ref, name="Ana", account_created=born, here_since=MORNING - here, messages=messages)


def said(number: int, part: int, text: str, author: Member) -> MessagePosted:
    """A message of row `number`; every row has a channel of its own, a minute after the row before."""
    ref = MessageRef(ChannelRef("plaza", "club", f"c{number}", "general"), f"{number}.{part}")
    at = MORNING + timedelta(minutes=number, seconds=part)
    return MessagePosted(key=f"plaza:msg:{ref.id}", at=at, message=Message(ref, author, text, at))


def tried(
    engine: Engine, rows: Iterable[dict[str, Any]], here: timedelta = timedelta(days=90), messages: int = 500
) -> Iterator[Tried]:
    """Every row written by a person of its own, whose rules of any mode count."""
    stream = Stream(engine)
    for number, row in enumerate(rows):
        author = member(f"person-{number}", here, messages)
        found: set[str] = set()
        for part, text in enumerate(parts_of(row)):
            verdict = stream.feed(said(number, part, text, author))
            found |= {match.rule for match in verdict.matched} | set(verdict.undecided)
        yield Tried(row, frozenset(found))


def table(tries: Sequence[Tried]) -> str:
    """Caught and tried, kind by kind."""
    kinds = sorted({one.row["kind"] for one in tries})
    lines = []
    for kind in kinds:
        mine = [one for one in tries if one.row["kind"] == kind]
        caught = sum(bool(one.rules) for one in mine)
        lines.append(f"{kind:<14} {caught:>4} of {len(mine):>4}  {100 * caught / len(mine):5.1f} %")
    caught = sum(bool(one.rules) for one in tries)
    return "\n".join([*lines, f"{'all':<14} {caught:>4} of {len(tries):>4}  {100 * caught / len(tries):5.1f} %"])
