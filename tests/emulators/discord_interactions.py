"""Interactions on the Discord emulator: 3 seconds to acknowledge, 15 minutes to follow up, answers for one person."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_errors import Denied, check
from tests.emulators.discord_permissions import in_channel
from tests.emulators.discord_state import Channel, Json, Message, State, User

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
PONG, SAY, THINK, THINK_UPDATE, UPDATE, SUGGEST, MODAL = 1, 4, 5, 6, 7, 8, 9
TO_ACKNOWLEDGE: Final = timedelta(seconds=3)
TO_FOLLOW_UP: Final = timedelta(minutes=15)


@dataclass(slots=True)
class Interaction:
    """A person called a command, pressed a button or sent a form; what the bot made of it.

    `answered` is the kind of the acknowledgement, None while there is none; `took` how long it took, in seconds.
    """

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    data: Json
    at: datetime
    on: Message | None = None
    from_component: bool = False
    answered: int | None = None
    took: float | None = None
    private: bool = False
    modal: Json | None = None
    original: Message | None = None
    answers: list[Message] = field(default_factory=list)
    suggestions: list[Json] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """What the person was told by way of answer, oldest first."""
        return [each.content for each in self.answers if each.content]


class Interactions:
    """All interactions, by token."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.all: list[Interaction] = []

    def begin(
        self, kind: int, user: User, channel: Channel, data: Json, *, on: Message | None = None, nested: bool = False
    ) -> Interaction:
        """A person does something, and the bot is told through the gateway."""
        made = Interaction(
            id=self._state.snowflake(),
            token=f"aW50ZXJhY3Rpb246{secrets.token_urlsafe(48)}",
            kind=kind,
            user=user,
            channel=channel,
            data=data,
            at=self._state.now(),
            on=on,
            from_component=nested,
        )
        self.all.append(made)
        self._state.emit("INTERACTION_CREATE", self.shape(made), channel.guild, None)
        return made

    def shape(self, one: Interaction) -> Json:
        state, channel = self._state, one.channel
        bits = in_channel(state, channel, one.user.id)
        shape: Json = {
            "id": str(one.id),
            "application_id": str(state.application.id),
            "type": one.kind,
            "data": one.data,
            "token": one.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": {**shapes.channel(state, channel), "permissions": str(int(bits))},
            "app_permissions": str(int(in_channel(state, channel, state.bot.id))),
            "locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 10485760,
        }
        if one.on is not None and one.kind in (COMPONENT, SUBMIT):
            shape["message"] = shapes.message(state, one.on)
        if channel.guild is None:
            return {**shape, "user": shapes.user(one.user), "context": 1}
        guild = state.guilds[channel.guild]
        member = guild.members[one.user.id]
        return {
            **shape,
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": sorted(guild.features)},
            "guild_locale": guild.locale,
            "context": 0,
            "authorizing_integration_owners": {"0": str(guild.id)},
            "member": {**shapes.member(member), "permissions": str(int(bits))},
        }

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The one that is to be acknowledged now; 10062 when it is unknown or too late, 40060 when it was already."""
        found = next((each for each in self.all if each.id == interaction_id and each.token == token), None)
        if found is None:
            raise Denied(10062)
        if found.answered is not None:
            raise Denied(40060)
        if self._state.now() - found.at > TO_ACKNOWLEDGE:
            raise Denied(10062)
        return found

    def to_follow(self, token: str) -> Interaction:
        """The one whose answers may be written or changed; 50027 after 15 minutes, 10015 before it was acknowledged."""
        found = next((each for each in self.all if each.token == token), None)
        if found is None:
            raise Denied(10015)
        if self._state.now() - found.at > TO_FOLLOW_UP:
            raise Denied(50027)
        if found.answered is None:
            raise Denied(10015)
        return found


def metadata(one: Interaction) -> Json:
    """What a message says about the interaction it answers."""
    return {
        "id": str(one.id),
        "type": one.kind,
        "user": shapes.user(one.user),
        "authorizing_integration_owners": {"0": str(one.channel.guild or 0)},
    }


def check_modal(data: Json) -> None:
    """50035 when the form is not one Discord would show."""
    check(1 <= len(data.get("custom_id") or "") <= 100, "data.custom_id", "Must be between 1 and 100 in length.")
    check(1 <= len(data.get("title") or "") <= 45, "data.title", "Must be between 1 and 45 in length.")
    check(1 <= len(data.get("components") or []) <= 5, "data.components", "Must be between 1 and 5 in length.")
