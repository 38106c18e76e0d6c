"""Names in actions that stand for something outside the rule file: roles, queues, playbooks.

They resolve against what the loader knows. Where there is no sereno.yaml, any name goes, with a warning; an unknown
name where there is one is an error with the nearest known name.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Annotated, Protocol, runtime_checkable

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

Known = frozenset[str] | None


@runtime_checkable
class Names(Protocol):
    """What the loader knows about the community; None means that there is no sereno.yaml."""

    @property
    def roles(self) -> Known:
        """Our names of roles."""
        ...

    @property
    def queues(self) -> Known:
        """Groups of people that can be asked."""
        ...

    @property
    def playbooks(self) -> Known:
        """Playbooks that are there."""
        ...

    def warn(self, kind: str, message: str, loc: tuple[str | int, ...] = ()) -> None:
        """Note something doubtful."""
        ...


def names_of(info: ValidationInfo) -> Names | None:
    """What the loader knows; None when an action is built by code."""
    return info.context if isinstance(info.context, Names) else None


def _checked(what: str, known_to: Callable[[Names], Known]) -> AfterValidator:
    def check(name: str, info: ValidationInfo) -> str:
        names = names_of(info)
        if names is None:
            return name
        known = known_to(names)
        if known is None:
            message = f"the {what} `{name}` cannot be checked: there is no sereno.yaml"
            names.warn(f"unchecked_{what}", message, (info.field_name,) if info.field_name else ())
        elif name not in known:
            close = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(sorted(known)) or 'none'}"
            raise PydanticCustomError(
                f"unknown_{what}",
                "there is no {what} `{name}`",
                {
                    "what": what,
                    "name": name,
                    "hint": hint,
                },
            )
        return name

    return AfterValidator(check)


_Name = Annotated[str, Field(min_length=1, max_length=100)]
RoleName = Annotated[_Name, _checked("role", lambda names: names.roles)]
QueueName = Annotated[_Name, _checked("queue", lambda names: names.queues)]
PlaybookName = Annotated[_Name, _checked("playbook", lambda names: names.playbooks)]
TextName = Annotated[str, Field(min_length=1, max_length=2000)]
