"""`raid: start`: a raid is declared."""

from __future__ import annotations

from typing import ClassVar, Literal

from moderation.actions.base import Action, Aim, Order
from moderation.ports import Chat


class Raid(Action):
    """Declare a raid; it ends by itself when nobody has come in a wave for a while (moderation/raid.py)."""

    name: ClassVar = "raid"
    main: ClassVar = "what"
    aim: ClassVar = Aim.COMMUNITY

    what: Literal["start"]

    async def apply(self, chat: Chat, order: Order) -> str:
        """The state changes with the verdict; there is nothing to do on the platform."""
        return "raid declared"
