"""The recent past as one event found it: a view of what counters remember that never shows anything later."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from moderation.model import Event, MemberRef, Message, MessageRef, ReportFiled
from moderation.ports import Said
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
    """One remembered message. `since` is the event that brought its present version, `changed` when that was."""

    __slots__ = ("_older", "_said", "changed", "dead", "fingerprint", "message", "seq", "since")

    def __init__(self, seq: int, message: Message, changed: datetime, fingerprint: str) -> None:
        self.seq = self.since = seq
        self.message = message
        self.changed = changed
        self.fingerprint = fingerprint
        self.dead = False
        self._said: Said | None = None
        self._older: list[tuple[int, Said]] = []

    def replace(self, seq: int, message: Message, changed: datetime, fingerprint: str) -> None:
        """A newer version; the last few stay known to those who were there before."""
        self._older.append((self.since, self._newest()))
        del self._older[:-8]
        self.since, self.message, self.changed, self.fingerprint = seq, message, changed, fingerprint
        self._said = None

    def learn(self, fingerprint: str) -> None:
        """New rules want to know the fingerprint after all."""
        self.fingerprint = fingerprint
        self._said = None

    def as_of(self, seq: int) -> Said:
        """The message as it was when event `seq` had been accepted."""
        if seq >= self.since or not self._older:
            return self._said or self._newest()
        return next((said for since, said in reversed(self._older) if since <= seq), self._older[0][1])

    def fingerprints(self) -> set[str]:
        """Those of every version that is still known."""
        return {self.fingerprint, *(said.fingerprint for _, said in self._older)}

    def _newest(self) -> Said:
        """Made when somebody asks: most messages are never looked at again."""
        message = self.message
        self._said = Said(
            ref=message.ref,
            author=message.author.ref,
            at=message.at,
            text=message.text,
            fingerprint=self.fingerprint,
            links=len(links_in(message.text)),
            mentions=len(set(message.mentions)) if message.mentions else 0,
            images=sum(file.type.startswith("image") for file in message.attachments) if message.attachments else 0,
        )
        return self._said


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
        self.authors: dict[str, deque[Entry]] = {}
        self.entries: dict[tuple[str, str], Entry] = {}
        self.copies: dict[str, deque[Entry]] = {}
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
        if not mine:
            return _NOTHING
        if len(mine) == 1:
            said = mine[0].as_of(self._seq)
            return (said,) if said.at > self._at - timedelta(seconds=within) else _NOTHING
        return [said for _, said in self._window(mine, within)]

    def same_text(self, within: float) -> Sequence[Said]:
        """Messages of anybody in this community with the same fingerprint; empty when the event has none."""
        fingerprint = self._entry.as_of(self._seq).fingerprint if self._entry else ""
        entries = self._place.copies.get(fingerprint) if fingerprint else None
        if not entries:
            return _NOTHING
        return [said for _, said in self._window(entries, within, changed=True) if said.fingerprint == fingerprint]

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
        found: list[tuple[datetime, Said]] = []
        stale = 0
        for entry in self._recent(entries):
            at = entry.changed if changed else entry.message.at
            if at > since:
                found.append((at, entry.as_of(self._seq)))
                stale = 0
            else:
                stale += 1
                if stale == _STRAGGLERS:
                    break
        found.sort(key=_time)
        return fullest(found, self._at, within)


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
