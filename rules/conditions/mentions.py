"""`mentions: everyone`, `mentions: {people: 5}`: who is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from moderation.verdict import Because
from rules.conditions.measured import Measured
from rules.measures import EVERYONE, MENTIONS, Test

if TYPE_CHECKING:
    from rules.facts import Facts


class Mentions(Measured):
    """The message calls everybody, or at least so many distinct people."""

    name: ClassVar = "mentions"
    kinds: ClassVar = frozenset({"message", "edit"})

    everyone: StrictBool = False
    people: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None

    @classmethod
    def expand(cls, value: object) -> object:
        """`everyone` alone; anything else stays what it is."""
        return {"everyone": True} if value == "everyone" else value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.everyone and self.people is None:
            raise PydanticCustomError(
                "empty_condition", "`mentions` needs `everyone` or `people`", {"hint": "mentions: {people: 5}"}
            )
        return self

    def tests(self) -> tuple[Test, ...]:
        """Everybody, and the number of distinct people."""
        everyone = (Test(EVERYONE, below=False, bound=1),) if self.everyone else ()
        return everyone + ((Test(MENTIONS, below=False, bound=self.people),) if self.people is not None else ())

    def because(self, facts: Facts) -> Sequence[Because]:
        """How many were called."""
        told = [Because("mentions everyone", "")] if self.everyone else []
        if self.people is not None:
            told.append(Because(f"mentions {self.people} people or more", f"{MENTIONS(facts)[0]:g} people"))
        return told
