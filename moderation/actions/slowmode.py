"""`slowmode: {seconds: 30, for: 10m}`: fewer messages per person in a channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from moderation.actions.base import Action, Aim, Order
from moderation.model import Capability
from moderation.ports import Chat
from moderation.units import Duration, written


class Slowmode(Action):
    """One message per person in so many seconds, for a while."""

    name: ClassVar = "slowmode"
    main: ClassVar = "seconds"
    needs: ClassVar = Capability.SLOWMODE
    severity: ClassVar = 40
    aim: ClassVar = Aim.COMMUNITY

    seconds: Annotated[int, Field(strict=True, ge=1, le=21600)]
    span: Duration = Field(default=timedelta(minutes=10), alias="for")

    @property
    def lasts(self) -> timedelta | None:
        """The channel is itself again afterwards."""
        return self.span

    def weight(self) -> tuple[Any, ...]:
        """Slower, then longer."""
        return (self.seconds, self.span)

    async def apply(self, chat: Chat, order: Order) -> str:
        """Slow the channel down."""
        if order.target.channel is None:
            return "no channel to slow down"
        await chat.slow_mode(order.target.channel, seconds=self.seconds)
        return f"one message in {self.seconds} s, for {written(self.span)}"

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Full speed again."""
        if order.target.channel is None:
            return None
        await chat.slow_mode(order.target.channel, seconds=0)
        return "full speed again"
