"""What a command is: its look (`Spec`) and what it does (`run`), on what a call brings along."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.commands.parsing import Arguments, Say
from bot.commands.spec import Spec
from moderation.errors import UserError
from moderation.i18n import catalogue, spoken
from moderation.model import CommandCalled, Member, MemberRef
from moderation.ports import Chat, Clock

if TYPE_CHECKING:
    from bot.adapters.ground import Door
    from bot.rulebook import RulesInForce
    from bot.stores.by_hand import ByHand
    from bot.stores.cases import Cases
    from bot.stores.desk import CaseDesk
    from bot.stores.queue import Queue
    from moderation.actions.base import Action

T = TypeVar("T")


class Command(Protocol):
    """One command; one small file each, listed in `bot/wiring.py`.

    `run` may be called again for the same event, after a crash: what it does must be once by the event's key, and its
    answer the same. UserError, in the caller's language, is an answer too; whatever else it raises is tried again.
    """

    @property
    def spec(self) -> Spec:
        """How it looks."""
        ...

    async def run(self, call: Call) -> Reply:
        """Do it; what the caller is told, and nobody else."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller is told."""

    text: str


@dataclass(frozen=True, slots=True)
class Services:
    """What commands work with. `more` holds what only some of them know, by its type."""

    desk: CaseDesk
    cases: Cases
    queue: Queue
    by_hand: ByHand
    rules: RulesInForce
    chats: Mapping[str, Chat]
    actions: Mapping[str, type[Action]]
    clock: Clock
    accept: Door
    is_me: Callable[[MemberRef], bool]
    wake: Callable[[], None]
    language: Callable[[str, MemberRef | None], str]
    commands: Sequence[Command] = ()
    check: Callable[[], Awaitable[str]] | None = None
    more: Mapping[type, object] = field(default_factory=dict)

    def get(self, kind: type[T]) -> T:
        """A service by its type; UserError when this bot has none."""
        found = self.more.get(kind)
        if not isinstance(found, kind):
            raise UserError(f"this bot has no {kind.__name__}")
        return found

    def chat(self, platform: str) -> Chat:
        """The chat of a platform that an event came from."""
        found = self.chats.get(platform)
        if found is None:
            raise UserError(f"{platform} is not connected")
        return found


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a command: the event, who called as they are now, and what they gave."""

    event: CommandCalled
    caller: Member
    language: str
    arguments: Arguments
    services: Services

    @property
    def say(self) -> Say:
        """Puts a text of the catalogue into the caller's language."""
        return catalogue(self.language).gettext

    @property
    def by(self) -> str:
        """The caller as audit and cases name people."""
        return f"{self.caller.ref.platform}:{self.caller.ref.id}"

    @property
    def community(self) -> str:
        """Where it was called, and where alone it has any effect."""
        return self.caller.ref.community

    @property
    def chat(self) -> Chat:
        """The platform it was called on."""
        return self.services.chat(self.caller.ref.platform)

    def in_words(self, words: Mapping[str, str]) -> str:
        """The entry of words by language that fits the caller best."""
        return words.get(spoken(self.language)) or words.get("en") or next(iter(words.values()), "")
