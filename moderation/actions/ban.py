"""`ban: 7d`: the person is removed and kept out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from moderation.actions.base import Action, Order
from moderation.model import Capability
from moderation.ports import Chat
from moderation.units import Duration, written


class Ban(Action):
    """Keep the person out for a time. Without a time it is only ever a proposal to people, never automatic."""

    name: ClassVar = "ban"
    main: ClassVar = "span"
    needs: ClassVar = Capability.BAN
    severity: ClassVar = 55
    reviewed: ClassVar = True

    span: Duration | None = Field(default=None, alias="for")

    @property
    def for_good(self) -> bool:
        """Until a person lifts it."""
        return self.span is None

    def weight(self) -> tuple[Any, ...]:
        """For good, then the longer one."""
        return (self.for_good, self.span or timedelta(0))

    async def apply(self, chat: Chat, order: Order) -> str:
        """Keep out until the decision's time plus the span."""
        if order.target.member is None:
            return "nobody to ban"
        until = order.decided_at + self.span if self.span else None
        await chat.ban(order.target.member, until=until, reason=order.text)
        return f"for {written(self.span)}" if self.span else "until a person lifts it"

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Let the person come back."""
        if order.target.member is None:
            return None
        await chat.unban(order.target.member)
        return "may come back"
