"""What Sereno can do in a Slack workspace: the `Chat` port.

Slack has no time-outs, bans, roles, slow mode or locks. What members wrote is deleted only with an admin's user token;
without one neither delete nor hold is among the capabilities, so that a rule's `else:` comes to bear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.slack_answers import Answers, words
from bot.adapters.slack_blocks import card_blocks, card_text
from bot.adapters.slack_people import People
from bot.adapters.slack_restoring import Restoring
from bot.adapters.slack_saying import Saying
from bot.adapters.slack_web import Web
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, Forbidden, Gone, StoreError, Unavailable, Unsupported
from moderation.model import (
    STAFF,
    ButtonPressed,
    Capability,
    ChannelRef,
    CommandCalled,
    Member,
    MemberRef,
    MessageRef,
)
from moderation.platforms import CAN
from moderation.ports import Card

PLATFORM: Final = "slack"
EVERYTHING: Final = CAN[PLATFORM]
WITHOUT_ADMIN: Final = EVERYTHING - {Capability.DELETE, Capability.HOLD}
NO_ADMIN: Final = "Slack lets only an admin delete what members wrote: set SERENO_SLACK_USER_TOKEN to an admin's token"


@dataclass(slots=True)
class State:
    """What is known of the connection; `admin` whether the user token is an admin's (None: not looked yet)."""

    admin: bool | None = None
    channels: tuple[str, ...] = ()
    """Public channels the bot is in."""


class SlackChat:
    """Usable from the start; Unavailable until the adapter has connected once."""

    def __init__(self, ground: Ground, web: Callable[[], Web], people: People, state: State) -> None:
        self._ground = ground
        self._web = web
        self._people = people
        self._state = state
        self._made: tuple[Web, Saying] | None = None
        self.answers = Answers(ground, web, self._saying)

    @property
    def platform(self) -> str:
        """The name under which its events arrive."""
        return PLATFORM

    def capabilities(self, community: str) -> frozenset[Capability]:
        """What Slack can do with the tokens there are; what it can do at all before anybody has looked."""
        if self._ground.homes.of(community) is None:
            return frozenset()
        return WITHOUT_ADMIN if self._state.admin is False else EVERYTHING

    def language_of(self, member: MemberRef) -> str | None:
        """The language a person reads Slack in."""
        return self._people.language(member.id)

    async def post(self, channel: ChannelRef, text: str, *, key: str, reply_to: MessageRef | None = None) -> MessageRef:
        """Say something where everybody reads it; an answer goes into the message's thread."""
        body = words(text)
        if not body["text"].strip():
            raise ChatError("there is nothing to say")
        thread = await self._thread_of(reply_to) if reply_to is not None else None
        return await self._saying().once(key, channel, {**body, "thread_ts": thread}, Urgency.POST)

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None = None) -> str:
        """Tell one person something; which way it went."""
        return await self.answers.notify(member, text, key=key, near=near)

    async def card(self, channel: ChannelRef, card: Card, *, key: str) -> MessageRef:
        """Show moderators a case."""
        return await self._saying().once(key, channel, _card(card), Urgency.TELL)

    async def edit(self, message: MessageRef, text: str) -> None:
        """Let a message of the bot's own say something else."""
        await self._update(message, {**words(text), "blocks": []})

    async def recard(self, message: MessageRef, card: Card) -> None:
        """Show a card as its case stands now."""
        await self._update(message, _card(card))

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """Answer who called a command or pressed a button."""
        await self.answers.answer(to, text)

    async def who(self, member: MemberRef) -> Member:
        """The person as Slack describes them now."""
        return await self._people.asked(self._home(member.community), member.id)

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """Admins and owners may do everything Slack can do; others nothing."""
        roles = (await self._people.asked(self._bare(member.community), member.id)).roles
        return EVERYTHING if not STAFF.isdisjoint(roles) else frozenset()

    async def delete(self, message: MessageRef) -> None:
        """Remove a message for everybody: by the admin's token, or by the bot's own where the bot wrote it."""
        web = self._web()
        if self._state.admin and web.admin is not None:
            await web.call("chat.delete", Urgency.ENFORCE, by=web.admin, channel=message.channel.id, ts=message.id)
            return
        try:
            await web.call("chat.delete", Urgency.ENFORCE, channel=message.channel.id, ts=message.id)
        except Forbidden as error:
            raise Unsupported(NO_ADMIN) from error

    async def hold(self, message: MessageRef) -> None:
        """Slack hides nothing: it is deleted, and given back as a quotation by `restore`."""
        self._web()  # whether there is an admin is known once this is
        if not self._state.admin:
            raise Unsupported(NO_ADMIN)
        await self.delete(message)

    async def restore(self, message: MessageRef) -> None:
        """Say again, as a quotation, what was deleted; what is still there stays as it is."""
        home = self._home(message.channel.community)
        await Restoring(self._ground, self._web(), self._saying(), self._people).restore(home, message)

    async def kick(self, member: MemberRef, *, reason: str) -> None:
        """Remove a person from every public channel that the bot is in; the workspace itself they cannot be taken from.

        Gone when they were in none. Forbidden when Slack refused somewhere, and they are still there.
        """
        self._web()  # which channels there are is known once this is
        removed, refused = 0, None
        for channel in self._state.channels:
            try:
                await self._web().call("conversations.kick", Urgency.ENFORCE, channel=channel, user=member.id)
                removed += 1
            except Gone:
                continue
            except Forbidden as error:
                refused = refused or (None if "cant_kick_from_general" in str(error) else error)
        if refused is not None:
            raise refused
        if not removed:
            raise Gone("they were in no channel that Sereno is in")

    async def timeout(self, member: MemberRef, *, until: datetime | None) -> None:
        """Slack has no time-outs."""
        _cannot("silence a person")

    async def ban(self, member: MemberRef, *, until: datetime | None, reason: str) -> None:
        """Only an organisation's owners deactivate people, by hand."""
        _cannot("ban a person")

    async def unban(self, member: MemberRef) -> None:
        """There are no bans."""
        _cannot("ban a person")

    async def give_role(self, member: MemberRef, role: str) -> None:
        """Slack has no roles that a bot could give."""
        _cannot("give a role")

    async def take_role(self, member: MemberRef, role: str) -> None:
        """Slack has no roles that a bot could take."""
        _cannot("take a role")

    async def slow_mode(self, channel: ChannelRef, *, seconds: int) -> None:
        """Slack has no slow mode."""
        _cannot("slow a channel")

    async def lock(self, channel: ChannelRef, *, locked: bool) -> None:
        """Slack can only archive a channel, which takes it from everybody."""
        _cannot("lock a channel")

    async def pause_invites(self, community: str, *, paused: bool) -> None:
        """Invites are the workspace's own setting, which no app changes."""
        _cannot("pause invites")

    async def _update(self, message: MessageRef, body: Mapping[str, Any]) -> None:
        wanted = {name: value for name, value in body.items() if name not in ("unfurl_links", "unfurl_media", "mrkdwn")}
        await self._web().call("chat.update", Urgency.ANSWER, channel=message.channel.id, ts=message.id, **wanted)

    async def _thread_of(self, message: MessageRef) -> str:
        """Where an answer goes: the thread a message is in, or the one it begins."""
        try:
            kept = await self._ground.kept.message(message)
        except StoreError as error:
            raise Unavailable(str(error)) from error
        return kept.reply_to.id if kept is not None and kept.reply_to is not None else message.id

    def _saying(self) -> Saying:
        web = self._web()
        if self._made is None or self._made[0] is not web:
            self._made = (web, Saying(self._ground, web))
        return self._made[1]

    def _home(self, community: str) -> Home:
        home = self._ground.homes.of(community)
        if home is None:
            raise Gone("that community does not live on Slack")
        return home

    def _bare(self, community: str) -> Home:
        """The home without roles of our own, so that only Slack's count."""
        home = self._home(community)
        return Home(home.platform, home.community, home.places)


def _card(card: Card) -> dict[str, Any]:
    return {**words(""), "text": card_text(card), "blocks": card_blocks(card)}


def _cannot(what: str) -> NoReturn:
    raise Unsupported(f"Slack cannot {what}")
