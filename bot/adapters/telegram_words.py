"""What the bot itself says on Telegram, in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NUDGE: Final[Mapping[str, str]] = {
    "en": "{name}, there is a message for you. Press the button and then “Start” to read it in private.",
    "es": "{name}, hay un mensaje para ti. Pulsa el botón y después «Iniciar» para leerlo en privado.",
}
READ: Final[Mapping[str, str]] = {"en": "Read it in private", "es": "Leerlo en privado"}
WELCOME: Final[Mapping[str, str]] = {
    "en": "Hello. From now on I can write to you here when there is something about you in the group.",
    "es": "Hola. A partir de ahora puedo escribirte por aquí cuando haya algo que te afecte en el grupo.",
}
GIVEN_BACK: Final[Mapping[str, str]] = {
    "en": "A moderator gave this message back. {name} wrote:\n{text}",
    "es": "La moderación ha restituido este mensaje. {name} escribió:\n{text}",
}


def say(words: Mapping[str, str], language: str | None, **values: str) -> str:
    """The words in a language, else in English, filled in."""
    text = words.get((language or "en").partition("-")[0], words["en"])
    for name, value in values.items():  # not str.format: what people wrote may hold braces
        text = text.replace(f"{{{name}}}", value)
    return text
