"""`hold`: the message is hidden until a person has looked."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.errors import Gone
from moderation.model import Capability
from moderation.ports import Chat


class Hold(Action):
    """Hide the messages that made the match until somebody decides."""

    name: ClassVar = "hold"
    needs: ClassVar = Capability.HOLD
    severity: ClassVar = 10

    async def apply(self, chat: Chat, order: Order) -> str:
        """Hide each message; one that is gone needs no hiding."""
        gone = 0
        for message in order.target.messages:
            try:
                await chat.hold(message)
            except Gone:
                gone += 1
        return f"{len(order.target.messages) - gone} held" + (f", {gone} already gone" if gone else "")

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Show the messages again."""
        for message in order.target.messages:
            await chat.restore(message)
        return f"{len(order.target.messages)} shown again"
