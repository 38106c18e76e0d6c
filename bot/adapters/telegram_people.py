"""Who came, left, asked to come in, was let in, or reacted, as events."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from telegram import (
    ChatJoinRequest,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    MessageReactionUpdated,
    ReactionType,
    ReactionTypeCustomEmoji,
    ReactionTypeEmoji,
    User,
)
from telegram import Message as Posted

from bot.adapters.homes import Home
from bot.adapters.telegram_places import Places
from bot.adapters.telegram_staff import Staff
from moderation.model import (
    Event,
    Member,
    MemberAdmitted,
    MemberJoined,
    MemberLeft,
    MessageRef,
    ReactionAdded,
)

REQUEST: Final = 300.0
"""Seconds after a request to join in which the bot may write to the person (core.telegram.org/bots/api)."""
_MOST: Final = 10_000
_HERE: Final = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER})


def _is_here(member: ChatMember) -> bool:
    return member.status in _HERE or (isinstance(member, ChatMemberRestricted) and member.is_member)


def _is_silent(member: ChatMember) -> bool:
    return isinstance(member, ChatMemberRestricted) and not member.can_send_messages


@dataclass(slots=True)
class People:
    """Reads what Telegram says of people. `door` remembers who stands at it: where to write to them, and since when."""

    places: Places
    staff: Staff
    me: int = 0
    door: OrderedDict[str, tuple[int, datetime]] = field(default_factory=OrderedDict)

    async def person(self, home: Home, user: User, *, pending: bool = False) -> Member:
        """Somebody as a member of a community."""
        roles = await self.staff.roles(home, str(user.id))
        return Member(home.member(str(user.id)), user.full_name, roles, user.is_bot, pending=pending)

    async def changed(self, change: ChatMemberUpdated) -> list[Event]:
        """Somebody's place in a group is another one."""
        self.staff.changed(change.chat.id)
        home, user = self.places.home_at(change.chat.id), change.new_chat_member.user
        if home is None or user.id == self.me:
            return []
        was, is_ = _is_here(change.old_chat_member), _is_here(change.new_chat_member)
        stamp, at = f"{change.chat.id}:{user.id}:{int(change.date.timestamp())}", change.date
        silent = _is_silent(change.new_chat_member)
        if is_ and not was:
            member = await self.person(home, user, pending=silent)
            if change.via_join_request:
                return [MemberAdmitted(key=f"telegram:admit:{stamp}", at=at, member=member)]
            return [MemberJoined(key=f"telegram:join:{stamp}", at=at, member=member)]
        if was and not is_:
            return [MemberLeft(key=f"telegram:leave:{stamp}", at=at, member=await self.person(home, user))]
        # A gatekeeper that lets somebody speak is a door; a moderator who ends a time-out, or Sereno, is none.
        opened = _is_silent(change.old_chat_member) and not silent
        if is_ and opened and change.from_user.is_bot and change.from_user.id != self.me:
            return [MemberAdmitted(key=f"telegram:admit:{stamp}", at=at, member=await self.person(home, user))]
        return []

    async def asks(self, request: ChatJoinRequest) -> list[Event]:
        """Somebody asks to be let in."""
        home, user = self.places.home_at(request.chat.id), request.from_user
        if home is None:
            return []
        self.door[str(user.id)] = (request.user_chat_id, request.date)
        while len(self.door) > _MOST:
            self.door.popitem(last=False)
        key = f"telegram:ask:{request.chat.id}:{user.id}:{int(request.date.timestamp())}"
        return [MemberJoined(key=key, at=request.date, member=await self.person(home, user, pending=True))]

    async def told(self, home: Home, message: Posted) -> list[Event]:
        """Who came and left by the group's own notes, where the bot is no administrator and is told nothing else."""
        mine = self.staff.mine.get(message.chat.id)
        if mine is None or mine.administers:
            return []
        at, events = message.date, list[Event]()
        for user in message.new_chat_members or ():
            if user.id != self.me:
                key = f"telegram:join:{message.chat.id}:{user.id}:{int(at.timestamp())}"
                events.append(MemberJoined(key=key, at=at, member=await self.person(home, user)))
        left = message.left_chat_member
        if left is not None and left.id != self.me:
            key = f"telegram:leave:{message.chat.id}:{left.id}:{int(at.timestamp())}"
            events.append(MemberLeft(key=key, at=at, member=await self.person(home, left)))
        return events

    async def reacted(self, change: MessageReactionUpdated) -> list[Event]:
        """Somebody's reactions to a message are others now; those that are new."""
        home = self.places.home_at(change.chat.id)
        if home is None:
            return []
        if change.user is not None:
            member = await self.person(home, change.user)
        elif change.actor_chat is not None:
            member = Member(home.member(str(change.actor_chat.id)), change.actor_chat.title or "")
        else:
            return []
        ref = MessageRef(self.places.channel_of_id(home, change.chat, change.message_id), str(change.message_id))
        stamp = f"{change.chat.id}:{change.message_id}:{member.ref.id}:{int(change.date.timestamp())}"
        before = {_emoji(each) for each in change.old_reaction}
        new = [emoji for emoji in map(_emoji, change.new_reaction) if emoji not in before]
        return [
            ReactionAdded(
                key=f"telegram:react:{stamp}:{emoji}", at=change.date, member=member, message=ref, emoji=emoji
            )
            for emoji in new
        ]


def _emoji(reaction: ReactionType) -> str:
    if isinstance(reaction, ReactionTypeEmoji):
        return reaction.emoji
    if isinstance(reaction, ReactionTypeCustomEmoji):
        return f"custom:{reaction.custom_emoji_id}"
    return str(reaction.type)
