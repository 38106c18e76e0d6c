"""`hours: {from: 22:00, to: 07:00, days: [sat, sun]}`: time of day in the community's time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from moderation.verdict import Because
from rules.conditions.measured import Path
from rules.model import Condition, Witness

if TYPE_CHECKING:
    from rules.facts import Facts

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a time of day is written 00:00 to 23:59")
    return time(int(match[1]), int(match[2]))


def _written(value: time) -> str:
    return f"{value:%H:%M}"


TimeOfDay = Annotated[
    time, BeforeValidator(_time), PlainSerializer(_written, return_type=str), WithJsonSchema({"type": "string"})
]
MIDNIGHT: Final = time(0, 0)


class Hours(Condition):
    """Between two times of day, on some days; a span over midnight belongs to the day on which it begins."""

    name: ClassVar = "hours"

    start: TimeOfDay = Field(default=MIDNIGHT, alias="from")
    end: TimeOfDay = Field(default=MIDNIGHT, alias="to")
    days: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError(
                "empty_condition", "`hours` needs at least one key", {"hint": "hours: {from: 22:00, to: 07:00}"}
            )
        return self

    @property
    def witness(self) -> Witness:
        """The hour accuses nobody."""
        return Witness.NOBODY

    def holds(self, facts: Facts) -> bool | None:
        """From `from` on, until just before `to`."""
        local = facts.now.astimezone(facts.zone)
        clock, day = local.time().replace(tzinfo=None), local
        if self.start == self.end:
            return self._on(day.weekday())
        if self.start < self.end:
            return self.start <= clock < self.end and self._on(day.weekday())
        if clock >= self.start:
            return self._on(day.weekday())
        return clock < self.end and self._on((day - timedelta(days=1)).weekday())

    def because(self, facts: Facts) -> Sequence[Because]:
        """The local time."""
        days = f" on {', '.join(self.days)}" if self.days else ""
        local = facts.now.astimezone(facts.zone)
        words = f"between {_written(self.start)} and {_written(self.end)}{days}"
        return [Because(words, f"{DAYS[local.weekday()]} {local:%H:%M}")]

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without the times, and without the days."""
        timed = not {"start", "end"}.isdisjoint(self.model_fields_set)
        if timed:
            update = {"start": MIDNIGHT, "end": MIDNIGHT}
            yield ("from",), self.model_copy(update=update) if self.days else None
        if self.days:
            yield ("days",), self.model_copy(update={"days": ()}) if timed else None

    def _on(self, weekday: int) -> bool:
        return not self.days or DAYS[weekday] in self.days
