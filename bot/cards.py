"""Cards: what waits for a person is shown in the moderators' channel of its platform, once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import structlog

from bot.stores.queue import Queue, Queued
from moderation.case import WAITING
from moderation.errors import ChatError
from moderation.model import ChannelRef
from moderation.ports import Card, Chat

_AT_ONCE: Final = 50
_REMEMBERED: Final = 10_000


class Cards:
    """Posts a card per waiting case. The key is the case's, so that a restart shows none twice.

    `channels` gives the moderators' channel of each platform; cases of others stay in the console's queue.
    """

    def __init__(self, queue: Queue, chats: Mapping[str, Chat], channels: Mapping[str, ChannelRef]) -> None:
        self._queue = queue
        self._chats = chats
        self._channels = channels
        self._shown: OrderedDict[str, None] = OrderedDict()
        self._log: Any = structlog.get_logger(__name__)

    async def look(self) -> int:
        """Post what is not there yet, oldest first; how many."""
        waiting = await self._queue.page(WAITING, message=None, before=None, limit=_AT_ONCE)
        fresh = [one for one in reversed(waiting) if one.case.id not in self._shown]
        for one in fresh:
            await self._post(one)
            self._shown[one.case.id] = None
            while len(self._shown) > _REMEMBERED:
                self._shown.popitem(last=False)
        return len(fresh)

    async def _post(self, one: Queued) -> None:
        chat, channel = self._chats.get(one.case.platform), self._channels.get(one.case.platform)
        if chat is None or channel is None:
            return
        try:
            await chat.card(channel, card_of(one), key=f"card:{one.case.id}")
        except ChatError as error:
            self._log.warning("a card could not be posted", case=one.case.id, why=str(error))


def card_of(one: Queued) -> Card:
    """The case in short. What was written stands in the case alone, where moderators choose to look at it."""
    case = one.case
    who = one.name or (case.member.id if case.member else "")
    what = ", ".join(case.rules) or case.about or str(case.origin)
    where = f" in #{case.channel.name}" if case.channel and case.channel.name else ""
    due = f"\nAn answer is wanted by {case.due_at:%H:%M} UTC." if case.due_at else ""
    return Card(case.id, f"Case {case.number}{': ' + who if who else ''}{where}", f"{what}{due}", (("open", case.id),))
