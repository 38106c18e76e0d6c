"""A chat platform as people use it, in a test: they come, write, press and read; Sereno is somewhere else.

A world stands on a third party's server, an emulator or memory, and knows nothing of the adapter. `environment` and
`home` are what Sereno needs to be connected to it. People are called by short names (`eve`); `member` gives the
reference by which Sereno knows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.adapters.homes import Home
from moderation.model import ChannelRef, MemberRef, MessageRef


class NotOffered(Exception):
    """A platform does not even let this person try: the command or the button is not there for them."""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card as moderators see it: its text, and the words on its buttons in order."""

    ref: MessageRef
    text: str
    buttons: tuple[str, ...]


class World(Protocol):
    """A community with the channels `general` and `moderators`."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables (SERENO_…) that connect Sereno to it."""
        ...

    @property
    def home(self) -> Home:
        """The community, its channels and roles (`moderator` and `trusted` are configured where there are roles)."""
        ...

    @property
    def general(self) -> ChannelRef:
        """Where everybody talks."""
        ...

    @property
    def moderators(self) -> ChannelRef:
        """Where cards go; configured under the name `moderators`."""
        ...

    def member(self, name: str) -> MemberRef:
        """The reference of a person, whether they are here or not."""
        ...

    async def joins(self, name: str) -> None:
        """A person enters the community."""
        ...

    async def leaves(self, name: str) -> None:
        """A person leaves by themselves."""
        ...

    async def becomes_moderator(self, name: str) -> None:
        """A person has the platform's own rights to moderate and our role `moderator` from now on; they are here."""
        ...

    async def says(self, name: str, text: str) -> MessageRef:
        """A person, who is a member from now on, writes in `general`."""
        ...

    async def edits(self, name: str, message: MessageRef, text: str) -> None:
        """A person changes what they wrote."""
        ...

    async def reads(self) -> list[str]:
        """What any member sees in `general`, oldest first."""
        ...

    async def told(self, name: str) -> list[str]:
        """What this person alone was told: direct messages, ephemeral notes, answers to their commands and buttons."""
        ...

    async def may_write(self, name: str) -> bool:
        """Whether this person could write in `general` now."""
        ...

    async def is_here(self, name: str) -> bool:
        """Whether this person is in the community."""
        ...

    async def calls(self, name: str, command: str, words: str = "", *, on: MessageRef | None = None) -> None:
        """A person calls a command, typed as on this platform (`warn`, `<@eve> be kind`), `on` a message by its menu or
        as a reply. `<@name>` in `words` stands for a person and is typed as this platform has it."""
        ...

    async def cards(self) -> list[ShownCard]:
        """The cards in the moderators' channel, oldest first, as they look now."""
        ...

    async def presses(self, name: str, card: ShownCard, button: str) -> None:
        """A person presses the button with these words, or reacts with what stands for it."""
        ...
