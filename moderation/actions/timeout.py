"""`timeout: 1h`: the person cannot write for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from moderation.actions.base import Action, Order
from moderation.model import Capability
from moderation.ports import Chat
from moderation.units import Duration, written


class Timeout(Action):
    """Nobody hears the person until the time is over; the end is absolute, so that repeating it changes nothing."""

    name: ClassVar = "timeout"
    main: ClassVar = "span"
    needs: ClassVar = Capability.TIMEOUT
    severity: ClassVar = 40
    reviewed: ClassVar = True

    span: Duration = Field(alias="for", le=timedelta(days=28))

    def weight(self) -> tuple[Any, ...]:
        """The longer one wins."""
        return (self.span,)

    async def apply(self, chat: Chat, order: Order) -> str:
        """Restrict until the decision's time plus the span."""
        if order.target.member is None:
            return "nobody to restrict"
        await chat.timeout(order.target.member, until=order.decided_at + self.span)
        return f"for {written(self.span)}"

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Let the person write again."""
        if order.target.member is None:
            return None
        await chat.timeout(order.target.member, until=None)
        return "may write again"
