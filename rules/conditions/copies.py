"""`copies: {channels: 3, within: 2m}`: the same text again, small changes ignored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from moderation.counters import Needs
from moderation.ports import Said
from moderation.units import Duration, written
from moderation.verdict import Because
from rules.conditions.windowed import Windowed
from rules.measures import COPIES, Test
from rules.model import Part
from rules.wants import Wants

if TYPE_CHECKING:
    from rules.facts import Facts

Many = Annotated[int, Field(strict=True, ge=2, le=200)]


class Copies(Windowed):
    """One author repeats a text in so many channels or so many times, or so many authors post the same."""

    name: ClassVar = "copies"
    kinds: ClassVar = frozenset({"message", "edit"})
    counted: ClassVar = ("channels", "times", "authors")

    channels: Many | None = None
    times: Many | None = None
    authors: Many | None = None
    within: Duration

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if all(getattr(self, what) is None for what in self.counted):
            raise PydanticCustomError(
                "one_of",
                "`copies` counts channels, times or authors",
                {"hint": "copies: {channels: 3, within: 2m}"},
            )
        return self

    def wants(self) -> Wants:
        """Fingerprints of what was written lately."""
        return Wants(needs=Needs(copies=self.within.total_seconds()))

    def guards(self) -> tuple[Test, ...]:
        """Enough copies in all that is remembered."""
        return (Test(COPIES, below=False, bound=self._fewest),)

    def holds(self, facts: Facts) -> bool | None:
        """Every number given is reached, this message included."""
        if facts.message is None or facts.kind not in self.kinds:
            return False
        same = facts.counts.same_text(self.within.total_seconds())
        if len(same) < self._fewest:
            return False
        mine = self._mine(same, facts)
        return (
            (self.channels is None or len({said.ref.channel for said in mine}) >= self.channels)
            and (self.times is None or len(mine) >= self.times)
            and (self.authors is None or len({said.author for said in same}) >= self.authors)
        )

    def because(self, facts: Facts) -> Sequence[Because]:
        """How many copies there were of what kind."""
        same = facts.counts.same_text(self.within.total_seconds())
        mine = self._mine(same, facts)
        seen = {
            "channels": len({said.ref.channel for said in mine}),
            "times": len(mine),
            "authors": len({said.author for said in same}),
        }
        return [
            Because(f"copies: {limit} {what} within {written(self.within)}", f"{seen[what]} {what}")
            for what in self.counted
            if (limit := getattr(self, what)) is not None
        ]

    def involved(self, facts: Facts) -> Sequence[Part]:
        """All copies: of everybody when authors are counted, else of this author."""
        same = facts.counts.same_text(self.within.total_seconds())
        return [Part(said.ref, said.at) for said in (same if self.authors is not None else self._mine(same, facts))]

    @property
    def _fewest(self) -> int:
        """So many messages it takes at least."""
        return max(number for number in (self.channels, self.times, self.authors) if number is not None)

    def _mine(self, same: Sequence[Said], facts: Facts) -> list[Said]:
        author = facts.member.ref if facts.member else None
        return [said for said in same if said.author == author]
