"""The bytes of a file, refused before anything is parsed when they cannot be a file an admin meant to write."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from rules.loading.source import Source, source
from rules.problems import Problem

LARGEST: Final = 256 * 1024
"""Bytes a file may have; the largest rule file an admin ever maintained by hand is far smaller."""

_INVISIBLE: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
"""What YAML does not allow in a text, apart from NUL."""

_UTF8: Final = "save the file as UTF-8 without a byte order mark"


def read(path: Path, name: str, largest: int = LARGEST) -> Source | Problem:
    """A file from the disk, or why it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        why = error.strerror or "it cannot be read"
        return source(name, "").problem(
            "E007", 1, 1, f"the file cannot be read: {why}", "check the path and its permissions"
        )
    return decode(name, data, path.parent, largest)


def decode(name: str, data: bytes, folder: Path | None = None, largest: int = LARGEST) -> Source | Problem:
    """The file as text, or why it is none."""
    if len(data) > largest:
        first = source(name, data[:4096].decode("utf-8", "replace"))
        size = f"the file is larger than {largest // 1024} KiB"
        return first.problem("E001", 1, 1, size, "split it into several files, or move long lists to list files")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return source(name, data.decode("utf-16", "replace")).problem("E004", 1, 1, "the file is UTF-16", _UTF8)
    if data.startswith(codecs.BOM_UTF8):
        text = data[3:].decode("utf-8", "replace")
        return source(name, text).problem("E005", 1, 1, "the file starts with a byte order mark", _UTF8)
    return _text(name, data, folder)


def _text(name: str, data: bytes, folder: Path | None) -> Source | Problem:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("utf-8"))
        shown = source(name, data.decode("utf-8", "replace"))
        return shown.problem("E003", line, column, f"byte {data[error.start]:#04x} is not UTF-8", _UTF8)
    found = source(name, text, folder)
    if "\0" in text:
        line, column = _place(text[: text.index("\0")])
        return found.problem("E002", line, column, "a NUL character stands here", "delete it; the file may be damaged")
    invisible = _INVISIBLE.search(text)
    if invisible is not None:
        line, column = _place(text[: invisible.start()])
        name_of = f"an invisible control character (U+{ord(invisible[0]):04X}) stands here"
        return found.problem("E006", line, column, name_of, "delete it")
    return found


def _place(before: str) -> tuple[int, int]:
    lines = source("", before).lines
    return len(lines), len(lines[-1]) + 1
