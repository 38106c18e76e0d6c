"""People by the names others know them by, and people a command is about."""

from __future__ import annotations

from collections.abc import Mapping

from moderation.errors import ChatError
from moderation.model import Member, MemberRef
from moderation.ports import Chat


async def name_of(chats: Mapping[str, Chat], actor: str, community: str) -> str:
    """How to call whoever did something (`platform:id`, `rules`, `console`); what is recorded where nobody knows."""
    platform, colon, id_ = actor.partition(":")
    chat = chats.get(platform)
    if not colon or chat is None:
        return actor
    try:
        return (await chat.who(MemberRef(platform, community, id_))).name or id_
    except ChatError:
        return id_


async def present(chat: Chat, member: MemberRef) -> Member | None:
    """A person as they are now; None when the platform does not know them any more or cannot say."""
    try:
        return await chat.who(member)
    except ChatError:
        return None
