"""`dm: text`: a private word."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.actions.names import TextName
from moderation.model import Capability
from moderation.ports import Chat


class Dm(Action):
    """Write to the person alone, with a text by its name."""

    name: ClassVar = "dm"
    main: ClassVar = "text"
    needs: ClassVar = Capability.DM

    text: TextName

    @property
    def slot(self) -> tuple[str, ...]:
        """Different texts are different messages."""
        return (self.name, self.text)

    async def apply(self, chat: Chat, order: Order) -> str:
        """Send it once."""
        if order.target.member is None:
            return "nobody to write to"
        way = await chat.notify(order.target.member, order.text, key=order.key, near=order.target.channel)
        return f"told by {way}"
