"""`joins: {people: 25, within: 1m}`: a wave of newcomers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from moderation.counters import Needs
from moderation.units import Duration, written
from moderation.verdict import Because
from rules.conditions.windowed import Windowed
from rules.model import Witness
from rules.wants import Wants

if TYPE_CHECKING:
    from rules.facts import Facts


class Joins(Windowed):
    """So many distinct people joined in so short a time; one person who reconnects counts once."""

    name: ClassVar = "joins"
    counted: ClassVar = ("people",)

    people: Annotated[int, Field(strict=True, ge=2, le=5000)]
    within: Duration

    @property
    def witness(self) -> Witness:
        """What others do accuses nobody."""
        return Witness.NOBODY

    def wants(self) -> Wants:
        """Who joined lately."""
        return Wants(needs=Needs(joins=self.within.total_seconds()))

    def holds(self, facts: Facts) -> bool | None:
        """Enough of them."""
        return facts.counts.joins(self.within.total_seconds()) >= self.people

    def because(self, facts: Facts) -> Sequence[Because]:
        """How many."""
        seen = facts.counts.joins(self.within.total_seconds())
        return [Because(f"joins: {self.people} people within {written(self.within)}", f"{seen} people")]
