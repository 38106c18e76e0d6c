"""`lock: 10m`: nobody but staff writes in the channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from moderation.actions.base import Action, Aim, Order
from moderation.model import Capability
from moderation.ports import Chat
from moderation.units import Duration, written


class Lock(Action):
    """Close the channel for a while."""

    name: ClassVar = "lock"
    main: ClassVar = "span"
    needs: ClassVar = Capability.LOCK
    severity: ClassVar = 40
    aim: ClassVar = Aim.COMMUNITY

    span: Duration = Field(alias="for")

    @property
    def lasts(self) -> timedelta | None:
        """The channel opens again afterwards."""
        return self.span

    def weight(self) -> tuple[Any, ...]:
        """The longer one wins."""
        return (self.span,)

    async def apply(self, chat: Chat, order: Order) -> str:
        """Close it."""
        if order.target.channel is None:
            return "no channel to lock"
        await chat.lock(order.target.channel, locked=True)
        return f"locked for {written(self.span)}"

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Open it."""
        if order.target.channel is None:
            return None
        await chat.lock(order.target.channel, locked=False)
        return "open again"
