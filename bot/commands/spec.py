"""What a command looks like, so that every platform can show it in its own way. Data only: adapters read it.

A parameter that a surface cannot carry (a message menu has none) is asked for in a form where the platform has forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from moderation.model import Capability

Words = Mapping[str, str]
"""The same words by language; every entry has `en` and `es`."""


class Audience(StrEnum):
    """Who may call a command by our own roles; what a platform grants is asked besides."""

    EVERYBODY = "everybody"
    MODERATORS = "moderators"
    ADMINS = "admins"


class Kind(StrEnum):
    """What a parameter takes, as the adapter delivers it."""

    TEXT = "text"
    """Words."""
    LONG = "long"
    """Several lines; a text area in forms."""
    MEMBER = "member"
    """A person, delivered as the platform's id."""
    DURATION = "duration"
    """`90s`, `10m`, `1h`, `7d`."""
    CHOICE = "choice"
    CASE = "case"
    """A case's number or id."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing to fill in. `choices` are value → words, for `CHOICE` only."""

    name: str
    kind: Kind
    summary: Words
    required: bool = True
    choices: Mapping[str, Words] | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """One command. `name` is lower-case ASCII; `needs` is what the caller must be able to do natively.

    `menu` puts it on the menu of a message under these words; it is then called on that message and its author.
    """

    name: str
    summary: Words
    parameters: tuple[Parameter, ...] = ()
    audience: Audience = Audience.EVERYBODY
    needs: Capability | None = None
    menu: Words | None = None


WORDS: Final = ""
"""The argument under which platforms without fields deliver everything that was typed after the command."""
