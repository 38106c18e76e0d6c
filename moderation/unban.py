"""Let a banned person come back; only people decide that, so no rule file can ask for it."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.model import Capability
from moderation.ports import Chat


class Unban(Action):
    """Lift a ban."""

    name: ClassVar = "unban"
    needs: ClassVar = Capability.BAN

    async def apply(self, chat: Chat, order: Order) -> str:
        """Let them come back; lifting twice is once."""
        if order.target.member is None:
            return "nobody to let in"
        await chat.unban(order.target.member)
        return "may come back"
