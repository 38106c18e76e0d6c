"""The lines of `sereno judge`: one event as JSON on the way in, one verdict as JSON on the way out.

{"id", "kind": "message|edit|join|leave|rename|reaction|report", "text"?, "at"?, "channel"?,
 "author": {"id", "name"?, "roles"?, "here_since"?, "account_created"?, "messages"?, "is_bot"?},
 "reply_to"?, "quoting"?, "scores"?, "platform"?, "community"?, "target"?, "mentions"?, "attachments"?, "strikes"?}

A missing `at` is the one before plus a second. Labels without a score are silent: unknown, which is not zero. `target`
is the message an edit, a reaction or a report is about, or the person who is reported.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from moderation.errors import UserError
from moderation.model import (
    Attachment,
    ChannelRef,
    Event,
    Member,
    MemberJoined,
    MemberLeft,
    MemberRef,
    MemberRenamed,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    ReactionAdded,
    ReportFiled,
    Signal,
    Signals,
)
from moderation.simulate import START
from moderation.strikes import ANY_LADDER, Points
from moderation.verdict import Because, Match, Planned, Verdict
from rules.patterns import encodable

REMEMBERED: Final = 100_000
"""Messages that a later edit, reaction or report may name."""
LONGEST_LINE: Final = 1_000_000
_EVERYONE: Final = frozenset({"everyone", "@everyone", "here", "@here", "channel", "@channel", "all", "@all"})
_MENTION: Final = re.compile(r"(?<![\w@])@([\w.-]*\w)")

Kind = Literal["message", "edit", "join", "leave", "rename", "reaction", "report"]


class BadLine(UserError):
    """A line that is no event; the message names the line and what is wrong."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]
Name = Annotated[StrictStr, Field(min_length=1, max_length=500)]
Id = Annotated[str, Field(min_length=1, max_length=500, coerce_numbers_to_str=True)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Points_ = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class WireAuthor(BaseModel):
    """Who did it, as far as somebody says."""

    model_config = ConfigDict(frozen=True)

    id: Id
    name: StrictStr = ""
    roles: tuple[Name, ...] = ()
    here_since: Moment | None = None
    account_created: Moment | None = None
    messages: Annotated[StrictInt, Field(ge=0)] | None = None
    is_bot: StrictBool = False


class WireAttachment(BaseModel):
    """A file, described."""

    model_config = ConfigDict(frozen=True)

    name: StrictStr = ""
    type: StrictStr = ""
    size: Annotated[StrictInt, Field(ge=0)] | None = None
    sha256: StrictStr | None = None


class WireEvent(BaseModel):
    """One line."""

    model_config = ConfigDict(frozen=True)

    id: Id
    kind: Kind
    author: WireAuthor
    text: StrictStr = ""
    at: Moment | None = None
    channel: Name = "general"
    reply_to: Id | None = None
    quoting: StrictBool | None = None
    scores: dict[Name, Probability] = Field(default_factory=dict)
    platform: Name = "plaza"
    community: Name = "club"
    target: Id | None = None
    mentions: tuple[Id, ...] | None = None
    attachments: tuple[WireAttachment | Name, ...] = ()
    strikes: Points_ | dict[Name, Points_] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One line understood. `strikes` is None where the line does not state them."""

    id: str
    event: Event
    signals: Signals
    strikes: Mapping[str, Points] | None


class EventReader:
    """Reads lines in order; remembers the time of the last one and the messages that later lines may name.

    `labels` are those that the rules ask for.
    """

    def __init__(self, labels: frozenset[str] = frozenset(), start: datetime = START) -> None:
        self._labels = labels
        self._last = start - timedelta(seconds=1)
        self._messages: OrderedDict[MessageRef, Message] = OrderedDict()
        self._line = 0

    def read(self, line: str | bytes) -> Told | None:
        """The event of the next line, None for an empty one; raises BadLine."""
        self._line += 1
        if not line.strip():
            return None
        wire = self._parsed(line)
        at = wire.at or self._last + timedelta(seconds=1)
        event = self._event(wire, at)
        self._last = at
        given = tuple(Signal(label, score, "given") for label, score in wire.scores.items())
        signals = Signals(given, self._labels - wire.scores.keys())
        return Told(wire.id, event, signals, _strikes(wire.strikes))

    def _parsed(self, line: str | bytes) -> WireEvent:
        if len(line) > LONGEST_LINE:
            raise BadLine(self._line, f"longer than {LONGEST_LINE} characters")
        try:
            value = json.loads(line.decode() if isinstance(line, bytes) else line)
        except UnicodeDecodeError as error:
            raise BadLine(self._line, "not UTF-8") from error
        except RecursionError as error:
            raise BadLine(self._line, "nested too deeply") from error
        except ValueError as error:
            raise BadLine(self._line, f"not JSON: {error}") from error
        if not isinstance(value, dict):
            raise BadLine(self._line, "an event is a JSON object")
        try:
            return WireEvent.model_validate(value)
        except ValidationError as error:
            raise BadLine(self._line, _first_reason(error)) from error

    def _event(self, wire: WireEvent, at: datetime) -> Event:
        member = _member(wire)
        key = f"wire:{self._line}:{wire.id}"
        if wire.kind in {"message", "edit"}:
            return self._written(wire, member, key, at)
        if wire.kind == "join":
            return MemberJoined(key=key, at=at, member=member)
        if wire.kind == "leave":
            return MemberLeft(key=key, at=at, member=member)
        if wire.kind == "rename":
            return MemberRenamed(key=key, at=at, member=member if member.name else replace(member, name=wire.text))
        if wire.target is None:
            raise BadLine(self._line, f"a {wire.kind} needs `target`")
        ref = MessageRef(_channel(wire), wire.target)
        known = self._messages.get(ref)
        if wire.kind == "reaction":
            return ReactionAdded(key=key, at=at, member=member, message=ref, emoji=wire.text)
        about = known.author.ref if known else MemberRef(wire.platform, wire.community, wire.target)
        return ReportFiled(key=key, at=at, member=member, about=about, message=ref if known else None, text=wire.text)

    def _written(self, wire: WireEvent, member: Member, key: str, at: datetime) -> Event:
        ref = MessageRef(_channel(wire), wire.target if wire.kind == "edit" and wire.target else wire.id)
        before = self._messages.get(ref)
        mentions = _mentions(wire)
        message = Message(
            ref=ref,
            author=member,
            text=wire.text,
            at=before.at if before and wire.kind == "edit" else at,
            reply_to=MessageRef(_channel(wire), wire.reply_to) if wire.reply_to else None,
            mentions=tuple(name for name in mentions if name not in _EVERYONE),
            mentions_everyone=not _EVERYONE.isdisjoint(mentions),
            attachments=tuple(_attachment(file) for file in wire.attachments),
            quoting=wire.quoting,
        )
        self._messages[ref] = message
        if len(self._messages) > REMEMBERED:
            self._messages.popitem(last=False)
        if wire.kind == "edit":
            return MessageEdited(key=key, at=at, message=message)
        return MessagePosted(key=key, at=at, message=message)


def verdict_line(ident: str, verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON: names of actions where scripts look for them, everything else under `details`."""
    return {
        "id": encodable(ident),
        "matched": [
            {"rule": match.rule, "mode": match.mode.value, "actions": _names(match.actions)}
            for match in verdict.matched
        ],
        "undecided": list(verdict.undecided),
        "actions": _names(plan.action for plan in verdict.actions),
        "details": {
            "actions": [_planned(plan) for plan in verdict.actions],
            "matched": [_match(match) for match in verdict.matched],
            "missing": sorted(verdict.missing),
        },
    }


def _names(actions: Any) -> list[str]:
    return list(dict.fromkeys(action.name for action in actions))


def _planned(plan: Planned) -> dict[str, Any]:
    arguments = plan.action.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"otherwise"})
    return {
        "name": plan.action.name,
        "arguments": arguments,
        "rules": list(plan.rules),
        "messages": [ref.id for ref in plan.messages],
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "messages": [ref.id for ref in match.messages],
        "score_only": match.score_only,
        "because": [_because(reason) for reason in match.because],
    }


def _because(reason: Because) -> dict[str, Any]:
    told: dict[str, Any] = {"condition": reason.condition, "saw": encodable(reason.saw)}
    if reason.message is not None:
        told["message"] = reason.message.id
    if reason.start is not None:
        told |= {"start": reason.start, "end": reason.end}
    return told


def _first_reason(error: ValidationError) -> str:
    details = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in details["loc"])
    return f"`{where}`: {details['msg'][:1].lower()}{details['msg'][1:]}" if where else details["msg"]


def _member(wire: WireEvent) -> Member:
    author = wire.author
    return Member(
        ref=MemberRef(wire.platform, wire.community, author.id),
        name=author.name,
        roles=frozenset(author.roles),
        is_bot=author.is_bot,
        account_created=author.account_created,
        here_since=author.here_since,
        messages=author.messages,
    )


def _channel(wire: WireEvent) -> ChannelRef:
    return ChannelRef(wire.platform, wire.community, wire.channel, wire.channel)


def _mentions(wire: WireEvent) -> Mapping[str, None]:
    if wire.mentions is not None:
        return dict.fromkeys(wire.mentions)
    return dict.fromkeys(match[1] for match in _MENTION.finditer(wire.text))


def _attachment(file: WireAttachment | str) -> Attachment:
    if isinstance(file, str):
        return Attachment(file)
    return Attachment(file.name, file.type, file.size, file.sha256)


def _strikes(stated: int | dict[str, int] | None) -> Mapping[str, Points] | None:
    if stated is None:
        return None
    ladders = stated if isinstance(stated, dict) else {ANY_LADDER: stated}
    return {ladder: Points(points, points) for ladder, points in ladders.items()}
