"""`kick`: the person is removed and may come back."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.errors import Gone
from moderation.model import Capability
from moderation.ports import Chat


class Kick(Action):
    """Remove the person from the community."""

    name: ClassVar = "kick"
    needs: ClassVar = Capability.KICK
    severity: ClassVar = 50
    reviewed: ClassVar = True

    async def apply(self, chat: Chat, order: Order) -> str:
        """Remove; somebody who left already is removed."""
        if order.target.member is None:
            return "nobody to remove"
        try:
            await chat.kick(order.target.member, reason=order.text)
        except Gone:
            return "had already left"
        return "removed from the community"
