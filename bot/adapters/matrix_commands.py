"""Commands and presses that people write or react: `!warn …`, `!sereno warn …`, a number on a card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from bot.adapters.matrix_cards import Cards
from bot.adapters.matrix_events import Translator, moment
from bot.adapters.matrix_power import MESSAGE
from bot.adapters.matrix_rooms import Room
from bot.adapters.matrix_text import words_of
from bot.commands.spec import WORDS, Spec
from moderation.model import ButtonPressed, CommandCalled, Event, MessageRef

CALLED: Final = "sereno"
_COMMAND: Final = re.compile(r"!([A-Za-z][\w-]*|\d{1,2})(?:\s+(.*))?\Z", re.DOTALL)


def answered(content: Mapping[str, Any]) -> str | None:
    """The event a message replies to, when it says so by itself: in a thread most clients name the last message only
    for those that know no threads."""
    relation = content.get("m.relates_to")
    if not isinstance(relation, Mapping) or relation.get("is_falling_back") is True:
        return None
    reply = relation.get("m.in_reply_to")
    event = reply.get("event_id") if isinstance(reply, Mapping) else None
    return event if isinstance(event, str) else None


def typed(raw: Mapping[str, Any]) -> tuple[str, str] | None:
    """The command of a message and the words after it; None when it is none."""
    content = raw.get("content")
    if raw.get("type") != MESSAGE or not isinstance(content, Mapping) or content.get("msgtype") != "m.text":
        return None
    if isinstance(content.get("m.new_content"), Mapping):
        return None  # an edit calls nothing again
    found = _COMMAND.match(words_of(content).strip())
    if found is None:
        return None
    name, words = found[1].casefold(), (found[2] or "").strip()
    if name != CALLED:
        return name, words
    name, _, words = words.partition(" ")
    return (name.casefold() or "help"), words.strip()


class Calls:
    """Knows the commands and the cards."""

    def __init__(self, commands: Iterable[Spec], cards: Cards, translator: Translator) -> None:
        self._names = frozenset(spec.name for spec in commands)
        self._cards = cards
        self._translator = translator

    def pressed(self, room: Room, raw: Mapping[str, Any], now: datetime) -> Event | None:
        """A reaction with a number on a card, or a reply to one."""
        content = raw["content"]
        if raw["type"] == "m.reaction":
            card, pressed = str(content["m.relates_to"]["event_id"]), str(content["m.relates_to"]["key"])
        else:
            call, card = typed(raw), answered(content) or ""
            if call is None:
                return None
            pressed = " ".join(filter(None, call))
        token = self._cards.token(card, pressed)
        if token is None:
            return None
        return ButtonPressed(
            key=f"matrix:press:{raw['event_id']}",
            at=moment(raw, now),
            member=self._translator.rooms.member(room.home, str(raw["sender"]), room),
            channel=room.ref,
            token=token,
            message=MessageRef(room.ref, card),
        )

    def called(self, room: Room, raw: Mapping[str, Any], now: datetime) -> CommandCalled | None:
        """A message that calls a command."""
        call = typed(raw)
        if call is None or call[0] not in self._names:
            return None
        on = answered(raw["content"])
        written = self._translator.written.get(on) if on else None
        return CommandCalled(
            key=f"matrix:call:{raw['event_id']}",
            at=moment(raw, now),
            member=self._translator.rooms.member(room.home, str(raw["sender"]), room),
            channel=room.ref,
            name=call[0],
            arguments={WORDS: call[1]} if call[1] else {},
            message=MessageRef(room.ref, on) if on else None,
            about=room.home.member(written.author) if written else None,
        )
