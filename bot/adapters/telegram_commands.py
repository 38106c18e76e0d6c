"""Commands as Telegram has them: `/warn words`, perhaps as a reply, and the list that its apps show."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from telegram import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeDefault,
    Message,
    MessageEntity,
)

from bot.adapters.telegram_names import Names
from bot.adapters.telegram_text import piece, replaced
from bot.adapters.telegram_wire import Wire
from bot.adapters.turns import Urgency
from bot.commands.spec import Audience, Spec
from bot.stores.cursors import Cursors
from moderation.errors import ChatError

TOLD: Final = "telegram:commands"
"""Cursor: the digest of the list that was sent last."""
_LANGUAGES: Final = ("en", "es")
_MOST: Final = 100
_SUMMARY: Final = 256


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as somebody typed it: our name for it, and the words behind it with people as `<@id>`."""

    name: str
    words: str


def called(name: str) -> str:
    """A command's name as Telegram takes it: a-z, 0-9 and _, 32 at most."""
    return name.replace("-", "_")[:32]


def typed(message: Message, username: str, names: Names, commands: Sequence[Spec]) -> Typed | None:
    """The command a message calls; None when it calls none of ours, or another bot's."""
    text, marks = message.text or "", message.entities
    head = next((mark for mark in marks if mark.type == MessageEntity.BOT_COMMAND and mark.offset == 0), None)
    if head is None:
        return None
    name, _, bot = piece(text, head).removeprefix("/").partition("@")
    if bot and bot.lower() != username.lower():
        return None
    spec = next((spec for spec in commands if called(spec.name) == name.lower()), None)
    if spec is None:
        return None
    people = [(head, "")]
    for mark in marks:
        if mark.user is not None:
            people.append((mark, f"<@{mark.user.id}>"))
        elif mark.type == MessageEntity.MENTION:
            id_ = names.id_of(piece(text, mark))
            people.append((mark, f"<@{id_}>" if id_ else piece(text, mark)))
    return Typed(spec.name, replaced(text, people).strip())


def _list(commands: Sequence[Spec], language: str) -> list[BotCommand]:
    return [
        BotCommand(called(spec.name), spec.summary.get(language, spec.summary["en"])[:_SUMMARY])
        for spec in commands[:_MOST]
    ]


async def tell(wire: Wire, cursors: Cursors, commands: Sequence[Spec]) -> None:
    """Let the apps show the commands: everybody's to everybody, all of them to administrators. Only when they changed.

    This is display only; who may call what is decided when it is called.
    """
    if not commands:
        return
    everybody = [spec for spec in commands if spec.audience is Audience.EVERYBODY]
    lists = [(BotCommandScopeDefault(), everybody), (BotCommandScopeAllChatAdministrators(), list(commands))]
    shown = [[each.to_dict() for lang in _LANGUAGES for each in _list(specs, lang)] for _, specs in lists]
    digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()
    if await cursors.get(TOLD) == digest:
        return
    try:
        for scope, specs in lists:
            for language in _LANGUAGES:
                code: dict[str, Any] = {} if language == "en" else {"language_code": language}
                arguments = {"commands": _list(specs, language), "scope": scope, **code}
                await wire.call("set_my_commands", Urgency.POST, **arguments)
    except ChatError as error:
        log: Any = structlog.get_logger(__name__)
        log.warning("Telegram's apps do not show the commands yet", why=str(error))
        return
    await cursors.put(TOLD, digest)
