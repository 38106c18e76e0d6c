"""`delete`: the message disappears for everybody."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.errors import Gone
from moderation.model import Capability
from moderation.ports import Chat


class Delete(Action):
    """Remove the messages that made the match."""

    name: ClassVar = "delete"
    needs: ClassVar = Capability.DELETE
    severity: ClassVar = 15
    reviewed: ClassVar = True

    async def apply(self, chat: Chat, order: Order) -> str:
        """Delete each message; one that is already gone counts as done."""
        gone = 0
        for message in order.target.messages:
            try:
                await chat.delete(message)
            except Gone:
                gone += 1
        removed = len(order.target.messages) - gone
        return f"{removed} removed" + (f", {gone} already gone" if gone else "")

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Give the messages back where the platform can."""
        for message in order.target.messages:
            await chat.restore(message)
        return f"{len(order.target.messages)} restored"
