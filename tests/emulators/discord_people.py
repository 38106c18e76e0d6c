"""What people do on the Discord emulator, as its client would let them: come, write, change, react, moderate, go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tests.emulators import discord_membership as membership
from tests.emulators import discord_messages as messages
from tests.emulators.discord_drafts import Draft, attach
from tests.emulators.discord_errors import CannotDo
from tests.emulators.discord_permissions import P, height, in_channel, may_write, of_member
from tests.emulators.discord_state import PUBLIC_THREAD, Channel, Guild, Member, Message, State, User

_NAMED: Final = re.compile(r"<@([^\W\d]\w*)>")
Upload = tuple[str, str, bytes]
"""A file's name, type and content."""


class People:
    """People are called by short names; who is not known yet has had an account for two years.

    `<@eve>` in a text stands for the person. Where no channel is given it is `general`.
    """

    def __init__(self, state: State, guild: Guild) -> None:
        self._state = state
        self._guild = guild
        self._by_name: dict[str, User] = {}

    def user(self, name: str, *, days_old: float = 730) -> User:
        """Somebody's account; made so many days ago if it is new here."""
        if name not in self._by_name:
            made = User(self._state.past(days_old), name)
            self._by_name[name] = self._state.users[made.id] = made
        return self._by_name[name]

    def adopt(self, user: User) -> None:
        """Somebody who was there before is called by their account's name."""
        self._by_name[user.name] = user

    def member(self, name: str) -> Member:
        found = self._guild.members.get(self.user(name).id)
        if found is None:
            raise CannotDo(f"{name} is not here")
        return found

    def channel(self, which: Channel | str) -> Channel:
        return self._guild.channel_named(which) if isinstance(which, str) else which

    def typed(self, text: str) -> str:
        """A text with people's names as Discord writes them."""
        return _NAMED.sub(lambda found: f"<@{self.user(found[1]).id}>", text)

    # Coming and going

    def join(self, name: str, *, pending: bool = False) -> Member:
        """Come in through an invite; CannotDo when banned or while invites are paused."""
        user = self.user(name)
        if user.id in self._guild.bans:
            raise CannotDo(f"{name} is banned")
        if membership.invites_paused(self._state, self._guild):
            raise CannotDo("invites are paused")
        if user.id in self._guild.members:
            return self._guild.members[user.id]
        return membership.enter(self._state, self._guild, user, pending=pending)

    def accept_rules(self, name: str) -> None:
        """Pass the server's own door."""
        member = self.member(name)
        member.pending = False
        membership.changed(self._state, self._guild, member)

    def leave(self, name: str) -> None:
        membership.exit_from(self._state, self._guild, self.user(name))

    def rename(self, name: str, shown_as: str) -> None:
        """Take another name in this server."""
        member = self.member(name)
        member.nick = shown_as
        membership.changed(self._state, self._guild, member)

    def give(self, name: str, role: str) -> None:
        """Somebody has a role of the server from now on, given by its owner."""
        member, role_id = self.member(name), self._guild.role_named(role).id
        if role_id not in member.roles:
            member.roles.append(role_id)
            membership.changed(self._state, self._guild, member)

    def close_dms(self, name: str, *, closed: bool = True) -> None:
        self.user(name).takes_dms = not closed

    # Writing

    def say(
        self,
        name: str,
        text: str = "",
        channel: Channel | str = "general",
        *,
        reply_to: Message | None = None,
        files: Sequence[Upload] = (),
    ) -> Message:
        """Write; CannotDo when Discord's client would not send it."""
        where, user = self.channel(channel), self.user(name)
        self._may_write(user, where)
        what = Draft(content=self.typed(text))
        what.attachments = [attach(self._state, *each) for each in files]
        if reply_to is not None:
            what.reference = {"message_id": str(reply_to.id)}
        return messages.publish(self._state, where, user, what)

    def system_message(self, name: str, kind: int = 7, text: str = "", channel: Channel | str = "general") -> Message:
        """What Discord writes by itself in somebody's name: 7 they came in, 6 they pinned, 8 they boosted."""
        return messages.publish(self._state, self.channel(channel), self.user(name), Draft(content=text), kind=kind)

    def _may_write(self, user: User, where: Channel) -> None:
        if where.guild is None:
            return
        if not may_write(self._state, where, user.id):
            raise CannotDo(f"{user.name} cannot write in {where.name}")
        last = where.last_said.get(user.id)
        exempt = in_channel(self._state, where, user.id) & (P.MANAGE_MESSAGES | P.MANAGE_CHANNELS | P.BYPASS_SLOWMODE)
        if where.slow_mode and last and not exempt and self._state.now() - last < timedelta(seconds=where.slow_mode):
            raise CannotDo(f"{user.name} must wait: slow mode")

    def write_to_bot(self, name: str, text: str) -> Message:
        """A direct message to the bot."""
        user = self.user(name)
        return messages.publish(self._state, self._state.direct(user), user, Draft(content=self.typed(text)))

    def edit(self, name: str, message: Message, text: str) -> Message:
        if message.author.id != self.user(name).id:
            raise CannotDo("only their own messages")
        return messages.change(self._state, message, Draft(content=self.typed(text), given=frozenset({"content"})))

    def delete(self, name: str, message: Message) -> None:
        where, user = self._state.channels[message.channel], self.user(name)
        if message.author.id != user.id and not in_channel(self._state, where, user.id) & P.MANAGE_MESSAGES:
            raise CannotDo(f"{name} may not delete that")
        messages.remove(self._state, message)

    def purge(self, name: str, found: Sequence[Message]) -> None:
        """A moderator (through another bot) deletes many at once."""
        where = self._state.channels[found[0].channel]
        if not in_channel(self._state, where, self.user(name).id) & P.MANAGE_MESSAGES:
            raise CannotDo(f"{name} may not delete those")
        messages.remove_many(self._state, self._guild, where, [each.id for each in found])

    def react(self, name: str, message: Message, emoji: str, *, add: bool = True) -> None:
        """React, or take a reaction back."""
        messages.react(self._state, message, self.user(name), emoji, add=add)

    def forward(self, name: str, message: Message, channel: Channel | str = "general") -> Message:
        """Bring a message here from elsewhere, as Discord's forwards do."""
        where, user = self.channel(channel), self.user(name)
        self._may_write(user, where)
        what = Draft(reference={"type": 1, "message_id": str(message.id)})
        return messages.publish(self._state, where, user, what)

    def poll(self, name: str, question: str, answers: Sequence[str], channel: Channel | str = "general") -> Message:
        where, user = self.channel(channel), self.user(name)
        self._may_write(user, where)
        made = {"question": {"text": question}, "answers": [{"poll_media": {"text": each}} for each in answers]}
        return messages.publish(self._state, where, user, Draft(poll=made))

    def thread(self, name: str, title: str, channel: Channel | str = "general") -> Channel:
        """Open a public thread."""
        where, user = self.channel(channel), self.user(name)
        if not in_channel(self._state, where, user.id) & P.CREATE_PUBLIC_THREADS:
            raise CannotDo(f"{name} may not open threads")
        made = Channel(
            self._state.snowflake(), title, guild=where.guild, kind=PUBLIC_THREAD, parent=where.id, owner=user.id
        )
        membership.open_thread(self._state, self._guild, made)
        return made

    # Moderating by hand

    def kick(self, by: str, name: str) -> None:
        self._moderates(by, name, P.KICK_MEMBERS)
        membership.audit(self._state, self._guild, membership.KICK, self.user(name).id, by=self.user(by))
        membership.exit_from(self._state, self._guild, self.user(name))

    def ban(self, by: str, name: str, *, reason: str | None = None) -> None:
        self._moderates(by, name, P.BAN_MEMBERS)
        membership.ban(self._state, self._guild, self.user(name), by=self.user(by), reason=reason)

    def unban(self, by: str, name: str) -> None:
        self._moderates(by, name, P.BAN_MEMBERS)
        membership.unban(self._state, self._guild, self.user(name), by=self.user(by))

    def silence(self, by: str, name: str, seconds: float | None) -> None:
        """A timeout by hand; None lifts it."""
        self._moderates(by, name, P.MODERATE_MEMBERS)
        member = self.member(name)
        member.silenced_until = None if seconds is None else self._state.now() + timedelta(seconds=seconds)
        membership.audit(self._state, self._guild, membership.MEMBER_UPDATE, member.user.id, by=self.user(by))
        membership.changed(self._state, self._guild, member)

    def _moderates(self, by: str, name: str, right: P) -> None:
        actor, target = self.user(by).id, self.user(name).id
        if not of_member(self._guild, actor) & right or height(self._guild, target) >= height(self._guild, actor):
            raise CannotDo(f"{by} may not do that to {name}")
