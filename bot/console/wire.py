"""What goes over HTTP, exactly: requests as people may send them, answers as they may rely on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from bot.adapters.hall import banned
from bot.stores.room import Line, Place, Resident

LONGEST_TEXT: Final = 40_000
"""Characters of a message, as many as the most generous chat platform takes."""
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def _sound(value: object) -> object:
    """Half a character cannot be shown or stored; a replacement character can."""
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


Id = Annotated[str, BeforeValidator(_sound), Field(min_length=1, max_length=128, pattern=r"^[^\s\x00-\x1f\x7f]+$")]
Name = Annotated[str, BeforeValidator(_sound), Field(min_length=1, max_length=80)]
Words = Annotated[str, BeforeValidator(_sound), Field(max_length=LONGEST_TEXT)]
RoleName = Annotated[str, BeforeValidator(_sound), Field(min_length=1, max_length=40)]


class Wire(BaseModel):
    """Anything not named here is refused, so that a misspelt key is noticed."""

    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


class AuthorIn(Wire):
    """Who writes. What is left out stays as the room knows it; somebody unknown has just walked in."""

    id: Id
    name: Name | None = None
    roles: Annotated[list[RoleName], Field(max_length=20)] | None = None
    here_since: AwareDatetime | None = None


class MessageIn(Wire):
    """A message to be written. The same `key` again is the same message."""

    key: Annotated[str, BeforeValidator(_sound), Field(min_length=1, max_length=200)] | None = None
    channel: Id
    author: AuthorIn
    text: Words
    reply_to: Id | None = None


class PressIn(Wire):
    """A button that somebody presses on a card. The same `key` again is the same press."""

    key: Annotated[str, BeforeValidator(_sound), Field(min_length=1, max_length=200)] | None = None
    member: Id
    message: Id
    token: Annotated[str, BeforeValidator(_sound), Field(min_length=1, max_length=64)]


class TextIn(Wire):
    """What a message shall say from now on."""

    text: Words


class MemberIn(Wire):
    """Somebody who comes in, or a new name for somebody who is here."""

    id: Id
    name: Name
    account_created: AwareDatetime | None = None


class Created(BaseModel):
    """What was made."""

    id: str


class PersonOut(BaseModel):
    """Whoever wrote a line."""

    id: str
    name: str
    roles: list[str]
    bot: bool


class LineOut(BaseModel):
    """A message as a member sees it now; `only_for` is the one member who does."""

    id: str
    channel: str
    author: PersonOut
    text: str
    at: datetime
    edited_at: datetime | None
    reply_to: str | None
    only_for: str | None
    card: dict[str, Any] | None

    @classmethod
    def of(cls, line: Line) -> LineOut:
        """A line of the room on the wire."""
        author = line.author
        return cls(
            id=line.id,
            channel=line.channel,
            author=PersonOut(
                id=author["id"], name=author["name"], roles=list(author["roles"]), bot=bool(author.get("bot"))
            ),
            text=line.text,
            at=line.at,
            edited_at=line.edited_at,
            reply_to=line.reply_to,
            only_for=line.only_for,
            card=None if line.card is None else _card(line.card),
        )


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    buttons = [{"words": words, "token": token} for words, token in card.get("buttons", ())]
    return {"case": card["case"], "title": card["title"], "buttons": buttons}


class MemberOut(BaseModel):
    """A person of the room, and what holds them back at the moment."""

    id: str
    name: str
    roles: list[str]
    here: bool
    here_since: datetime | None
    account_created: datetime | None
    timeout_until: datetime | None
    banned: bool
    banned_until: datetime | None

    @classmethod
    def of(cls, one: Resident, now: datetime) -> MemberOut:
        """A resident on the wire; what has run out by now is not there any more."""
        kept_out = banned(one, now)
        silenced = one.timeout_until is not None and one.timeout_until > now
        return cls(
            id=one.id,
            name=one.name,
            roles=sorted(one.roles),
            here=one.left_at is None,
            here_since=one.here_since,
            account_created=one.account_created,
            timeout_until=one.timeout_until if silenced else None,
            banned=kept_out,
            banned_until=one.banned_until if kept_out else None,
        )


class ChannelOut(BaseModel):
    """A channel; `slow_mode` in seconds between two messages of one person."""

    id: str
    name: str
    slow_mode: int
    locked: bool
    staff_only: bool

    @classmethod
    def of(cls, place: Place, *, staff_only: bool) -> ChannelOut:
        """A channel on the wire."""
        return cls(id=place.id, name=place.name, slow_mode=place.slow_mode, locked=place.locked, staff_only=staff_only)


class RoomOut(BaseModel):
    """The room at a glance; `moderator` says whether whoever asked holds the moderators' key."""

    channels: list[ChannelOut]
    members: list[MemberOut]
    invites_paused: bool
    moderator: bool


class ProblemOut(BaseModel):
    """RFC 9457: what went wrong."""

    type: str
    title: str
    status: int
    detail: str


class HealthOut(BaseModel):
    """Whether Sereno is well; reasons by check, in words, for whoever may read them."""

    status: str
    reasons: dict[str, str]
