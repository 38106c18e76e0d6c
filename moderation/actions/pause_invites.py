"""`pause_invites: 30m`: nobody new comes in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from moderation.actions.base import Action, Aim, Order
from moderation.model import Capability
from moderation.ports import Chat
from moderation.units import Duration, written


class PauseInvites(Action):
    """Close the door for a time; without one, until the raid ends."""

    name: ClassVar = "pause_invites"
    main: ClassVar = "span"
    needs: ClassVar = Capability.PAUSE_INVITES
    severity: ClassVar = 40
    aim: ClassVar = Aim.COMMUNITY

    span: Duration | None = Field(default=None, alias="for")

    @property
    def lasts(self) -> timedelta | None:
        """None means until the raid ends."""
        return self.span

    def weight(self) -> tuple[Any, ...]:
        """Until the raid ends, then the longer one."""
        return (self.span is None, self.span or timedelta(0))

    async def apply(self, chat: Chat, order: Order) -> str:
        """Close the door."""
        await chat.pause_invites(order.target.community, paused=True)
        return f"invites paused for {written(self.span)}" if self.span else "invites paused until the raid ends"

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Open the door."""
        await chat.pause_invites(order.target.community, paused=False)
        return "invites open again"
