"""All that a rule may see of one event: what happened, how the text looks, who it was, and the recent past."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple, Protocol

from moderation.model import (
    KIND_OF,
    Event,
    Member,
    MemberRef,
    MemberRenamed,
    Message,
    MessageRef,
    ReportFiled,
    Signals,
    author_of,
    message_of,
)
from moderation.ports import Counts
from moderation.strikes import Points, Strike
from moderation.text.views import Views
from rules.wants import Pattern, Phrases


class Hit(NamedTuple):
    """Something that was looked for and found in the text of the event; offsets into the raw text."""

    what: str
    start: int
    end: int


class Piece(NamedTuple):
    """One part of something that was found spread over several messages; offsets into its raw text."""

    message: MessageRef
    at: datetime
    start: int
    end: int


class SplitHit(NamedTuple):
    """A phrase spread over consecutive messages of one author in one channel, oldest first."""

    what: str
    pieces: tuple[Piece, ...]
    seconds: float


class Found(Protocol):
    """What the engine's single pass over a text found; empty for what nobody wanted."""

    @property
    def keys(self) -> Sequence[Phrases | Pattern]:
        """The lists and patterns that hit."""
        ...

    def phrases(self, wanted: Phrases) -> Sequence[Hit]:
        """Words of a list in this text alone."""
        ...

    def split(self, wanted: Phrases) -> Sequence[SplitHit]:
        """Words of a list that this message and neighbours of the same author and channel make together."""
        ...

    def patterns(self, wanted: Pattern) -> Sequence[Hit]:
        """Matches of a pattern in this text."""
        ...

    def names(self, wanted: Phrases) -> Sequence[Hit]:
        """Words of a list in the name of the person who caused the event."""
        ...


@dataclass(slots=True)
class Facts:
    """One event as rules see it. `views` show the text that is judged: the message, or the new name of a person.

    `now` is the time of the event, so that judging an old event again says the same. `zone` is the community's.
    `struck` are the strikes behind the points, as far as they were given here.
    Never changed once the engine has filled it; not frozen because one is made for every message.
    """

    event: Event
    kind: str
    member: Member | None
    message: Message | None
    views: Views
    signals: Signals
    counts: Counts
    strikes: Mapping[str, Points]
    now: datetime
    found: Found
    zone: tzinfo = UTC
    struck: Collection[Strike] = ()


def kind_of(event: Event) -> str:
    """The name rules use for this kind of event; empty for kinds that rules never see."""
    return KIND_OF.get(type(event), "")


def text_of(event: Event) -> str:
    """The text of an event that rules judge: what was written, or the new name; empty where there is none."""
    message = message_of(event)
    if message is not None:
        return message.text
    return event.member.name if isinstance(event, MemberRenamed) else ""


def subject_of(event: Event) -> MemberRef | None:
    """The person sanctions would be aimed at: who was reported, else who caused the event."""
    if isinstance(event, ReportFiled):
        return event.about
    member = author_of(event)
    return member.ref if member else None


def message_at(event: Event) -> MessageRef | None:
    """The message sanctions would be aimed at: the one written or edited, or the one that was reported."""
    message = message_of(event)
    if message is not None:
        return message.ref
    return event.message if isinstance(event, ReportFiled) else None
