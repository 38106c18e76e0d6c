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
EVERYWHERE: Final = Parameter(
    "everywhere",
    Kind.CHOICE,
    {"en": "Also for their linked accounts elsewhere", "es": "También para sus cuentas enlazadas en otros sitios"},
    required=False,
    choices={"everywhere": {"en": "Everywhere", "es": "En todas partes"}},
)
"""Stands before the reason. Typed, it is one word in every language, as the commands' names are."""
CASE: Final = Parameter("case", Kind.CASE, {"en": "The number of the case", "es": "El número del caso"})
