"""Bytes of unknown origin to text: UTF-8 first, UTF-16 where it shows, Windows-1252 as the last resort, and said so."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import BytesIO, StringIO, TextIOWrapper
from typing import BinaryIO, Final

from bot.exports.ledger import Page

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_UTF8: Final = "not in UTF-8: read as Windows-1252, so some letters may be wrong"
NULS: Final = "zero bytes removed"
SURROGATES: Final = "half characters replaced"

HALVES: Final = re.compile(
    rb"\\\\"
    rb"|\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""Group 1 is an escaped half of a surrogate pair that stands alone, which is no character at all."""


def encoding_of(head: bytes) -> str:
    """What the first bytes of a file say about it; `utf-8` when they say nothing."""
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    if len(head) >= 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    if len(head) >= 4 and head[0] == head[2] == 0 and head[1] and head[3]:
        return "utf-16-be"
    return "utf-8"


def valid(stream: BinaryIO, encoding: str) -> bool:
    """True when the whole stream is text in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while block := stream.read(2**20):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def lines(stream: BinaryIO, page: Page) -> Iterator[str]:
    """The text of a file line by line, line ends kept, as the csv module wants it."""
    stream.seek(0)
    encoding = encoding_of(stream.read(4))
    stream.seek(0)
    if isinstance(stream, BytesIO) and encoding.startswith("utf-8"):
        try:
            text = stream.getvalue().decode(encoding)
        except UnicodeDecodeError:
            text = stream.getvalue().decode("cp1252", "replace")
            page.note(NOT_UTF8)
        if "\0" in text:
            text = text.replace("\0", "")
            page.note(NULS)
        return iter(StringIO(text, newline=""))
    return _wrapped(stream, encoding, page)


def _wrapped(stream: BinaryIO, encoding: str, page: Page) -> Iterator[str]:
    if not valid(stream, encoding):
        encoding = "cp1252"
        page.note(NOT_UTF8)
    stream.seek(0)
    text = TextIOWrapper(stream, encoding, "replace", newline="")
    try:
        for line in text:
            if "\0" in line:
                page.note(NULS)
            yield line.replace("\0", "")
    finally:
        text.detach()


def repaired(data: bytes, page: Page) -> bytes:
    """JSON that a strict parser refused, with its encoding, zero bytes and half characters put right."""
    encoding = encoding_of(data[:4])
    if encoding != "utf-8":
        data = data.decode(encoding, "replace").encode()
    if b"\0" in data:
        data = data.replace(b"\0", b"")
        page.note(NULS)
    try:
        data.decode()
    except UnicodeDecodeError:
        data = data.decode("cp1252", "replace").encode()
        page.note(NOT_UTF8)
    whole, halves = _without_halves(data)
    if halves:
        page.note(SURROGATES)
    return whole


def _without_halves(data: bytes) -> tuple[bytes, int]:
    halves = 0

    def replaced(match: re.Match[bytes]) -> bytes:
        nonlocal halves
        if match[1] is None:
            return match[0]
        halves += 1
        return b"\\ufffd"

    return HALVES.sub(replaced, data), halves
