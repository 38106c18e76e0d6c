"""`label: name`: a word on the case, for people and for figures."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from moderation.actions.base import Action, Aim, Order
from moderation.ports import Chat


class Label(Action):
    """Mark the case; nobody in the chat notices."""

    name: ClassVar = "label"
    main: ClassVar = "label"
    aim: ClassVar = Aim.BESIDE

    label: Annotated[str, Field(min_length=1, max_length=60)]

    @property
    def slot(self) -> tuple[str, ...]:
        """Different labels stand side by side."""
        return (self.name, self.label)

    async def apply(self, chat: Chat, order: Order) -> str:
        """The case carries the label from the moment of the verdict."""
        return f"labelled {self.label}"
