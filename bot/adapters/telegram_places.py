"""Which chats belong to which community, what their channels are called, and which chat became which supergroup.

A channel's id is the chat's id, or `<chat>/<topic>` in a group with topics. Chat ids of groups are negative.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from telegram import Chat, Message

from bot.adapters.homes import Home, Homes
from bot.stores.cursors import Cursors
from moderation.errors import Gone
from moderation.model import ChannelRef

ALIAS: Final = "telegram:alias:"
"""Cursor: old chat id → new chat id."""
TOPICS: Final = 20_000
"""Messages whose topic is remembered, for reactions, which do not say it."""


class Places:
    """The homes on Telegram, and the new ids of their groups."""

    def __init__(self, homes: Homes, cursors: Cursors) -> None:
        self.homes = homes
        self._cursors = cursors
        self._now: dict[str, str] = {}
        self._once: dict[str, str] = {}
        self._topics: OrderedDict[tuple[int, int], int] = OrderedDict()

    async def load(self) -> None:
        """Remember what became of groups before the last restart."""
        for name, new in (await self._cursors.all(ALIAS)).items():
            self._alias(name.removeprefix(ALIAS), new)

    async def migrated(self, old: int, new: int) -> None:
        """A group became a supergroup."""
        if self._now.get(str(old)) != str(new):
            self._alias(str(old), str(new))
            await self._cursors.put(f"{ALIAS}{old}", str(new))

    def _alias(self, old: str, new: str) -> None:
        self._now[old] = new
        self._once[new] = old

    def moved(self, channel: str) -> bool:
        """Whether this channel's chat is another one by now: its messages cannot be reached any more."""
        return channel.partition("/")[0] in self._now

    def target(self, channel: str) -> tuple[int, int | None]:
        """The chat and the topic to act in."""
        chat, _, topic = channel.partition("/")
        try:
            return int(self._now.get(chat, chat)), int(topic) if topic else None
        except ValueError:
            raise Gone(f"{channel} is no chat of Telegram") from None

    def chats(self, home: Home) -> Iterator[int]:
        """The groups of a community, by their present ids."""
        for place in sorted(home.places):
            yield self.target(place)[0]

    def home_at(self, chat: int) -> Home | None:
        """Whose group this is; None for chats that are left alone."""
        id_ = str(chat)
        return self.homes.at(id_) or self.homes.at(self._once.get(id_, ""))

    def desk_at(self, chat: int) -> Home | None:
        """Whose channel this is: of a community's groups, or one it only uses, as moderators do."""
        home = self.home_at(chat)
        if home is not None:
            return home
        names = {str(chat), self._once.get(str(chat), "")}
        for each in self.homes:
            if any(theirs.partition("/")[0] in names for theirs in each.channels.values()):
                return each
        return None

    def channel(self, home: Home, chat: Chat, topic: int | None = None) -> ChannelRef:
        """A chat, or a topic of it, as a channel, called as the configuration calls it."""
        id_, tail = str(chat.id), f"/{topic}" if topic is not None else ""
        title = chat.title or chat.full_name or ""
        before = self._once.get(id_)
        if before is not None and f"{id_}{tail}" not in home.channels.values():
            title = home.channel(f"{before}{tail}", title).name
        return home.channel(f"{id_}{tail}", title)

    def channel_of(self, home: Home, message: Message) -> ChannelRef:
        """Where a message stands. Outside topics Telegram calls threads of answers so too; those are no channels."""
        topic = message.message_thread_id if message.is_topic_message else None
        if topic is not None:
            self._topics[message.chat.id, message.message_id] = topic
            while len(self._topics) > TOPICS:
                self._topics.popitem(last=False)
        return self.channel(home, message.chat, topic)

    def channel_of_id(self, home: Home, chat: Chat, message_id: int) -> ChannelRef:
        """Where a message stands of which only the id is told."""
        return self.channel(home, chat, self._topics.get((chat.id, message_id)))
