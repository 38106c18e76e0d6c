"""`else: nothing`: where a platform cannot, nothing is done, on purpose."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Aim, Order
from moderation.ports import Chat


class Nothing(Action):
    """The admin's word that doing nothing is right."""

    name: ClassVar = "nothing"
    aim: ClassVar = Aim.BESIDE

    async def apply(self, chat: Chat, order: Order) -> str:
        """Nothing."""
        return "nothing, as the rule says"
