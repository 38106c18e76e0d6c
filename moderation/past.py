"""The recent past as one event found it: a view of what counters remember that never shows anything later."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from moderation.model import Event, MemberRef, MessageRef, ReportFiled, author_of, message_of
from moderation.ports import Said
from moderation.raid import RaidWatch

MOST_OF_ONE: Final = 256
"""Messages of one author, or copies of one text, that a view returns."""
MOST_JOINS: Final = 5_000
MOST_REPORTS: Final = 2_000

Something = TypeVar("Something")


class Entry:
    """One remembered message: its versions by the sequence number that brought them, newest last."""

    __slots__ = ("changed", "dead", "seq", "versions")

    def __init__(self, seq: int, said: Said, changed: datetime) -> None:
        self.seq = seq
        self.versions: list[tuple[int, Said]] = [(seq, said)]
        self.changed = changed
        self.dead = False

    def as_of(self, seq: int) -> Said:
        """The message as it was when event `seq` had been accepted."""
        if len(self.versions) == 1:
            return self.versions[0][1]
        return next((said for since, said in reversed(self.versions) if since <= seq), self.versions[0][1])


class Place:
    """What is remembered of one community."""

    __slots__ = ("authors", "channels", "copies", "joins", "newcomers", "raid", "reports")

    def __init__(self) -> None:
        self.authors: dict[MemberRef, deque[Entry]] = {}
        self.copies: dict[str, deque[Entry]] = {}
        self.channels: OrderedDict[str, deque[Entry]] = OrderedDict()
        self.joins: deque[tuple[int, datetime, MemberRef]] = deque(maxlen=MOST_JOINS)
        self.reports: deque[tuple[int, datetime, MemberRef, MemberRef | None, MessageRef | None]] = deque(
            maxlen=MOST_REPORTS
        )
        self.newcomers: OrderedDict[MemberRef, int] = OrderedDict()
        self.raid = RaidWatch()


class Past:
    """The recent past as one event found it; see `moderation.ports.Counts`."""

    __slots__ = ("_at", "_author", "_entry", "_event", "_known", "_message", "_place", "_seq", "raid")

    def __init__(self, place: Place, seq: int, event: Event, entry: Entry | None, known: int | None) -> None:
        self._place = place
        self._seq = seq
        self._event = event
        self._at = event.at
        self._message = message_of(event)
        self._entry = entry
        self._known = known
        member = author_of(event)
        self._author = member.ref if member else None
        self.raid = place.raid.active(event.at)

    def by_author(self, within: float) -> Sequence[Said]:
        """The author's messages in this community, in all channels."""
        entries = self._place.authors.get(self._author) if self._author else None
        return [said for _, said in self._window(entries, within)] if entries else ()

    def same_text(self, within: float) -> Sequence[Said]:
        """Messages of anybody in this community with the same fingerprint; empty when the event has none."""
        fingerprint = self._entry.as_of(self._seq).fingerprint if self._entry else ""
        entries = self._place.copies.get(fingerprint) if fingerprint else None
        if not entries:
            return ()
        return [said for _, said in self._window(entries, within, changed=True) if said.fingerprint == fingerprint]

    def others_here(self) -> Sequence[Said]:
        """Earlier messages of other people in this channel, for quotations."""
        message = self._message
        entries = self._place.channels.get(message.ref.channel.id) if message else None
        if not entries or message is None:
            return ()
        said = [entry.as_of(self._seq) for entry in entries if entry.seq < self._seq]
        return [earlier for earlier in said if earlier.author != message.author.ref]

    def joins(self, within: float) -> int:
        """Distinct people who joined this community."""
        since = self._at - timedelta(seconds=within)
        joined = [(at, who) for seq, at, who in self._place.joins if seq <= self._seq and at > since]
        return len({who for _, who in _fullest(joined, self._at, within)})

    def reports(self, within: float) -> int:
        """Distinct people who reported the message or the person this event is about."""
        person, message = _about(self._event)
        since = self._at - timedelta(seconds=within)
        return len(
            {
                reporter
                for seq, at, reporter, about, ref in self._place.reports
                if seq <= self._seq
                and since < at <= self._at
                and ((message is not None and ref == message) or (person is not None and about == person))
            }
        )

    def messages_of_author(self) -> int | None:
        """How many messages the author is known to have written here; None when nobody knows."""
        return self._known

    def _recent(self, entries: deque[Entry]) -> Iterator[Entry]:
        """The newest entries that had been accepted by then, newest first."""
        seen = 0
        for entry in reversed(entries):
            if entry.seq <= self._seq and not entry.dead:
                yield entry
                seen += 1
                if seen == MOST_OF_ONE:
                    return

    def _window(self, entries: deque[Entry], within: float, *, changed: bool = False) -> list[tuple[datetime, Said]]:
        since = self._at - timedelta(seconds=within)
        found = []
        for entry in self._recent(entries):
            said = entry.as_of(self._seq)
            at = entry.changed if changed else said.at
            if at > since:
                found.append((at, said))
        found.sort(key=lambda pair: pair[0])
        return _fullest(found, self._at, within)


def _fullest(found: list[tuple[datetime, Something]], at: datetime, within: float) -> list[tuple[datetime, Something]]:
    """Of things in order of time, the most that lie in one window of this length together with the moment `at`.

    Events in order make this the window that ends at `at`; when they come late and shuffled, later ones are already
    there, and a window that reaches beyond `at` may hold more.
    """
    if not found or found[-1][0] <= at:
        return found
    found = sorted(found, key=lambda pair: pair[0])
    span = timedelta(seconds=within)
    best: list[tuple[datetime, Something]] = []
    for start, (first, _) in enumerate(found):
        if first > at:
            break
        inside = [pair for pair in found[start:] if pair[0] - first < span]
        best = max(best, inside, key=len)
    return best


def _about(event: Event) -> tuple[MemberRef | None, MessageRef | None]:
    if isinstance(event, ReportFiled):
        return event.about, event.message
    message, member = message_of(event), author_of(event)
    return member.ref if member else None, message.ref if message else None
