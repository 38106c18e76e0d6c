"""`reports: {people: 3, within: 1h}`: several members ask for help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from moderation.counters import Needs
from moderation.units import Duration, written
from moderation.verdict import Because
from rules.conditions.windowed import Windowed
from rules.wants import Wants

if TYPE_CHECKING:
    from rules.facts import Facts


class Reports(Windowed):
    """So many distinct people reported the same message or person."""

    name: ClassVar = "reports"
    counted: ClassVar = ("people",)

    people: Annotated[int, Field(strict=True, ge=1, le=500)]
    within: Duration

    def wants(self) -> Wants:
        """Who reported what lately."""
        return Wants(needs=Needs(reports=self.within.total_seconds()))

    def holds(self, facts: Facts) -> bool | None:
        """Enough of them."""
        return facts.counts.reports(self.within.total_seconds()) >= self.people

    def because(self, facts: Facts) -> Sequence[Because]:
        """How many."""
        seen = facts.counts.reports(self.within.total_seconds())
        return [Because(f"reports: {self.people} people within {written(self.within)}", f"{seen} people")]
