"""Texts as Telegram has them: offsets and lengths in UTF-16, mentions in entities, names that ping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from telegram import MessageEntity

LONGEST: Final = 4096
"""UTF-16 units in one message (core.telegram.org/bots/api#sendmessage)."""
ALERT: Final = 200
"""Characters in what a pressed button shows (answerCallbackQuery)."""
_NAME: Final = re.compile(r"@(?=[A-Za-z0-9_])")


def units(text: str) -> int:
    """How long Telegram finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sendable(text: str) -> str:
    """The text without halves of characters, which no address or form can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def quiet(text: str) -> str:
    """The text with a word joiner behind every @, so that Telegram calls nobody."""
    return _NAME.sub("@\u2060", text)


def cut(text: str, longest: int = LONGEST) -> str:
    """The text, or as much of it as fits, ended at a word with “…”."""
    text = sendable(text)
    if units(text) <= longest:
        return text
    room = text.encode("utf-16-le")[: 2 * (longest - 1)].decode("utf-16-le", "ignore")
    head = room.rsplit(None, 1)[0] if len(room.split(None, 1)) > 1 else room
    return f"{head if len(head) > len(room) // 2 else room}…"


def piece(text: str, entity: MessageEntity) -> str:
    """The part of a text that an entity marks."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace")


def replaced(text: str, parts: Sequence[tuple[MessageEntity, str]]) -> str:
    """The text with the parts that entities mark replaced."""
    raw = text.encode("utf-16-le", "surrogatepass")
    for entity, words in sorted(parts, key=lambda part: part[0].offset, reverse=True):
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        raw = raw[:start] + words.encode("utf-16-le", "surrogatepass") + raw[end:]
    return raw.decode("utf-16-le", "replace")
