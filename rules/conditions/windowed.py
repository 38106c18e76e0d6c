"""Conditions that count something within a time: how the mutation check loosens them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from moderation.units import Duration
from rules.conditions.measured import Path
from rules.model import Condition

LONG: timedelta = timedelta(hours=12)
"""What stands for "no limit of time" when the mutation check drops `within`."""


class Windowed(Condition):
    """So many of something `within` a time."""

    counted: ClassVar[tuple[str, ...]]
    within: Duration

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without each number, and without the limit of time."""
        numbers = [name for name in self.counted if getattr(self, name) is not None]
        for name in numbers:
            yield (name,), self.model_copy(update={name: None}) if len(numbers) > 1 else None
        if self.within < LONG:
            yield ("within",), self.model_copy(update={"within": LONG})
