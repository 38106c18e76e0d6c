"""People on the emulated Telegram, as tests of the whole bot meet them (tests/contract/world.py)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.adapters.homes import Home
from bot.adapters.telegram_words import WELCOME
from moderation.model import ChannelRef, MemberRef, MessageRef
from tests.contract.world import ShownCard
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_state import Message

PERSON = re.compile(r"<@([a-z0-9_]+)>")


class TelegramWorld:
    """A group and the moderators' group. People have started a chat with the bot unless `strangers`."""

    def __init__(self, emulator: TelegramEmulator, *, strangers: bool = False, community: str = "club") -> None:
        self.emulator = emulator
        self.community = community
        self.strangers = strangers
        emulator.asked = ["message", "edited_message", "callback_query", "chat_member", "my_chat_member"]
        emulator.asked += ["chat_join_request", "message_reaction"]  # as if the bot had polled here before

    @classmethod
    @asynccontextmanager
    async def opened(cls, *, strangers: bool = False) -> AsyncIterator[TelegramWorld]:
        """A world while it lasts. What the emulator does not know fails the test at the end."""
        emulator = TelegramEmulator()
        await emulator.start()
        try:
            yield cls(emulator, strangers=strangers)
            emulator.desk.check()
        finally:
            await emulator.stop()

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SERENO_TELEGRAM_TOKEN": self.emulator.token, "SERENO_TELEGRAM_API": self.emulator.url}

    @property
    def home(self) -> Home:
        return Home(
            platform="telegram",
            community=self.community,
            places=frozenset({str(self.emulator.group.id)}),
            channels={"general": str(self.emulator.group.id), "moderators": str(self.emulator.moderators.id)},
            roles={"moderator": ("administrators",), "trusted": (str(self.emulator.folk.user("trudy").id),)},
            language="en",
        )

    @property
    def general(self) -> ChannelRef:
        return self.home.channel(str(self.emulator.group.id))

    @property
    def moderators(self) -> ChannelRef:
        return self.home.channel(str(self.emulator.moderators.id))

    def member(self, name: str) -> MemberRef:
        return self.home.member(str(self.emulator.folk.user(name).id))

    async def joins(self, name: str) -> None:
        self._meets(name)
        self.emulator.folk.joins(self.emulator.group, name)

    async def leaves(self, name: str) -> None:
        self.emulator.folk.leaves(self.emulator.group, name)

    async def becomes_moderator(self, name: str) -> None:
        self._meets(name)
        for chat in (self.emulator.group, self.emulator.moderators):
            self.emulator.folk.promotes(chat, name)

    async def says(self, name: str, text: str) -> MessageRef:
        self._meets(name)
        return self.ref(self.emulator.folk.says(self.emulator.group, name, text))

    async def edits(self, name: str, message: MessageRef, text: str) -> None:
        self.emulator.folk.edits(self.message(message), text)

    async def reads(self) -> list[str]:
        """What people and the bot say; commands are messages here, which the bot takes away a moment later."""
        return [text for text in self.emulator.folk.reads(self.emulator.group) if not text.startswith("/")]

    async def told(self, name: str) -> list[str]:
        """What somebody reads alone, but for the words that greet everybody."""
        return [text for text in self.emulator.folk.told(name) if text not in WELCOME.values()]

    async def may_write(self, name: str) -> bool:
        return self.emulator.group.may_write(self.emulator.folk.user(name).id)

    async def is_here(self, name: str) -> bool:
        return self.emulator.group.place(self.emulator.folk.user(name).id).here

    async def calls(self, name: str, command: str, words: str = "", *, on: MessageRef | None = None) -> None:
        self._meets(name)
        reply = int(on.id) if on is not None else None
        self.emulator.folk.says(self.emulator.group, name, f"/{command} {words}".strip(), reply_to=reply)

    async def cards(self) -> list[ShownCard]:
        chat = self.emulator.moderators
        mine = [m for m in chat.messages.values() if m.sender == self.emulator.state.bot.id and not m.deleted]
        return [ShownCard(self.ref(message), message.text, _buttons(message)) for message in mine]

    async def presses(self, name: str, card: ShownCard, button: str) -> None:
        self._meets(name)
        self.emulator.folk.presses(self.message(card.ref), name, button)

    def ref(self, message: Message) -> MessageRef:
        topic = f"/{message.topic}" if message.topic is not None else ""
        return MessageRef(self.home.channel(f"{message.chat}{topic}"), str(message.id))

    def message(self, ref: MessageRef) -> Message:
        return self.emulator.state.chats[int(ref.channel.id.partition("/")[0])].messages[int(ref.id)]

    def _meets(self, name: str) -> None:
        if not self.strangers and not self.emulator.folk.user(name).started:
            self.emulator.folk.starts(name)


def _buttons(message: Message) -> tuple[str, ...]:
    rows = (message.markup or {}).get("inline_keyboard", ())
    return tuple(button["text"] for row in rows for button in row)
