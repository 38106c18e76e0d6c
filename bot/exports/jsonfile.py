"""JSON of any size as conversations: a head (who, where) and the rows below it.

A file of up to 32 MiB is parsed whole. A larger one, or one that was cut off, is read piece by piece: the exporters
write one message after another with the same indentation, and a line break cannot stand inside a JSON string, so
the line that closes a message can be told without parsing what lies before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from mmap import ACCESS_READ, mmap
from typing import Any, BinaryIO, Final

import orjson

from bot.exports.decoding import repaired
from bot.exports.ledger import Page
from bot.exports.source import SMALL
from moderation.errors import UserError

PIECE: Final = 4 * 2**20
LARGEST_WHOLE: Final = 8 * SMALL
"""A file without line breaks has to be parsed whole; at most this large, since it takes several times its size."""

CUT_OFF: Final = "the file ends in the middle: read up to there"
START: Final = re.compile(rb'\n([ \t]*)"messages"[ \t]*:[ \t]*\[\s*?\n([ \t]*)\{')
OPEN: Final = re.compile(rb"(?:\A|\n)([ \t]*)\{\r?\n")
HEAD: Final = 2**18
"""A head is looked for in so many bytes before its messages."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat or channel. `head` is None for a bare list of rows; `one_of_many` for a part of a person's full export."""

    head: Mapping[str, Any] | None
    rows: Iterable[object]
    one_of_many: bool = False


def conversations(stream: BinaryIO, size: int, page: Page) -> Iterator[Conversation]:
    """All conversations in a JSON file.

    Raises UserError when nothing in it can be used.
    """
    if size > SMALL:
        yield from _large(stream, size, page)
        return
    stream.seek(0)
    data = stream.read()
    try:
        top = orjson.loads(data)
    except orjson.JSONDecodeError:
        data = repaired(data, page)
        try:
            top = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            yield from _saved(data, page, error)
            return
    yield from _split(top)


def _split(top: object) -> Iterator[Conversation]:
    if isinstance(top, list):
        yield Conversation(None, top)
        return
    chats = top.get("chats") if isinstance(top, dict) else None
    listed = chats.get("list") if isinstance(chats, dict) else None
    many = isinstance(listed, list)
    for chat in listed if isinstance(listed, list) else [top]:
        if isinstance(chat, dict) and isinstance(chat.get("messages"), list):
            head = {key: value for key, value in chat.items() if key != "messages"}
            yield Conversation(head, chat["messages"], many)
        elif not many:
            raise UserError("JSON, but no chat export")


def _saved(data: bytes, page: Page, error: orjson.JSONDecodeError) -> Iterator[Conversation]:
    found = False
    for conversation in pieces(data, page):
        found = True
        yield conversation
    if not found:
        raise UserError(f"broken JSON: {error}") from error


def _large(stream: BinaryIO, size: int, page: Page) -> Iterator[Conversation]:
    found = False
    with mmap(stream.fileno(), 0, access=ACCESS_READ) as view:
        for conversation in pieces(view, page):
            found = True
            yield conversation
    if found:
        return
    if size > LARGEST_WHOLE:
        raise UserError("too large to be read in one piece, and without line breaks; export it in parts")
    stream.seek(0)
    try:
        yield from _split(orjson.loads(repaired(stream.read(), page)))
    except orjson.JSONDecodeError as error:
        raise UserError(f"broken JSON: {error}") from error


def pieces(view: bytes | mmap, page: Page) -> Iterator[Conversation]:
    """Conversations found by the way exporters lay out their files; none when the layout is another one.

    Each conversation has to be read to its end before the next is asked for.
    """
    place = 0
    while start := START.search(view, place):
        head = head_before(view, start, page)
        close = b"\n" + start[1] + b"]"
        end = view.find(close, start.end())
        whole = end >= 0
        if not whole:
            end = view.rfind(b"\n" + start[2] + b"}", start.end()) + len(start[2]) + 2
            page.note(CUT_OFF)
        place = max(end, start.end())
        if head is not None:
            first = start.end() - 1
            yield Conversation(head, rows(view, first, end, start[2], page), one_of_many=len(start[1]) > 2)


def head_before(view: bytes | mmap, start: re.Match[bytes], page: Page) -> dict[str, Any] | None:
    """The object that `messages` stands in, without them."""
    before = view[max(0, start.start() - HEAD) : start.start()]
    opening = [match for match in OPEN.finditer(before) if len(match[1]) < len(start[1])]
    if not opening:
        return None
    text = before[opening[-1].start() :].strip().rstrip(b",") + b"}"
    try:
        head = orjson.loads(repaired(text, page))
    except orjson.JSONDecodeError:
        return None
    return head if isinstance(head, dict) else None


def rows(view: bytes | mmap, place: int, end: int, indent: bytes, page: Page) -> Iterator[object]:
    """The elements of a list between two places, parsed some megabytes at a time."""
    closing = b"\n" + indent + b"}"
    number = 0
    while place < end:
        cut = view.find(closing, min(place + PIECE, end), end)
        cut = end if cut < 0 else cut + len(closing)
        text = view[place:cut].strip(b", \t\r\n")
        place = cut
        try:
            found = orjson.loads(b"[" + text + b"]")
        except orjson.JSONDecodeError:
            found = list(_one_by_one(repaired(text, page), closing, number, page))
        number += len(found)
        yield from found


def _one_by_one(text: bytes, closing: bytes, number: int, page: Page) -> Iterator[object]:
    for one in text.split(closing):
        number += 1
        bare = one.strip(b", \t\r\n")
        if not bare:
            continue
        try:
            yield orjson.loads(bare + b"}")
        except orjson.JSONDecodeError as error:
            page.bad_row(number, f"broken JSON: {error}")


def head_of(stream: BinaryIO) -> bytes:
    """The first bytes of a file, for telling what it is."""
    stream.seek(0)
    return stream.read(4096) if not isinstance(stream, BytesIO) else stream.getvalue()[:4096]
