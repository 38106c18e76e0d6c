"""`reply: text`: an answer where everybody reads it."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.actions.names import TextName
from moderation.model import Capability
from moderation.ports import Chat


class Reply(Action):
    """Answer the message in its channel with a text, by its name."""

    name: ClassVar = "reply"
    main: ClassVar = "text"
    needs: ClassVar = Capability.REPLY

    text: TextName

    @property
    def slot(self) -> tuple[str, ...]:
        """Different texts are different answers."""
        return (self.name, self.text)

    async def apply(self, chat: Chat, order: Order) -> str:
        """Say it once, below the message when there is one."""
        if order.target.channel is None:
            return "no channel to answer in"
        last = order.target.messages[-1] if order.target.messages else None
        await chat.post(order.target.channel, order.text, key=order.key, reply_to=last)
        return "answered"
