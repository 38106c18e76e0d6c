"""A community on the Discord emulator, as tests of every platform see one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.adapters.homes import Home
from moderation.model import ChannelRef, MemberRef, MessageRef
from tests.contract.world import NotOffered, ShownCard
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_errors import CannotDo
from tests.emulators.discord_eyes import buttons_of, text_of
from tests.emulators.discord_interactions import Interaction
from tests.emulators.discord_state import Message

COMMUNITY = "plaza"


class DiscordWorld:
    """See tests/contract/world.py. `emulator` is underneath, for what only Discord has."""

    def __init__(self, emulator: DiscordEmulator) -> None:
        self.emulator = emulator
        guild = emulator.guild
        self.home = Home(
            platform="discord",
            community=COMMUNITY,
            places=frozenset({str(guild.id)}),
            channels={name: str(guild.channel_named(name).id) for name in ("general", "moderators")},
            roles={name: (str(guild.role_named(name).id),) for name in ("moderator", "trusted")},
        )

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator[DiscordWorld]:
        """Serve it; at the end the emulator must have known every route."""
        async with DiscordEmulator().opened() as emulator:
            yield cls(emulator)

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SERENO_DISCORD_TOKEN": self.emulator.token, "SERENO_DISCORD_API": self.emulator.api}

    @property
    def general(self) -> ChannelRef:
        return self._channel("general")

    @property
    def moderators(self) -> ChannelRef:
        return self._channel("moderators")

    def _channel(self, name: str) -> ChannelRef:
        return self.home.channel(self.home.channels[name])

    def member(self, name: str) -> MemberRef:
        return self.home.member(str(self.emulator.people.user(name).id))

    def ref(self, message: Message) -> MessageRef:
        """What Sereno calls a message of the emulator's."""
        where = self.emulator.state.channels[message.channel]
        return MessageRef(self.home.channel(str(where.id), where.name), str(message.id))

    def message(self, ref: MessageRef) -> Message:
        """The emulator's message, which must be there still."""
        found = self.emulator.state.message(int(ref.id))
        assert found is not None, f"there is no message {ref.id}"
        return found

    async def joins(self, name: str) -> None:
        self.emulator.people.join(name)

    async def leaves(self, name: str) -> None:
        self.emulator.people.leave(name)

    async def becomes_moderator(self, name: str) -> None:
        self.emulator.people.join(name)
        self.emulator.people.give(name, "moderator")

    async def says(self, name: str, text: str) -> MessageRef:
        self.emulator.people.join(name)
        return self.ref(self.emulator.people.say(name, text))

    async def edits(self, name: str, message: MessageRef, text: str) -> None:
        self.emulator.people.edit(name, self.message(message), text)

    async def reads(self) -> list[str]:
        return [text_of(each) for each in self.emulator.eyes.channel()]

    async def told(self, name: str) -> list[str]:
        return [text_of(each) for each in self.emulator.eyes.told(name)]

    async def may_write(self, name: str) -> bool:
        return self.emulator.eyes.may_write(name)

    async def is_here(self, name: str) -> bool:
        return self.emulator.eyes.is_here(name)

    async def calls(self, name: str, command: str, words: str = "", *, on: MessageRef | None = None) -> None:
        """By its slash command; `on` a message by the menu that carries the command's name, with its form filled in."""
        calls = self.emulator.calls
        if on is None:
            try:
                calls.words(name, f"{command} {words}".strip())
            except CannotDo as why:
                raise NotOffered(str(why)) from why
            return
        asked = calls.menu(name, command, self.message(on))
        await eventually(lambda: asked.answered is not None, saying=f"{command} was acknowledged")
        if asked.modal is not None:
            calls.submit(name, asked, self._filled(asked, words))

    def _filled(self, asked: Interaction, words: str) -> dict[str, str]:
        """One word for each field of the form, and the rest for the last."""
        filled: dict[str, str] = {}
        fields = self.emulator.calls.fields(asked)
        for at, field in enumerate(fields):
            word, _, rest = words.partition(" ")
            value, words = (words, "") if at == len(fields) - 1 else (word, rest.strip())
            filled[field["custom_id"]] = self.emulator.people.typed(value)
        return {name: value for name, value in filled.items() if value}

    async def cards(self) -> list[ShownCard]:
        mine = [each for each in self.emulator.eyes.channel("moderators") if each.author.bot]
        return [
            ShownCard(self.ref(each), text_of(each), tuple(part.get("label") or "" for part in buttons_of(each)))
            for each in mine
        ]

    async def presses(self, name: str, card: ShownCard, button: str) -> None:
        self.emulator.calls.press(name, self.message(card.ref), button)
