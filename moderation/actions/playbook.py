"""`playbook: name`: a conversation is started."""

from __future__ import annotations

from typing import ClassVar

from moderation.actions.base import Action, Aim, Order
from moderation.actions.names import PlaybookName
from moderation.errors import Unsupported
from moderation.ports import Chat


class StartPlaybook(Action):
    """Hand over to a playbook by its name."""

    name: ClassVar = "playbook"
    main: ClassVar = "playbook"
    aim: ClassVar = Aim.BESIDE

    playbook: PlaybookName

    @property
    def slot(self) -> tuple[str, ...]:
        """Different playbooks are started side by side."""
        return (self.name, self.playbook)

    async def apply(self, chat: Chat, order: Order) -> str:
        """Playbooks run beside the chat, never through it; without a runner the receipt says that nothing began."""
        raise Unsupported(f"nothing here runs the playbook {self.playbook}")
