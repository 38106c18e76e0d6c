"""Private words: an answer to a command or a press, a note only one person sees, a direct message."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from bot.adapters.ground import Ground
from bot.adapters.slack_errors import code_of, problem
from bot.adapters.slack_saying import Saying
from bot.adapters.slack_text import said
from bot.adapters.slack_web import Web
from bot.adapters.turns import Urgency
from bot.stores.sent import Sending
from moderation.errors import ChatError, Gone, OutcomeUnknown
from moderation.model import ButtonPressed, ChannelRef, CommandCalled, MemberRef, MessageRef

VALID: Final = 29 * 60.0
"""Seconds a response_url takes answers, a little less than Slack's 30 minutes."""
USES: Final = 5
REMEMBERED: Final = 2_000
NOT_NEAR: Final = frozenset(
    "user_not_in_channel channel_not_found not_in_channel is_archived messages_tab_disabled "
    "restricted_action restricted_action_read_only_channel".split()
)
"""Why a note cannot be shown there: the person or Sereno is not in it."""


@dataclass(slots=True)
class _Way:
    url: str
    until: float
    uses: int = USES


@dataclass(slots=True)
class Answers:
    """Remembers for a while where each command and press can be answered."""

    ground: Ground
    web: Callable[[], Web]
    saying: Callable[[], Saying]
    _ways: OrderedDict[str, _Way] = field(default_factory=OrderedDict)
    _rooms: OrderedDict[str, str] = field(default_factory=OrderedDict)
    """Person → their conversation with the bot."""

    def remember(self, key: str, url: object) -> None:
        """An event can be answered here."""
        if isinstance(url, str) and url:
            self._ways[key] = _Way(url, time.monotonic() + VALID)
            while len(self._ways) > REMEMBERED:
                self._ways.popitem(last=False)

    async def answer(self, to: CommandCalled | ButtonPressed, text: str) -> None:
        """By the address that came with it while that holds; else as a note."""
        key = f"answer:{to.key}"
        way = self._ways.get(to.key)
        if way is None or not way.uses or time.monotonic() > way.until or not await self._respond(way, key, text, to):
            await self.notify(to.member.ref, text, key=key, near=to.channel)

    async def _respond(self, way: _Way, key: str, text: str, to: CommandCalled | ButtonPressed) -> bool:
        """Whether Slack still took an answer there."""
        saying = self.saying()
        async with saying.only_one(key):
            known = await saying.begin(key)
            if isinstance(known, MessageRef):
                return True
            if known is Sending.PERHAPS:
                raise OutcomeUnknown("perhaps answered already")
            way.uses -= 1
            try:
                await self.web().respond(
                    way.url, {"response_type": "ephemeral", "replace_original": False, **words(text)}
                )
            except OutcomeUnknown:
                raise
            except ChatError as error:
                await saying.failed(key)
                if isinstance(error, Gone):
                    way.uses = 0
                    return False
                raise
            await saying.done(key, MessageRef(to.channel, "answer"))
            return True

    async def notify(self, member: MemberRef, text: str, *, key: str, near: ChannelRef | None) -> str:
        """A note that only they see where they are, else a direct message.

        Whether a note was shown can never be looked up. Where nobody knows, the words go out as a direct message, which
        has a key of its own: it is worse not to be told why than to be told twice.
        """
        saying = self.saying()
        async with saying.only_one(key):
            known = await saying.begin(key)
            if isinstance(known, MessageRef):
                return _way(known)
            if known is Sending.NEW and near is not None and not near.id.startswith("D"):
                shown = await self._note(member, text, key, near)
                if shown is not None:
                    return _way(shown)
            room = ChannelRef("slack", member.community, await self._room(member))
            sent = await saying.once(f"{key}|dm", room, words(text), Urgency.TELL)
            await saying.done(key, sent)
            return _way(sent)

    async def _note(self, member: MemberRef, text: str, key: str, near: ChannelRef) -> MessageRef | None:
        """Shown where the person is; None when they or the bot are not there."""
        try:
            answer = await self.web().raw(
                "chat.postEphemeral", Urgency.TELL, channel=near.id, user=member.id, **words(text)
            )
        except SlackApiError as error:
            if code_of(error) in NOT_NEAR:
                return None
            trouble = problem(error, "chat.postEphemeral")
        except ChatError as error:
            trouble = error
        except Exception as error:  # noqa: BLE001 - whatever the network raises becomes the port's word for it
            trouble = problem(error, "chat.postEphemeral")
        else:
            ref = MessageRef(near, str(answer.get("message_ts") or "note"))
            await self.saying().done(key, ref)
            return ref
        if not isinstance(trouble, OutcomeUnknown):
            await self.saying().failed(key)
        raise trouble

    async def _room(self, member: MemberRef) -> str:
        """The conversation between a person and the bot."""
        known = self._rooms.get(member.id)
        if known is None:
            answer = await self.web().call("conversations.open", Urgency.TELL, users=member.id)
            known = str((answer.get("channel") or {}).get("id") or "")
            if not known:
                raise Gone("Slack opened no conversation with that person")
            self._rooms[member.id] = known
            while len(self._rooms) > REMEMBERED:
                self._rooms.popitem(last=False)
        return known


def words(text: str) -> dict[str, Any]:
    """A text that calls nobody, links nothing and unfolds nothing."""
    return {
        "text": said(text),
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _way(ref: MessageRef) -> str:
    return "a direct message" if ref.channel.id.startswith("D") else "a note only they see"
