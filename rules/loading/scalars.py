"""What a plain word in YAML means: the core schema of YAML 1.2.2, section 10.3.2, and nothing else.

`on`, `no`, `yes` and `12:30` are texts; `012` is twelve; octal is `0o14`, hexadecimal `0xC`.
"""

from __future__ import annotations

import math
import re
from typing import Final

Plain = str | int | float | bool | None

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_NUMBER: Final = re.compile(
    r"(?P<base>0o[0-7]+|0x[0-9a-fA-F]+)|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
)
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DIGITS: Final = 20
"""The longest number anybody needs is a platform's id; longer ones are texts and belong in quotes."""


class NotANumber(ValueError):
    """Infinite, or not a number at all."""


class TooLong(ValueError):
    """More digits than any number in a file needs."""


def resolve(text: str) -> Plain:
    """The value of a plain scalar; NotANumber for `.nan`, `.inf` and overflow, TooLong for endless numbers."""
    first = text[:1]
    if first.isalpha() and first not in "nNtTfF":
        return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if not first or first not in "0123456789+-.":
        return text
    if _NOT_FINITE.fullmatch(text):
        raise NotANumber(text)
    match = _NUMBER.fullmatch(text)
    return _number(text, match) if match else text


def _number(text: str, match: re.Match[str]) -> int | float:
    if len(text) > 2 * _DIGITS:
        raise TooLong(text)
    if match["base"]:
        return int(text, 0)
    if not any(mark in text for mark in ".eE"):
        if len(text.lstrip("+-")) > _DIGITS:
            raise TooLong(text)
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        raise NotANumber(text)
    return value
