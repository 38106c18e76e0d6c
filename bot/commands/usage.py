"""How a command is written, for help and for whoever wrote it wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.commands.spec import Kind, Parameter, Spec

_SAMPLES: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.MEMBER: {"en": "@eve", "es": "@eve"},
    Kind.DURATION: {"en": "10m", "es": "10m"},
    Kind.CASE: {"en": "12", "es": "12"},
    Kind.TEXT: {"en": "please stay polite", "es": "por favor, sé amable"},
    Kind.LONG: {"en": "I was quoting somebody", "es": "estaba citando a otra persona"},
}


_TEXTS: Final = (Kind.TEXT, Kind.LONG)


def in_words(spec: Spec) -> tuple[Parameter, ...]:
    """The parameters as they are typed: a text takes the rest, so it stands behind all else.

    In fields what must be given comes first (`Spec.parameters`), as Discord asks; only there may the order differ.
    """
    return tuple(sorted(spec.parameters, key=lambda one: one.kind in _TEXTS))


def usage(spec: Spec) -> str:
    """`/timeout member for [reason]`: what may be left out stands in brackets."""
    parts = [one.name if one.required else f"[{one.name}]" for one in in_words(spec)]
    return " ".join([f"/{spec.name}", *parts])


def example(spec: Spec, language: str) -> str:
    """A call as somebody could type it, without words that make it mean more than most want."""
    shown = (one for one in in_words(spec) if one.required or one.kind is not Kind.CHOICE)
    return " ".join([f"/{spec.name}", *(sample(one, language) for one in shown)])


def sample(parameter: Parameter, language: str) -> str:
    """What one could write for a parameter."""
    if parameter.kind is Kind.CHOICE:
        return next(iter(parameter.choices or {}), parameter.name)
    words = _SAMPLES[parameter.kind]
    return words.get(language) or words["en"]
