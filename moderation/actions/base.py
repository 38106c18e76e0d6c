"""What every enforcement action has: a schema, a capability, a severity, words, and one way to be applied.

An action is one small file: the YAML an admin writes (pydantic fields), how two of a kind merge (`stricter`), how it is
applied through the `Chat` port, and its inverse where one exists. `bot/wiring.py` lists them all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from moderation.model import Capability, ChannelRef, MemberRef, MessageRef
from moderation.ports import Chat


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is aimed at. `messages` are all that made the match (split words, floods, copies)."""

    platform: str
    community: str
    member: MemberRef | None = None
    channel: ChannelRef | None = None
    messages: tuple[MessageRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """One action to be carried out: against whom, when it was decided, and the key that makes repeating it harmless.

    `texts` are rendered at decision time (notices, replies), so that a retry says the same words.
    """

    key: str
    target: Target
    decided_at: datetime
    case: str = ""
    text: str = ""


class Aim(StrEnum):
    """Whom an action touches."""

    PERSON = "person"
    COMMUNITY = "community"
    BESIDE = "beside"
    """Whatever the actions beside it touch; the person when it stands alone."""


class Action(BaseModel, ABC):
    """One enforcement action as an admin wrote it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: ClassVar[str]
    """Its key in YAML and in every record."""
    main: ClassVar[str | None] = None
    """The field that takes the value after the name (`timeout: 1h`); None when the bare name is all there is."""
    needs: ClassVar[Capability | None] = None
    severity: ClassVar[int] = 0
    """0 touches nobody, 10 hides a message, 20 warns, 30 strikes, 40 restricts, 50 removes the person."""
    reviewed: ClassVar[bool] = False
    """True for what `mode: review` turns into a question for people (delete, timeout, kick, ban, roles, strike)."""
    aim: ClassVar[Aim] = Aim.PERSON

    otherwise: SerializeAsAny[Action] | None = None
    """What to do where a platform cannot (`else:`); `Nothing` when the admin wrote `nothing`."""

    @classmethod
    def expand(cls, value: object) -> object:
        """The long form of what an admin wrote after the name: `1h` becomes `{"for": "1h"}`; None is the bare name."""
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        return {cls.main: value} if cls.main else value

    @property
    def capability(self) -> Capability | None:
        """What the platform must be able to do; an action whose need depends on its fields overrides this."""
        return self.needs

    @property
    def slot(self) -> tuple[str, ...]:
        """Actions with the same slot merge into one: all of a kind, unless what they name (a role, a text) differs."""
        return (self.name,)

    @property
    def lasts(self) -> timedelta | None:
        """After how long the enforcer takes it back by itself; None where it stays or the platform ends it."""
        return None

    def stricter(self, other: Self) -> Self:
        """One action as strict as both of the same slot; merging is commutative and associative."""
        return self if self._order() >= other._order() else other

    def weight(self) -> tuple[Any, ...]:
        """What `stricter` compares first."""
        return ()

    def _order(self) -> tuple[tuple[Any, ...], int, str]:
        fallback = self.otherwise.severity if self.otherwise else -1
        return (self.weight(), fallback, self.model_dump_json())

    @abstractmethod
    async def apply(self, chat: Chat, order: Order) -> str:
        """Do it; the note for the receipt. Raises ChatError as the port does. Repeating with the same key is safe."""

    async def undo(self, chat: Chat, order: Order) -> str | None:
        """Take it back; the note for the receipt, or None when nothing can be taken back."""
        return None


Action.model_rebuild()
