"""Conditions that are nothing but comparisons of numbers: written as tests, so that the engine can compile them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.measures import Test, every
from rules.model import Condition

if TYPE_CHECKING:
    from rules.facts import Facts

Path = tuple[str | int, ...]


class Measured(Condition):
    """Holds when all its tests hold."""

    @abstractmethod
    def tests(self) -> tuple[Test, ...]:
        """The comparisons this condition consists of."""

    def guards(self) -> tuple[Test, ...]:
        """All of them."""
        return self.tests()

    @property
    def is_numeric(self) -> bool:
        """Nothing but numbers."""
        return True

    def holds(self, facts: Facts) -> bool | None:
        """Every comparison holds; unknown when one of them is and none is false."""
        return every(self.tests(), facts) if facts.kind in self.kinds else False

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without each key in turn."""
        yield from without_each_key(self)


def without_each_key(condition: Condition) -> Iterator[tuple[Path, Condition | None]]:
    """The condition without each key an admin wrote, in turn; None when that was its only one."""
    written = [name for name in type(condition).model_fields if name in condition.model_fields_set]
    for name in written:
        field = type(condition).model_fields[name]
        rest = {key: getattr(condition, key) for key in written if key != name}
        yield (field.alias or name,), type(condition).model_construct(_fields_set=set(rest), **rest) if rest else None
