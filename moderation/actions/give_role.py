"""`give_role: name`: the person gets a role."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Order
from moderation.actions.names import RoleName
from moderation.model import Capability
from moderation.ports import Chat


class GiveRole(Action):
    """Give a role by our name for it."""

    name: ClassVar = "give_role"
    main: ClassVar = "role"
    needs: ClassVar = Capability.ROLES
    severity: ClassVar = 40
    reviewed: ClassVar = True

    role: RoleName

    @property
    def slot(self) -> tuple[str, ...]:
        """Different roles are different actions."""
        return (self.name, self.role)

    async def apply(self, chat: Chat, order: Order) -> str:
        """Giving a role somebody has changes nothing."""
        if order.target.member is None:
            return "nobody to give it to"
        await chat.give_role(order.target.member, self.role)
        return f"has the role {self.role}"

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Take the role back."""
        if order.target.member is None:
            return None
        await chat.take_role(order.target.member, self.role)
        return f"no longer has the role {self.role}"
