"""`strike: 2`: points that add up on a ladder."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from moderation.actions.base import Action, Order
from moderation.ports import Chat


@runtime_checkable
class Ladders(Protocol):
    """What the loader knows about the ladders of the file."""

    @property
    def ladders(self) -> Any:
        """Ladders by name; None where a strike cannot stand (inside a ladder)."""
        ...


def _pairs(value: object, info: ValidationInfo) -> object:
    known = info.context.ladders if isinstance(info.context, Ladders) else None
    if isinstance(value, (list, tuple)):
        return tuple(value)
    if isinstance(value, dict):
        unknown = [name for name in value if known is not None and name not in known]
        if unknown:
            hint = f"ladders of this file: {', '.join(sorted(known))}" if known else "declare it under `ladders:`"
            raise PydanticCustomError(
                "unknown_ladder", "there is no ladder `{name}`", {"name": str(unknown[0]), "hint": hint}
            )
        return tuple(sorted(value.items(), key=lambda item: str(item[0])))
    if known is None:
        return (("", value),)
    if len(known) != 1:
        which = "which ladder is meant" if known else "this file has no ladder"
        hint = f"write strike: {{{next(iter(known))}: {value}}}" if known else "declare one under `ladders:`"
        raise PydanticCustomError("ambiguous_ladder", "{which}", {"which": which, "hint": hint})
    return ((next(iter(known)), value),)


Given = Annotated[int, Field(strict=True, ge=1, le=100)]
Points = Annotated[
    tuple[tuple[str, Given], ...],
    BeforeValidator(_pairs),
    PlainSerializer(dict, return_type=dict[str, int]),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "object"}]}),
    Field(min_length=1),
]


class Strike(Action):
    """Points against the person, per ladder; what follows from them stands on the ladder."""

    name: ClassVar = "strike"
    main: ClassVar = "points"
    severity: ClassVar = 30
    reviewed: ClassVar = True

    points: Points

    @classmethod
    def expand(cls, value: object) -> object:
        """`2`, `{conduct: 2}`; only the long form has a `points` key."""
        return value if isinstance(value, dict) and "points" in value else {"points": value}

    def stricter(self, other: Self) -> Self:
        """On each ladder the higher of the two, never the sum."""
        merged = dict(self.points)
        for ladder, points in other.points:
            merged[ladder] = max(points, merged.get(ladder, 0))
        return super().stricter(other).model_copy(update={"points": tuple(sorted(merged.items()))})

    async def apply(self, chat: Chat, order: Order) -> str:
        """The points count from the moment of the verdict: they are rows of the case."""
        return ", ".join(f"{points} on {ladder}" if ladder else str(points) for ladder, points in self.points)
