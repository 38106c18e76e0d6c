"""Parameters that several commands share."""

from __future__ import annotations

from typing import Final

from bot.commands.spec import Kind, Parameter

MEMBER: Final = Parameter("member", Kind.MEMBER, {"en": "Who", "es": "Quién"})
REASON: Final = Parameter(
    "reason",
    Kind.TEXT,
    {"en": "Why; the person reads it", "es": "Por qué; la persona lo lee"},
    required=False,
)
CASE: Final = Parameter("case", Kind.CASE, {"en": "The number of the case", "es": "El número del caso"})
