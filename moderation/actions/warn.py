"""`warn`: the person is told what they did, as privately as the platform allows."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.ports import Chat


class Warn(Action):
    """Tell the person which rule it was; the words are the statement of reasons of the case."""

    name: ClassVar = "warn"
    severity: ClassVar = 20

    async def apply(self, chat: Chat, order: Order) -> str:
        """Send the notice that was rendered when the verdict fell."""
        if order.target.member is None:
            return "nobody to warn"
        way = await chat.notify(order.target.member, order.text, key=order.key, near=order.target.channel)
        return f"warned by {way}"
