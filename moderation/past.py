"""The recent past as one event found it: a view of what counters remember that never shows anything later."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from moderation.model import Event, MemberRef, Message, MessageRef, ReportFiled
from moderation.ports import Posted, Said
from moderation.raid import RaidWatch
from moderation.text.links import links_in

MOST_OF_ONE: Final = 256
"""Messages of one author, or copies of one text, that a view returns."""
MOST_JOINS: Final = 5_000
MOST_REPORTS: Final = 2_000
_STRAGGLERS: Final = 4
"""So many entries in a row older than a window end the search; events out of order hide fewer."""

Something = TypeVar("Something")
_NOTHING: Final[Sequence[Said]] = ()


class Entry:
    """One remembered message. `since` is the event that brought its present version, `changed` when that was.

    `links` is how many it has; None where nobody has counted them.
    """

    __slots__ = ("_older", "_said", "changed", "dead", "fingerprint", "links", "message", "seq", "since")

    def __init__(self, seq: int, message: Message, changed: datetime, fingerprint: str, links: int | None) -> None:
        self.seq = self.since = seq
        self.message = message
        self.changed = changed
        self.fingerprint = fingerprint
        self.links = links
        self.dead = False
        self._said: Said | None = None
        self._older: list[tuple[int, Said]] | None = None

    def replace(self, seq: int, message: Message, changed: datetime, fingerprint: str, links: int | None) -> None:
        """A newer version; the last few stay known to those who were there before."""
        older = self._older = self._older or []
        older.append((self.since, self._newest()))
        del older[:-8]
        self.since, self.message, self.changed = seq, message, changed
        self.fingerprint, self.links = fingerprint, links
        self._said = None

    def learn(self, *, fingerprint: str | None = None, links: int | None = None) -> None:
        """New rules want to know after all."""
        self.fingerprint = self.fingerprint if fingerprint is None else fingerprint
        self.links = self.links if links is None else links
        self._said = None

    def as_of(self, seq: int) -> Said:
        """The message as it was when event `seq` had been accepted."""
        older = self._older
        if not older or seq >= self.since:
            return self._said or self._newest()
        return next((said for since, said in reversed(older) if since <= seq), older[0][1])

    def fingerprint_as_of(self, seq: int) -> str:
        """The fingerprint of that version."""
        return self.as_of(seq).fingerprint if self._older else self.fingerprint

    def fingerprints(self) -> Iterable[str]:
        """Those of every version that is still known."""
        return (
            {self.fingerprint, *(said.fingerprint for _, said in self._older)} if self._older else (self.fingerprint,)
        )

    def _newest(self) -> Said:
        """Made when somebody asks: most messages are never looked at again."""
        message = self.message
        links = len(links_in(message.text)) if self.links is None else self.links
        author = message.author.ref
        said = self._said = Said(
            message.ref,
            author,
            message.at,
            message.text,
            self.fingerprint,
            links,
            mentions_in(message),
            images_in(message),
        )
        return said


def mentions_in(message: Message) -> int:
    """How many distinct people a message calls."""
    return len(set(message.mentions)) if message.mentions else 0


def images_in(message: Message) -> int:
    """How many of its files are images."""
    return sum(file.type.startswith("image") for file in message.attachments) if message.attachments else 0


class Written:
    """What one author wrote, oldest first, and how much there may be in it: no window holds more."""

    __slots__ = ("entries", "images", "links", "mentions")

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque()
        self.links = self.mentions = self.images = 0

    def weigh(self, entry: Entry) -> None:
        """Count what a message, or a newer version of one, brings."""
        message = entry.message
        if entry.links:
            self.links += entry.links
        if message.mentions:
            self.mentions += mentions_in(message)
        if message.attachments:
            self.images += images_in(message)


class Reported(NamedTuple):
    """One report: by which event, when, by whom, about whom and about which message."""

    seq: int
    at: datetime
    by: MemberRef
    about: MemberRef | None
    message: MessageRef | None


class Place:
    """What is remembered of one community on one platform; people and messages go by their ids there."""

    __slots__ = ("authors", "channels", "copies", "entries", "joins", "newcomers", "raid", "reports")

    def __init__(self) -> None:
        self.authors: dict[str, Written] = {}
        self.entries: dict[tuple[str, str], Entry] = {}
        self.copies: dict[str, list[Entry]] = {}
        self.channels: OrderedDict[str, deque[Entry]] = OrderedDict()
        self.joins: deque[tuple[int, datetime, MemberRef]] = deque(maxlen=MOST_JOINS)
        self.reports: deque[Reported] = deque(maxlen=MOST_REPORTS)
        self.newcomers: OrderedDict[str, int] = OrderedDict()
        self.raid = RaidWatch()


class Past:
    """The recent past as one event found it; see `moderation.ports.Counts`."""

    __slots__ = ("_at", "_entry", "_event", "_known", "_mine", "_place", "_seq", "message", "raid")

    def __init__(
        self, place: Place, seq: int, event: Event, message: Message | None, entry: Entry | None, known: int | None
    ) -> None:
        self._place = place
        self._seq = seq
        self._event = event
        self._at = event.at
        self._entry = entry
        self._known = known
        self._mine = place.authors.get(message.author.ref.id) if message is not None else None
        self.message = message
        self.raid = place.raid.active(event.at)

    def by_author(self, within: float) -> Sequence[Said]:
        """The author's messages in this community, in all channels."""
        mine = self._mine
        return self._window(mine.entries, within) if mine is not None else _NOTHING

    def same_text(self, within: float) -> Sequence[Said]:
        """Messages of anybody in this community with the same fingerprint; empty when the event has none."""
        fingerprint = self._fingerprint()
        entries = self._place.copies.get(fingerprint) if fingerprint else None
        if not entries:
            return _NOTHING
        window = self._window(entries, within, changed=True)
        return [said for said in window if said.fingerprint == fingerprint]

    def most(self, what: Posted) -> int:
        """At least as many of these as the author has posted in any window, told at once."""
        mine = self._mine
        if mine is None:
            return 0
        if what == "messages":
            return len(mine.entries)
        return mine.links if what == "links" else mine.mentions if what == "mentions" else mine.images

    def most_copies(self) -> int:
        """At least as many messages as `same_text` gives for any window, told at once."""
        fingerprint = self._fingerprint()
        entries = self._place.copies.get(fingerprint) if fingerprint else None
        return len(entries) if entries is not None else 0

    def others_here(self) -> Sequence[Said]:
        """Earlier messages of other people in this channel, for quotations."""
        message = self.message
        entries = self._place.channels.get(message.ref.channel.id) if message is not None else None
        if not entries or message is None:
            return _NOTHING
        author = message.author.ref
        return [
            entry.as_of(self._seq) for entry in entries if entry.seq < self._seq and entry.message.author.ref != author
        ]

    def joins(self, within: float) -> int:
        """Distinct people who joined this community."""
        since = self._at - timedelta(seconds=within)
        joined = [(at, who) for seq, at, who in self._place.joins if seq <= self._seq and at > since]
        return len({who for _, who in fullest(joined, self._at, within)})

    def reports(self, within: float) -> int:
        """Distinct people who reported the message or the person this event is about."""
        person, message = self._about()
        since = self._at - timedelta(seconds=within)
        return len(
            {
                report.by
                for report in self._place.reports
                if report.seq <= self._seq
                and since < report.at <= self._at
                and (
                    (message is not None and report.message == message)
                    or (person is not None and report.about == person)
                )
            }
        )

    def messages_of_author(self) -> int | None:
        """How many messages the author is known to have written here; None when nobody knows."""
        return self._known

    def _about(self) -> tuple[MemberRef | None, MessageRef | None]:
        event = self._event
        if isinstance(event, ReportFiled):
            return event.about, event.message
        if self.message is not None:
            return self.message.author.ref, self.message.ref
        member = getattr(event, "member", None)
        return member.ref if member is not None else None, None

    def _fingerprint(self) -> str:
        entry = self._entry
        return entry.fingerprint_as_of(self._seq) if entry is not None else ""

    def _window(self, entries: Sequence[Entry], within: float, *, changed: bool = False) -> Sequence[Said]:
        """Of the newest entries that had been accepted by then, those of a window that holds the event."""
        since, seq = self._at - _span(within), self._seq
        found: list[tuple[datetime, Said]] = []
        stale = seen = 0
        for entry in reversed(entries):
            if entry.seq > seq or entry.dead:
                continue
            at = entry.changed if changed else entry.message.at
            if at > since:
                found.append((at, entry.as_of(seq)))
                stale = 0
            else:
                stale += 1
            seen += 1
            if stale == _STRAGGLERS or seen == MOST_OF_ONE:
                break
        if len(found) < 2 and (not found or found[0][0] <= self._at):
            return [said for _, said in found]
        found.sort(key=_time)
        return [said for _, said in fullest(found, self._at, within)]


@lru_cache(maxsize=256)
def _span(within: float) -> timedelta:
    return timedelta(seconds=within)


def fullest(found: list[tuple[datetime, Something]], at: datetime, within: float) -> list[tuple[datetime, Something]]:
    """Of things that happened, the most that lie in one window of this length together with the moment `at`.

    Events in order make this the window that ends at `at`; when they come late and shuffled, later ones are already
    there, and a window that reaches beyond `at` may hold more.
    """
    if not found or max(found, key=_time)[0] <= at:
        return found
    found = sorted(found, key=_time)
    span = timedelta(seconds=within)
    best: list[tuple[datetime, Something]] = []
    for start, (first, _) in enumerate(found):
        if first > at:
            break
        inside = [pair for pair in found[start:] if pair[0] - first < span]
        best = max(best, inside, key=len)
    return best


def _time(pair: tuple[datetime, object]) -> datetime:
    return pair[0]
