"""`ask: moderators`: people decide."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from pydantic import Field, StrictBool

from moderation.actions.base import Action, Aim, Order
from moderation.actions.names import QueueName
from moderation.ports import Chat
from moderation.units import Duration, written

MODERATORS = "moderators"


class Ask(Action):
    """Put the case before people: who, until when, and whether it cannot wait."""

    name: ClassVar = "ask"
    main: ClassVar = "who"
    aim: ClassVar = Aim.BESIDE

    who: QueueName = MODERATORS
    span: Duration | None = Field(default=None, alias="within")
    urgent: StrictBool = False

    @property
    def slot(self) -> tuple[str, ...]:
        """Different groups are asked separately."""
        return (self.name, self.who)

    def stricter(self, other: Self) -> Self:
        """The sooner answer, and urgent when either is."""
        spans = [span for span in (self.span, other.span) if span is not None]
        soonest: timedelta | None = min(spans, default=None)
        strictest = {"span": soonest, "urgent": self.urgent or other.urgent}
        return super().stricter(other).model_copy(update=strictest)

    async def apply(self, chat: Chat, order: Order) -> str:
        """The desk shows the card; the case waits there from the moment of the verdict."""
        return f"{self.who} asked" + (f", answer within {written(self.span)}" if self.span else "")
