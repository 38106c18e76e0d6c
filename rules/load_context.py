"""What a condition or an action may ask about the file it stands in while it is being read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from rules.model import Ladder, WordList


class LoadWarning(NamedTuple):
    """Something doubtful that does not stop the file; `loc` is a path below the value being read."""

    type: str
    message: str
    loc: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class LoadContext:
    """The names a file may use. None for names of sereno.yaml means that there is none: anything goes, with a warning.

    `ladders` is None where strikes cannot be resolved (inside a ladder). `models` are the toxicity models installed.
    """

    lists: Mapping[str, WordList] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    roles: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    playbooks: frozenset[str] | None = None
    ladders: Mapping[str, Ladder] | None = None
    warnings: list[LoadWarning] = field(default_factory=list)

    def warn(self, kind: str, message: str, loc: tuple[str | int, ...] = ()) -> None:
        """Note something doubtful."""
        self.warnings.append(LoadWarning(kind, message, loc))


def context_of(info: ValidationInfo) -> LoadContext | None:
    """The context of the file being read; None when a model is built by code."""
    return info.context if isinstance(info.context, LoadContext) else None


def nearest(name: str, known: frozenset[str] | Mapping[str, object]) -> str:
    """A hint: the known name that looks most like the one written, or all of them when there are few."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known here: {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""


def _word_list(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    context = context_of(info)
    lists = context.lists if context else {}
    found = lists.get(value)
    if found is None:
        hint = nearest(value, lists) or "declare it under `lists:`"
        raise PydanticCustomError("unknown_list", "there is no list `{name}`", {"name": value, "hint": hint})
    return found


ListName = Annotated[WordList, BeforeValidator(_word_list), WithJsonSchema({"type": "string"})]
"""The name of a list of this file, as an admin writes it; the list itself once it is read."""
