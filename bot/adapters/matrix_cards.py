"""Cards with buttons where there are none: a numbered list, and a reaction of the bot's for each number to press.

What a number stands for is on disk by the card's event, so that a press after a restart still means the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from bot.adapters.ground import Ground
from bot.adapters.matrix_text import changed, said
from bot.adapters.matrix_wire import Wire
from bot.adapters.turns import Urgency
from bot.commands.spec import Words
from moderation.errors import Forbidden, Gone
from moderation.ports import Card

NUMBERS: Final = tuple(chr(0x2460 + place) for place in range(20))
"""① to ⑳."""
HINT: Final[Words] = {
    "en": "React with a number, or reply to this with ! and the number.",
    "es": "Reacciona con un número, o responde a este mensaje con ! y el número.",
}
_KIND: Final = "m.text"
_PREFIX: Final = "matrix:card:"
_VARIANT: Final = "\ufe0f"


@dataclass(slots=True)
class Button:
    """One thing to press; `reaction` is the bot's own, empty until it is there."""

    words: str
    token: str
    reaction: str = ""


def written(card: Card, language: str) -> str:
    """A card as text."""
    lines = [f"{number} {words}" for number, (words, _) in zip(NUMBERS, card.buttons, strict=False)]
    hint = [HINT.get(language, HINT["en"])] if lines else []
    return "\n\n".join(filter(None, (card.title, card.body, "\n".join(lines), *hint)))


class Cards:
    """The cards that are shown, by event."""

    def __init__(self, wire: Wire, ground: Ground) -> None:
        self._wire = wire
        self._cursors = ground.cursors
        self._shown: dict[str, list[Button]] = {}

    async def load(self) -> None:
        """Know again what was shown before a restart."""
        for name, value in (await self._cursors.all(_PREFIX)).items():
            buttons = [Button(*map(str, one)) for one in json.loads(value)]
            self._shown.setdefault(name.removeprefix(_PREFIX), buttons)

    async def show(self, room: str, card: Card, language: str, txn: str) -> str:
        """Show a card; the event. The same transaction again goes on where it stopped."""
        content = said(written(card, language), kind=_KIND)
        sent = await self._wire.do(Urgency.TELL, "room_send", room, "m.room.message", content, txn)
        event = str(sent.event_id)
        await self._offer(room, event, card)
        return event

    async def change(self, room: str, event: str, card: Card, language: str) -> None:
        """Show it as its case stands now."""
        content = changed(event, written(card, language), kind=_KIND)
        await self._wire.do(Urgency.TELL, "room_send", room, "m.room.message", content)
        await self._offer(room, event, card)

    def token(self, event: str, pressed: str) -> str | None:
        """What a number or a button's words stand for on a card; None when that is no card of ours, or no button."""
        buttons = self._shown.get(event, [])
        wanted = pressed.strip().removesuffix(_VARIANT).casefold()
        for place, button in enumerate(buttons):
            if wanted in (NUMBERS[place], str(place + 1), button.words.casefold()):
                return button.token
        return None

    def knows(self, event: str) -> bool:
        """Whether this is a card with buttons."""
        return event in self._shown

    async def _offer(self, room: str, event: str, card: Card) -> None:
        """Have exactly these buttons under a card."""
        before = self._shown.get(event, [])
        kept = [one.reaction for one in before[: len(card.buttons)]] + [""] * len(card.buttons)
        buttons = [Button(words, token, kept[at]) for at, (words, token) in enumerate(card.buttons[: len(NUMBERS)])]
        if not buttons and not before:
            return
        await self._keep(event, buttons)
        for place, button in enumerate(buttons):
            if not button.reaction:
                button.reaction = await self._react(room, event, NUMBERS[place])
        for old in before[len(buttons) :]:
            if old.reaction:
                await self._wire.do(
                    Urgency.TELL, "room_redact", room, old.reaction, None, f"unreact-{old.reaction[1:]}"
                )
        await self._keep(event, buttons)

    async def _react(self, room: str, event: str, number: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": number}
        content: dict[str, Any] = {"m.relates_to": relation}
        txn = f"react-{ord(number)}-{event[1:]}"
        try:
            done = await self._wire.do(Urgency.TELL, "room_send", room, "m.reaction", content, txn)
        except (Forbidden, Gone):
            return ""  # a reply with the number still works
        return str(done.event_id)

    async def _keep(self, event: str, buttons: list[Button]) -> None:
        if not buttons:
            self._shown.pop(event, None)
            await self._cursors.drop(_PREFIX + event)
            return
        self._shown[event] = buttons
        value = json.dumps([[one.words, one.token, one.reaction] for one in buttons])
        await self._cursors.put(_PREFIX + event, value)
