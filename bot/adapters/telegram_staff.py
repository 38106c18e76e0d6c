"""Who runs a group by Telegram's own rights, and what the bot itself may do there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberOwner

from bot.adapters.homes import Home
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_wire import Wire
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, Forbidden, Gone
from moderation.model import Capability, Role
from moderation.platforms import CAN

FRESH: Final = 60.0
"""Seconds that what Telegram said about rights is believed (people.md: at most a minute)."""
EVERYTHING: Final = CAN["telegram"]
ALWAYS: Final = frozenset({Capability.REPLY, Capability.DM})
_DELETING: Final = frozenset({Capability.DELETE, Capability.HOLD})
_RESTRICTING: Final = frozenset(
    {Capability.TIMEOUT, Capability.KICK, Capability.BAN, Capability.LOCK, Capability.PAUSE_INVITES}
)
ADMINISTRATORS: Final = "administrators"
"""What the configuration may write for all administrators of the group, besides ids of people."""


def powers(member: ChatMember) -> frozenset[Capability]:
    """What somebody may do in a group by Telegram's own rights."""
    if isinstance(member, ChatMemberOwner):
        return EVERYTHING - ALWAYS
    if not isinstance(member, ChatMemberAdministrator):
        return frozenset()
    deleting = _DELETING if member.can_delete_messages else frozenset()
    return deleting | (_RESTRICTING if member.can_restrict_members else frozenset())


def role_of(member: ChatMember) -> frozenset[str]:
    """Our role for somebody's rights in a group."""
    if isinstance(member, ChatMemberOwner):
        return frozenset({Role.OWNER})
    return frozenset({Role.MODERATOR}) if powers(member) else frozenset()


@dataclass(slots=True)
class _Seen:
    admins: Mapping[str, ChatMember]
    at: float


@dataclass(slots=True)
class Mine:
    """What the bot may do in one group."""

    powers: frozenset[Capability]
    administers: bool = False
    """Only administrators are told who comes and leaves."""
    basic: bool = False
    linked: frozenset[str] = field(default=frozenset())
    """The channel whose posts are forwarded into the group."""


class Staff:
    """Asks at most once a minute per group; a list that cannot be had again stays in force until it can."""

    def __init__(self, wire: Wire, places: Places, now: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._places = places
        self._now = now
        self._seen: dict[int, _Seen] = {}
        self.mine: dict[int, Mine] = {}

    async def admins(self, chat: int) -> Mapping[str, ChatMember]:
        """The administrators of a group by id; raises ChatError when nobody knows them."""
        seen = self._seen.get(chat)
        if seen is not None and self._now() - seen.at < FRESH:
            return seen.admins
        try:
            found: Any = await self._wire.call("get_chat_administrators", Urgency.ANSWER, chat_id=chat)
        except (Gone, Forbidden):
            found = ()  # the bot is not there: nobody can be recognised, and nothing can be done
        except ChatError:
            if seen is None:
                raise
            return seen.admins
        admins = {str(member.user.id): member for member in found}
        self._seen[chat] = _Seen(admins, self._now())
        return admins

    def changed(self, chat: int) -> None:
        """Somebody's rights changed there: ask again the next time."""
        self._seen.pop(chat, None)

    async def roles(self, home: Home, person: str) -> frozenset[str]:
        """All our roles of a person in a community."""
        roles: set[str] = set()
        is_admin = False
        for chat in self._places.chats(home):
            member = (await self.admins(chat)).get(person)
            if member is not None:
                is_admin = True
                roles |= role_of(member)
        return frozenset(roles) | home.roles_of([person, ADMINISTRATORS] if is_admin else [person])

    async def rights(self, home: Home, person: str) -> frozenset[Capability]:
        """What a person may do in every group of a community; nothing when they are nobody's administrator."""
        common: frozenset[Capability] | None = None
        for chat in self._places.chats(home):
            member = (await self.admins(chat)).get(person)
            here = powers(member) if member is not None else frozenset()
            common = here if common is None else common & here
        return common or frozenset()

    async def look(self, chat: int, me: int) -> None:
        """Read what the bot may do in a group, and which channel belongs to it."""
        try:
            about = await self._wire.call("get_chat", Urgency.ANSWER, chat_id=chat)
            member = await self._wire.call("get_chat_member", Urgency.ANSWER, chat_id=chat, user_id=me)
        except (Gone, Forbidden):
            self.mine[chat] = Mine(frozenset())
            return
        linked = frozenset({str(about.linked_chat_id)}) if about.linked_chat_id else frozenset()
        administers = member.status == ChatMember.ADMINISTRATOR
        self.mine[chat] = Mine(powers(member), administers, about.type == "group", linked)

    def capabilities(self, home: Home) -> frozenset[Capability]:
        """What the bot can do in every group of a community; everything while nobody has looked."""
        can = EVERYTHING
        for chat in self._places.chats(home):
            mine = self.mine.get(chat)
            if mine is not None:
                can &= mine.powers | ALWAYS
                if mine.basic:
                    can -= {Capability.TIMEOUT}
        return can
