"""The recent past: floods, copies, joins, reports, in bounded windows.

Updated when an event is accepted, in journal order, and rebuilt from events after a restart. What `note` returns is
the past as it looked at that moment: events accepted later do not show, however late it is asked. An edit replaces the
text of a message and never counts as another one. Everything is bounded, and forgetting costs O(1) per event.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from moderation.model import (
    Event,
    Member,
    MemberJoined,
    MemberRef,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    ReportFiled,
    author_of,
    message_of,
)
from moderation.past import MOST_OF_ONE, Entry, Past, Place
from moderation.ports import Said
from moderation.raid import RaidWatch
from moderation.text.views import Views

MOST_MESSAGES: Final = 50_000
"""Messages remembered in all communities together."""
MOST_HERE: Final = 200
"""Earlier messages of a channel in which quotations are looked for."""
MOST_CHANNELS: Final = 1_000
MOST_NEWCOMERS: Final = 20_000
LEEWAY: Final = 60.0
"""Seconds that are remembered beyond the longest window: verdicts may come late, events out of order."""
_LEAP: Final = timedelta(minutes=10)

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Needs:
    """How far back somebody looks, in seconds; 0 means that nobody does, and nothing is kept for it.

    `author`: what one person wrote. `copies`: the same text again. `joins`, `reports`: distinct people.
    `split`: neighbours that may complete a word. `quotes`: earlier messages of others in the channel.
    """

    author: float = 0.0
    copies: float = 0.0
    joins: float = 0.0
    reports: float = 0.0
    split: float = 0.0
    quotes: float = 0.0

    def __or__(self, other: Needs) -> Needs:
        """Enough for both."""
        return Needs(
            max(self.author, other.author),
            max(self.copies, other.copies),
            max(self.joins, other.joins),
            max(self.reports, other.reports),
            max(self.split, other.split),
            max(self.quotes, other.quotes),
        )

    @property
    def messages(self) -> float:
        """How long a message is remembered."""
        return max(self.author, self.copies, self.split)


class Counters:
    """All windows of all communities. One writer: events go in one by one, in the order of the journal."""

    def __init__(self, needs: Needs | None = None) -> None:
        self._needs = needs or Needs()
        self._start()

    def _start(self) -> None:
        self._places: dict[tuple[str, str], Place] = {}
        self._ring: deque[tuple[datetime, Entry, Place]] = deque()
        self._entries: dict[MessageRef, Entry] = {}
        self._seq = 0
        self._clock: datetime | None = None

    @property
    def needs(self) -> Needs:
        """How far back somebody looks."""
        return self._needs

    def expect(self, needs: Needs) -> None:
        """New rules look elsewhere; what is remembered gets the fingerprints it lacked."""
        old, self._needs = self._needs, needs
        if needs.copies and not old.copies:
            for _, entry, place in self._ring:
                seq, said = entry.versions[-1]
                known = _with_fingerprint(said, Views(said.text).fingerprint)
                entry.versions[-1] = (seq, known)
                self._copied(place, known.fingerprint, entry)

    def note(self, event: Event, views: Views | None = None) -> Past:
        """Count one event, and see the past as of now. `views` spares work when they have been made already."""
        self._seq += 1
        place = self._of(event)
        at = self._tick(event.at)
        known: int | None = None
        entry: Entry | None = None
        message = message_of(event)
        if message is not None:
            entry = self._remember(place, event, message, views, at)
            known = _count(place, message.author, new=isinstance(event, MessagePosted))
        elif isinstance(event, MemberJoined):
            self._join(place, event)
            known = place.newcomers.get(event.member.ref)
        elif isinstance(event, ReportFiled):
            place.reports.append((self._seq, event.at, event.member.ref, self._reported(event), event.message))
        return Past(place, self._seq, event, entry, known)

    def rebuild(self, events: Iterable[Event]) -> None:
        """Start over from events in journal order."""
        self._start()
        for event in events:
            self.note(event)

    def raid(self, platform: str, community: str) -> RaidWatch:
        """The wave and the raid of one community."""
        return self._at_place((platform, community)).raid

    def __len__(self) -> int:
        """How many messages are remembered."""
        return len(self._ring)

    def _remember(
        self, place: Place, event: Event, message: Message, views: Views | None, at: datetime
    ) -> Entry | None:
        needs = self._needs
        old = self._entries.get(message.ref)
        if old is not None:
            self._replace(place, old, event, message, views)
            return old
        if not (needs.messages or needs.quotes):
            return None
        entry = Entry(self._seq, _said(message, views, needs), event.at)
        if needs.messages:
            self._entries[message.ref] = entry
            self._ring.append((at, entry, place))
            place.authors.setdefault(message.author.ref, deque()).append(entry)
            self._copied(place, entry.versions[0][1].fingerprint, entry)
        if needs.quotes:
            place.channels.setdefault(message.ref.channel.id, deque(maxlen=MOST_HERE)).append(entry)
            place.channels.move_to_end(message.ref.channel.id)
            if len(place.channels) > MOST_CHANNELS:
                place.channels.popitem(last=False)
        return entry

    def _replace(self, place: Place, entry: Entry, event: Event, message: Message, views: Views | None) -> None:
        """A newer version wins; the same words again change nothing."""
        _, before = entry.versions[-1]
        if before.text == message.text or not isinstance(event, MessageEdited):
            return
        said = _said(message, views, self._needs)
        entry.versions.append((self._seq, said))
        del entry.versions[:-8]
        entry.changed = event.at
        if said.fingerprint != before.fingerprint:
            self._copied(place, said.fingerprint, entry)

    def _copied(self, place: Place, fingerprint: str, entry: Entry) -> None:
        if fingerprint:
            same = place.copies.setdefault(fingerprint, deque())
            if entry not in list(same)[-MOST_OF_ONE:]:
                same.append(entry)

    def _join(self, place: Place, event: MemberJoined) -> None:
        if self._needs.joins:
            place.joins.append((self._seq, event.at, event.member.ref))
        place.raid.joined(event.member.ref, event.at)
        place.newcomers.setdefault(event.member.ref, 0)
        if len(place.newcomers) > MOST_NEWCOMERS:
            place.newcomers.popitem(last=False)

    def _reported(self, event: ReportFiled) -> MemberRef | None:
        if event.about is not None or event.message is None:
            return event.about
        entry = self._entries.get(event.message)
        return entry.versions[-1][1].author if entry else None

    def _of(self, event: Event) -> Place:
        return self._at_place(where(event))

    def _at_place(self, key: tuple[str, str]) -> Place:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Place()
        return place

    def _tick(self, at: datetime) -> datetime:
        """The counters' own time, and forgetting. One event from a far future must not wipe the memory at once."""
        clock = self._clock
        clock = at if clock is None else max(clock, min(at, clock + _LEAP))
        self._clock = clock
        old = clock - timedelta(seconds=self._needs.messages + LEEWAY)
        ring = self._ring
        for _ in range(3):
            if not ring or (ring[0][0] >= old and len(ring) <= MOST_MESSAGES):
                break
            self._forget(*ring.popleft()[1:])
        return clock

    def _forget(self, entry: Entry, place: Place) -> None:
        entry.dead = True
        said = entry.versions[0][1]
        if self._entries.get(said.ref) is entry:
            del self._entries[said.ref]
        _shed(place.authors, said.author)
        for fingerprint in {version.fingerprint for _, version in entry.versions}:
            _shed(place.copies, fingerprint)


def _shed(kept: dict[Key, deque[Entry]], key: Key) -> None:
    entries = kept.get(key)
    if entries is None:
        return
    while entries and entries[0].dead:
        entries.popleft()
    if not entries:
        del kept[key]


def where(event: Event) -> tuple[str, str]:
    """The platform and the community an event belongs to."""
    message, member = message_of(event), author_of(event)
    if message is not None:
        return message.ref.channel.platform, message.ref.channel.community
    if member is not None:
        return member.ref.platform, member.ref.community
    channel = event.message.channel  # type: ignore[union-attr]  # only MessageRemoved has no author
    return channel.platform, channel.community


def _said(message: Message, views: Views | None, needs: Needs) -> Said:
    seen = views or Views(message.text)
    return Said(
        ref=message.ref,
        author=message.author.ref,
        at=message.at,
        text=message.text,
        fingerprint=seen.fingerprint if needs.copies else "",
        links=len(seen.links),
        mentions=len(message.mentions),
        images=sum(file.type.startswith("image") for file in message.attachments),
    )


def _with_fingerprint(said: Said, fingerprint: str) -> Said:
    return Said(said.ref, said.author, said.at, said.text, fingerprint, said.links, said.mentions, said.images)


def _count(place: Place, author: Member, *, new: bool) -> int | None:
    """How many messages somebody has written whose arrival was seen; None for anybody else."""
    known = place.newcomers.get(author.ref)
    if known is not None and new:
        known += 1
        place.newcomers[author.ref] = known
    return known
