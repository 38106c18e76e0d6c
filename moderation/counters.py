"""The recent past: floods, copies, joins, reports, in bounded windows.

Updated when an event is accepted, in journal order, and rebuilt from events after a restart. What `note` returns is
the past as it looked at that moment: events accepted later do not show, however late it is asked. An edit replaces the
text of a message and never counts as another one. Everything is bounded, and forgetting costs O(1) per event.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from moderation.model import (
    Event,
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
from moderation.past import Entry, Past, Place, Reported, Written
from moderation.raid import RaidWatch
from moderation.text.links import links_in
from moderation.text.views import Views

MOST_MESSAGES: Final = 50_000
"""Messages remembered in all communities together."""
MOST_HERE: Final = 200
"""Earlier messages of a channel in which quotations are looked for."""
MOST_CHANNELS: Final = 1_000
MOST_NEWCOMERS: Final = 20_000
LEEWAY: Final = 60.0
"""Seconds that are remembered beyond the longest window: verdicts may come late, events out of order."""
_LEAP: Final = -timedelta(minutes=10)
"""What is younger than this, having a time in the future, is not waited for."""


@dataclass(frozen=True, slots=True)
class Needs:
    """How far back somebody looks, in seconds; 0 means that nobody does, and nothing is kept for it.

    `author`: what one person wrote; `links`: how many links were in it. `copies`: the same text again. `joins`,
    `reports`: distinct people.
    `split`: neighbours that may complete a word. `quotes`: earlier messages of others in the channel.
    """

    author: float = 0.0
    copies: float = 0.0
    joins: float = 0.0
    reports: float = 0.0
    split: float = 0.0
    quotes: float = 0.0
    links: float = 0.0

    def __or__(self, other: Needs) -> Needs:
        """Enough for both."""
        return Needs(
            max(self.author, other.author),
            max(self.copies, other.copies),
            max(self.joins, other.joins),
            max(self.reports, other.reports),
            max(self.split, other.split),
            max(self.quotes, other.quotes),
            max(self.links, other.links),
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
        self._seq = 0
        self._clock = self._last = datetime.min.replace(tzinfo=UTC)
        self._span = timedelta(seconds=self._needs.messages + LEEWAY)

    @property
    def needs(self) -> Needs:
        """How far back somebody looks."""
        return self._needs

    def expect(self, needs: Needs) -> None:
        """New rules look elsewhere; what is remembered gets the fingerprints and links it lacked."""
        old, self._needs = self._needs, needs
        self._span = timedelta(seconds=needs.messages + LEEWAY)
        if needs.copies and not old.copies:
            self._learn_fingerprints()
        if needs.links and not old.links:
            self._learn_links()

    def note(self, event: Event, views: Views | None = None) -> Past:
        """Count one event, and see the past as of now. `views` spares work when they have been made already."""
        self._seq += 1
        message = message_of(event)
        known: int | None = None
        entry: Entry | None = None
        self._tick(event.at)
        if message is not None:
            channel = message.ref.channel
            place = self._place((channel.platform, channel.community))
            entry = self._remember(place, event, message, views)
            if place.newcomers:
                known = _count(place, message.author.ref.id, new=isinstance(event, MessagePosted))
        else:
            place = self._place(where(event))
            if isinstance(event, MemberJoined):
                self._join(place, event)
                known = place.newcomers.get(event.member.ref.id)
            elif isinstance(event, ReportFiled):
                about = event.about or _author(place, event.message)
                place.reports.append(Reported(self._seq, event.at, event.member.ref, about, event.message))
        return Past(place, self._seq, event, message, entry, known)

    def rebuild(self, events: Iterable[Event]) -> None:
        """Start over from events in journal order."""
        self._start()
        for event in events:
            self.note(event)

    def raid(self, platform: str, community: str) -> RaidWatch:
        """The wave and the raid of one community."""
        return self._place((platform, community)).raid

    def __len__(self) -> int:
        """How many messages are remembered."""
        return len(self._ring)

    def _remember(self, place: Place, event: Event, message: Message, views: Views | None) -> Entry | None:
        needs = self._needs
        channel = message.ref.channel.id
        key = (channel, message.ref.id)
        entry = place.entries.get(key)
        if entry is not None:
            self._replace(place, entry, event, message, views)
            return entry
        if not (needs.messages or needs.quotes):
            return None
        entry = Entry(self._seq, message, event.at, *self._seen(message, views))
        if needs.messages:
            place.entries[key] = entry
            self._ring.append((event.at, entry, place))
            _wrote(place, entry)
            _copied(place, entry)
        if needs.quotes:
            self._overheard(place, channel, entry)
        return entry

    def _learn_fingerprints(self) -> None:
        for place in self._places.values():
            place.copies.clear()
        for _, entry, place in self._ring:
            entry.learn(fingerprint=Views(entry.message.text).fingerprint)
            _copied(place, entry)

    def _learn_links(self) -> None:
        for _, entry, place in self._ring:
            entry.learn(links=len(links_in(entry.message.text)))
            mine = place.authors.get(entry.message.author.ref.id)
            if mine is not None:
                mine.links += entry.links or 0

    def _overheard(self, place: Place, channel: str, entry: Entry) -> None:
        here = place.channels.get(channel)
        if here is None:
            here = place.channels[channel] = deque(maxlen=MOST_HERE)
            if len(place.channels) > MOST_CHANNELS:
                place.channels.popitem(last=False)
        here.append(entry)

    def _replace(self, place: Place, entry: Entry, event: Event, message: Message, views: Views | None) -> None:
        """A newer version wins; the same words again change nothing."""
        if entry.message.text == message.text or not isinstance(event, MessageEdited):
            return
        before = entry.fingerprint
        entry.replace(self._seq, message, event.at, *self._seen(message, views))
        mine = place.authors.get(message.author.ref.id)
        if mine is not None:
            mine.weigh(entry)
        if entry.fingerprint != before:
            _copied(place, entry)

    def _seen(self, message: Message, views: Views | None) -> tuple[str, int | None]:
        """The fingerprint and the number of links, as far as anybody wants to know."""
        needs = self._needs
        if not (needs.copies or needs.links):
            return "", None
        views = views or Views(message.text)
        return views.fingerprint if needs.copies else "", len(views.links) if needs.links else None

    def _join(self, place: Place, event: MemberJoined) -> None:
        if self._needs.joins:
            place.joins.append((self._seq, event.at, event.member.ref))
        place.raid.joined(event.member.ref, event.at)
        place.newcomers.setdefault(event.member.ref.id, 0)
        if len(place.newcomers) > MOST_NEWCOMERS:
            place.newcomers.popitem(last=False)

    def _place(self, key: tuple[str, str]) -> Place:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Place()
        return place

    def _tick(self, at: datetime) -> None:
        """Move the counters' own time, and forget. Two events in a row must agree on a time before anything goes: one
        from a far future must not wipe the memory."""
        agreed = min(at, self._last)
        self._last = at
        self._clock = max(self._clock, agreed)
        if self._ring and self._outdated(self._ring[0][0]):
            self._forget()

    def _outdated(self, at: datetime) -> bool:
        age = self._clock - at
        return age > self._span or age < _LEAP or len(self._ring) > MOST_MESSAGES

    def _forget(self) -> None:
        """Up to three messages that nobody looks at any more: more than one event brings, so memory shrinks again."""
        for _ in range(3):
            if not self._ring or not self._outdated(self._ring[0][0]):
                break
            _, entry, place = self._ring.popleft()
            entry.dead = True
            ref = entry.message.ref
            place.entries.pop((ref.channel.id, ref.id), None)
            _forget_author(place, entry.message.author.ref.id)
            for fingerprint in entry.fingerprints():
                if fingerprint:
                    _forget_copies(place, fingerprint)


def _wrote(place: Place, entry: Entry) -> None:
    author = entry.message.author.ref.id
    mine = place.authors.get(author)
    if mine is None:
        mine = place.authors[author] = Written()
    mine.entries.append(entry)
    mine.weigh(entry)


def _copied(place: Place, entry: Entry) -> None:
    fingerprint = entry.fingerprint
    if not fingerprint:
        return
    same = place.copies.get(fingerprint)
    if same is None:
        place.copies[fingerprint] = [entry]
    elif entry.since == entry.seq or entry not in same:
        same.append(entry)


def _forget_author(place: Place, author: str) -> None:
    mine = place.authors.get(author)
    if mine is None:
        return
    entries = mine.entries
    while entries and entries[0].dead:
        entries.popleft()
    if not entries:
        del place.authors[author]


def _forget_copies(place: Place, fingerprint: str) -> None:
    same = place.copies.get(fingerprint)
    if same is None or not same[0].dead:
        return
    alive = next((number for number, entry in enumerate(same) if not entry.dead), len(same))
    if alive == len(same):
        del place.copies[fingerprint]
    elif alive:
        del same[:alive]


def where(event: Event) -> tuple[str, str]:
    """The platform and the community an event belongs to."""
    message, member = message_of(event), author_of(event)
    if message is not None:
        return message.ref.channel.platform, message.ref.channel.community
    if member is not None:
        return member.ref.platform, member.ref.community
    channel = event.message.channel  # type: ignore[union-attr]  # only MessageRemoved has no author
    return channel.platform, channel.community


def _author(place: Place, ref: MessageRef | None) -> MemberRef | None:
    """Who wrote a message that is still remembered."""
    entry = place.entries.get((ref.channel.id, ref.id)) if ref is not None else None
    return entry.message.author.ref if entry is not None else None


def _count(place: Place, author: str, *, new: bool) -> int | None:
    """How many messages somebody has written whose arrival was seen; None for anybody else."""
    known = place.newcomers.get(author)
    if known is not None and new:
        known += 1
        place.newcomers[author] = known
    return known
