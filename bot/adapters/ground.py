"""What every adapter stands on: the door for events, what it must remember over a restart, who lives where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.adapters.homes import Homes
from bot.commands.spec import Spec
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.kept import Kept
from bot.stores.sent import Sent
from bot.stores.writer import Work
from moderation.model import Event
from moderation.ports import Accepted, Chat, Clock


class Door(Protocol):
    """Where events come in: on disk before this returns, `extra` in the same transaction if the event is new.

    None, or a place of 0, when it was the bot's own doing: then nothing was written, `extra` neither. Raises StoreError
    when it could not be kept: then acknowledge nothing.
    """

    def __call__(self, event: Event, extra: Work[None] | None = None) -> Awaitable[Accepted | None]:
        """Keep an event."""
        ...


@dataclass(frozen=True, slots=True)
class Ground:
    """Given to an adapter once. `me` tells Sereno an account of the bot's own on this platform, so that it never
    answers itself."""

    accept: Door
    homes: Homes
    cursors: Cursors
    sent: Sent
    kept: Kept
    gaps: Gaps
    budgets: Budgets
    clock: Clock
    me: Callable[[str], None]
    commands: Sequence[Spec] = field(default=())


class Adapter(Protocol):
    """A chat platform through its SDK: a `Chat` to act on, and a connection that delivers events."""

    @property
    def chat(self) -> Chat:
        """What Sereno can do there; usable from the start, Unavailable until connected."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why nothing is delivered at the moment, in a sentence; None when all is well."""
        ...

    async def connect(self) -> None:
        """Catch up with what was missed, then deliver until cancelled or the connection is lost.

        Raises Refused when trying again cannot help (token, intents). Whatever else it raises, and returning, is a lost
        connection: it is called again after a pause (bot/connecting.py).
        """
        ...

    async def aclose(self) -> None:
        """Let go of sockets and sessions; `connect` is not running any more."""
        ...
