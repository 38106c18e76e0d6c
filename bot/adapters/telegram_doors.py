"""Locks and closed doors of groups. Telegram has one set of permissions for both: what they were is remembered."""

from __future__ import annotations

import json
from typing import Any, Final

from telegram import ChatPermissions

from bot.adapters.ground import Ground
from bot.adapters.telegram_errors import SAME
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_wire import Wire
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, Gone
from moderation.model import ChannelRef

BEFORE: Final = "telegram:before:"
"""Cursor: what members could do before, as JSON."""
LOCKED: Final = "telegram:locked:"
PAUSED: Final = "telegram:paused:"
_WRITING: Final = ("can_send_", "can_add_web_page_previews", "can_react_to_messages")


class Doors:
    """What members of a group may do."""

    def __init__(self, wire: Wire, ground: Ground, places: Places) -> None:
        self._wire, self._ground, self._places = wire, ground, places

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Close a topic, or a whole group."""
        chat, topic = self._places.target(channel.id)
        if topic is None:
            await self._set(chat, LOCKED, on=locked)
            return
        method = "close_forum_topic" if locked else "reopen_forum_topic"
        await self._done(method, chat, message_thread_id=topic)

    async def pause(self, community: str, *, paused: bool) -> None:
        """Members bring nobody in; who comes by a link is turned away meanwhile (`is_paused`)."""
        home = self._ground.homes.of(community)
        if home is None:
            raise Gone(f"the community {community} has no group on Telegram")
        for chat in list(self._places.chats(home)):
            await self._set(chat, PAUSED, on=paused)

    async def is_paused(self, chat: int) -> bool:
        """Whether nobody may come into this group now."""
        return await self._ground.cursors.get(f"{PAUSED}{chat}") is not None

    async def _set(self, chat: int, switch: str, *, on: bool) -> None:
        cursors = self._ground.cursors
        before = await cursors.get(f"{BEFORE}{chat}")
        if before is None:
            if not on:
                return
            about = await self._wire.call("get_chat", Urgency.ENFORCE, chat_id=chat)
            permissions = about.permissions or ChatPermissions.all_permissions()
            before = json.dumps({name: value for name, value in permissions.to_dict().items() if value is not None})
            await cursors.put(f"{BEFORE}{chat}", before)
        on_ = {name: await cursors.get(f"{name}{chat}") is not None for name in (LOCKED, PAUSED)} | {switch: on}
        if on:
            await cursors.put(f"{switch}{chat}", "1")
        permissions = _permissions(json.loads(before), locked=on_[LOCKED], paused=on_[PAUSED])
        await self._done("set_chat_permissions", chat, permissions=permissions, use_independent_chat_permissions=True)
        if not on:
            await cursors.drop(f"{switch}{chat}")
        if not any(on_.values()):
            await cursors.drop(f"{BEFORE}{chat}")

    async def _done(self, method: str, chat: int, **arguments: Any) -> None:
        try:
            await self._wire.call(method, Urgency.ENFORCE, chat_id=chat, **arguments)
        except ChatError as error:
            if not any(words in str(error).lower() for words in SAME):
                raise


def _permissions(before: dict[str, Any], *, locked: bool, paused: bool) -> ChatPermissions:
    known: dict[str, Any] = {name: bool(value) for name, value in before.items() if name in ChatPermissions.__slots__}
    if locked:
        writing = [name for name in ChatPermissions.__slots__ if name.startswith(_WRITING)]
        known |= dict.fromkeys(writing, False)
    if paused:
        known["can_invite_users"] = False
    return ChatPermissions(**known)
