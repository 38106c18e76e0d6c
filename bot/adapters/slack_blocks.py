"""What Sereno shows in Slack, in Block Kit: cards with buttons, and forms.

Texts are `plain_text`: whatever people wrote is shown as it is, nobody is called, nothing is a link.
Limits: 3,000 characters a section, 25 buttons, 75 characters on a button, 24 in a form's title, 100 fields in a form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.adapters.slack_calls import BUTTON, FORM
from bot.adapters.slack_text import said, sections
from bot.commands.spec import Kind, Parameter, Spec, Words
from moderation.ports import Card

BUTTONS: Final = 25
_SEND: Final[Words] = {"en": "Send", "es": "Enviar"}
_CANCEL: Final[Words] = {"en": "Cancel", "es": "Cancelar"}
_DURATION: Final[Words] = {"en": "such as 10m, 1h, 7d", "es": "por ejemplo 10m, 1h, 7d"}
Block = dict[str, Any]


def plain(text: str, limit: int) -> Block:
    """Words that are shown as they are."""
    return {"type": "plain_text", "text": said(text, limit) or " ", "emoji": False}


def card_blocks(card: Card) -> list[Block]:
    """A card: its title, its text, its buttons."""
    blocks: list[Block] = []
    if card.title.strip():
        blocks.append({"type": "header", "text": plain(card.title, 150)})
    blocks += [
        {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}}
        for piece in sections(card.body)
    ]
    if card.buttons:
        blocks.append({"type": "actions", "block_id": "sereno", "elements": _buttons(card.buttons[:BUTTONS])})
    return blocks


def card_text(card: Card) -> str:
    """The card where blocks are not shown: notifications, screen readers."""
    return said(f"{card.title}\n{card.body}".strip(), 3_000)


def _buttons(buttons: Sequence[tuple[str, str]]) -> list[Block]:
    return [
        {"type": "button", "action_id": f"{BUTTON}{number}", "text": plain(words, 75), "value": token}
        for number, (words, token) in enumerate(buttons)
    ]


def to_ask(spec: Spec) -> tuple[Parameter, ...]:
    """The fields of a command's form on a message: everything but the person, who is the message's author."""
    return tuple(one for one in spec.parameters if one.kind is not Kind.MEMBER)


def needs_form(spec: Spec) -> bool:
    """Whether something must be filled in before the command can be called on a message."""
    return any(one.required for one in to_ask(spec))


def form(spec: Spec, origin: Mapping[str, str], language: str) -> Block:
    """The form of a command, to be opened on a message."""
    title = spec.menu or spec.summary
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps(dict(origin)),
        "title": plain(_in(title, language), 24),
        "submit": plain(_in(_SEND, language), 24),
        "close": plain(_in(_CANCEL, language), 24),
        "blocks": [_field(one, language) for one in to_ask(spec)],
    }


def _field(parameter: Parameter, language: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "value"}
    if parameter.kind is Kind.LONG:
        element["multiline"] = True
    elif parameter.kind is Kind.DURATION:
        element["placeholder"] = plain(_in(_DURATION, language), 150)
    elif parameter.kind is Kind.CHOICE:
        choices = parameter.choices or {}
        options = [{"text": plain(_in(words, language), 75), "value": value} for value, words in choices.items()]
        element = {"type": "static_select", "action_id": "value", "options": options}
    return {
        "type": "input",
        "block_id": parameter.name,
        "optional": not parameter.required,
        "label": plain(_in(parameter.summary, language), 2_000),
        "element": element,
    }


def _in(words: Words, language: str) -> str:
    return words.get(language) or words["en"]
