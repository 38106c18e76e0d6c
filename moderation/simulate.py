"""A community in memory: people, channels and a clock that only moves when told. Examples, backtests of examples,
`sereno judge` and tests make their events here, so that all of them mean the same by "a newcomer".
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from moderation.model import (
    Attachment,
    ChannelRef,
    Member,
    MemberJoined,
    MemberLeft,
    MemberRef,
    MemberRenamed,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    ReportFiled,
)

START: Final = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
"""A Wednesday at noon, when a simulated community wakes up."""
SECOND: Final = timedelta(seconds=1)
_MENTION: Final = re.compile(r"(?<![\w@])@([\w.-]*\w)")
_EVERYONE: Final = frozenset({"everyone", "here", "channel", "all"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a simulated community. `here_since` wins over `here`, `name` is what others see."""

    id: str
    name: str
    account: timedelta | None
    here: timedelta | None
    messages: int | None
    roles: frozenset[str] = frozenset()
    is_bot: bool = False
    here_since: datetime | None = None


def regular(name: str) -> Person:
    """Somebody everybody knows: an account of 365 days, 90 days here, 500 messages."""
    return Person(name, name, timedelta(days=365), timedelta(days=90), 500)


def newcomer(name: str) -> Person:
    """Somebody who has just come: an account of 1 day, 1 hour here, 1 message."""
    return Person(name, name, timedelta(days=1), timedelta(hours=1), 1)


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """Time that stands still."""

    at: datetime = START

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.at


class World:
    """One simulated community. Every method makes the next event, a second after the one before unless `wait` was
    called in between; nothing is judged here."""

    def __init__(self, platform: str = "plaza", community: str = "club", start: datetime = START) -> None:
        self._platform = platform
        self._community = community
        self._people: dict[str, Person] = {}
        self._last: dict[str, Message] = {}
        self._now = start - SECOND
        self._pause = SECOND
        self._count = 0

    @property
    def now(self) -> datetime:
        """The time of the last event."""
        return self._now

    def wait(self, span: timedelta) -> None:
        """The next event comes so long after the last one."""
        self._pause = span

    def set_clock(self, at: datetime) -> None:
        """The next event comes at this moment, or a second after the last one if that was later."""
        self._pause = max(at - self._now, SECOND)

    def meet(self, person: Person) -> None:
        """From now on this is how a person is."""
        self._people[person.id] = person

    def person(self, who: str) -> Person:
        """How a person is; somebody nobody has met is a regular."""
        return self._people.get(who) or regular(who)

    def channel(self, name: str) -> ChannelRef:
        """A channel by its name."""
        return ChannelRef(self._platform, self._community, name, name)

    def member(self, who: str) -> Member:
        """A person as the platform describes them now."""
        person = self.person(who)
        since = person.here_since or (self._now - person.here if person.here is not None else None)
        return Member(
            ref=MemberRef(self._platform, self._community, person.id),
            name=person.name,
            roles=person.roles,
            is_bot=person.is_bot,
            account_created=self._now - person.account if person.account is not None else None,
            here_since=since,
            messages=person.messages,
        )

    def says(
        self, who: str, text: str, channel: str = "general", *, quoting: bool | None = None, files: tuple[str, ...] = ()
    ) -> MessagePosted:
        """Somebody writes; `@name` mentions a person."""
        number = self._tick()
        mentioned = dict.fromkeys(_mentions(text))
        message = Message(
            ref=MessageRef(self.channel(channel), f"m{number}"),
            author=self.member(who),
            text=text,
            at=self._now,
            mentions=tuple(name for name in mentioned if name not in _EVERYONE),
            mentions_everyone=not _EVERYONE.isdisjoint(mentioned),
            attachments=tuple(Attachment(name, mimetypes.guess_type(name)[0] or "") for name in files),
            quoting=quoting,
        )
        self._last[who] = message
        return MessagePosted(key=f"sim:{number}", at=self._now, message=message)

    def edits(self, who: str, text: str, *, quoting: bool | None = None) -> MessageEdited:
        """Somebody changes the last thing they wrote; KeyError when they have written nothing."""
        before = self._last[who]
        number = self._tick()
        mentioned = dict.fromkeys(_mentions(text))
        message = replace(
            before,
            author=self.member(who),
            text=text,
            mentions=tuple(name for name in mentioned if name not in _EVERYONE),
            mentions_everyone=not _EVERYONE.isdisjoint(mentioned),
            quoting=quoting,
        )
        self._last[who] = message
        return MessageEdited(key=f"sim:{number}", at=self._now, message=message)

    def joins(self, who: str) -> MemberJoined:
        """Somebody comes in and has written nothing yet."""
        number = self._tick()
        self.meet(replace(self.person(who), here_since=self._now, messages=0))
        return MemberJoined(key=f"sim:{number}", at=self._now, member=self.member(who))

    def leaves(self, who: str) -> MemberLeft:
        """Somebody goes."""
        number = self._tick()
        return MemberLeft(key=f"sim:{number}", at=self._now, member=self.member(who))

    def renames(self, who: str, name: str) -> MemberRenamed:
        """Somebody takes another name."""
        number = self._tick()
        before = self.person(who)
        self.meet(replace(before, name=name))
        return MemberRenamed(key=f"sim:{number}", at=self._now, member=self.member(who), before=before.name)

    def reports(self, who: str, about: str) -> ReportFiled:
        """Somebody reports the last thing another person wrote, or the person when that is nothing."""
        number = self._tick()
        last = self._last.get(about)
        return ReportFiled(
            key=f"sim:{number}",
            at=self._now,
            member=self.member(who),
            about=MemberRef(self._platform, self._community, about),
            message=last.ref if last else None,
        )

    def _tick(self) -> int:
        self._now += self._pause
        self._pause = SECOND
        self._count += 1
        return self._count


def _mentions(text: str) -> Iterator[str]:
    return (match[1] for match in _MENTION.finditer(text))
