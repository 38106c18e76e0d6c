"""`flood: {messages: 8, within: 10s}`: too much from one person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from moderation.counters import Needs
from moderation.ports import Posted, Said
from moderation.units import Duration, written
from moderation.verdict import Because
from rules.conditions.windowed import Windowed
from rules.measures import Test, posted
from rules.model import Part
from rules.wants import Wants

if TYPE_CHECKING:
    from rules.facts import Facts

Many = Annotated[int, Field(strict=True, ge=2, le=200)]

_WEIGHT: dict[Posted, Callable[[Said], int]] = {
    "messages": lambda _: 1,
    "links": lambda said: said.links,
    "mentions": lambda said: said.mentions,
    "images": lambda said: said.images,
}


class Flood(Windowed):
    """One author posts so many messages, links, mentions or images in so short a time, in all channels together."""

    name: ClassVar = "flood"
    kinds: ClassVar = frozenset({"message"})
    counted: ClassVar[tuple[Posted, ...]] = ("messages", "links", "mentions", "images")

    messages: Many | None = None
    links: Many | None = None
    mentions: Many | None = None
    images: Many | None = None
    within: Duration

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Self:
        if sum(getattr(self, what) is not None for what in self.counted) != 1:
            raise PydanticCustomError(
                "one_of",
                "`flood` counts one of messages, links, mentions, images",
                {"hint": "flood: {messages: 8, within: 10s}"},
            )
        return self

    def wants(self) -> Wants:
        """What the author wrote lately."""
        span = self.within.total_seconds()
        return Wants(needs=Needs(author=span, links=span if self.links is not None else 0.0))

    def guards(self) -> tuple[Test, ...]:
        """Enough of it in all that is remembered of the author."""
        what, most = self._limit()
        return (Test(posted(what), below=False, bound=most),)

    def holds(self, facts: Facts) -> bool | None:
        """Together with the new message they add up to enough."""
        if facts.kind not in self.kinds:
            return False
        what, most = self._limit()
        weigh = _WEIGHT[what]
        return sum(map(weigh, facts.counts.by_author(self.within.total_seconds()))) >= most

    def because(self, facts: Facts) -> Sequence[Because]:
        """How many there were."""
        what, most = self._limit()
        seen = sum(map(_WEIGHT[what], facts.counts.by_author(self.within.total_seconds())))
        return [Because(f"flood: {most} {what} within {written(self.within)}", f"{seen} {what}")]

    def involved(self, facts: Facts) -> Sequence[Part]:
        """Every message that counted."""
        weigh = _WEIGHT[self._limit()[0]]
        said = facts.counts.by_author(self.within.total_seconds())
        return [Part(one.ref, one.at) for one in said if weigh(one)]

    def _limit(self) -> tuple[Posted, int]:
        return next((what, limit) for what in self.counted if (limit := getattr(self, what)) is not None)
