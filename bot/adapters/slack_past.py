"""What was said while nobody listened: read from the history of every channel, from its cursor on, oldest first.

A cursor moves only over what is on disk. While a channel is being caught up, live messages leave its cursor alone.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.slack_events import Events, team_of
from bot.adapters.slack_read import edited, moment, stamp, written
from bot.adapters.slack_web import Web
from bot.adapters.turns import Urgency
from bot.stores.writer import Work
from moderation.errors import Forbidden, Gone, RateLimited
from moderation.model import ChannelRef

PAGE: Final = 200
MOST: Final = 5_000
"""Messages read back in one channel at most; what is older than that is a gap."""
OVERLAP: Final = timedelta(minutes=10)
"""Read again before the cursor: Slack delivers late and out of order for about six minutes."""
PATIENCE: Final = 180.0
"""Seconds of rate limits borne for one channel."""
SHORT: Final = timedelta(seconds=10)
"""An absence this short is no gap: Slack itself delivers again what it could not."""
ALIVE: Final = "slack:~alive"
"""Under which is kept when the socket was last known to be well."""
Row = Mapping[str, Any]


def cursor_name(channel: str) -> str:
    """Under which the last message read in a channel is kept."""
    return f"slack:{channel}"


@dataclass(slots=True)
class Marks:
    """How far each channel has been read, with what is on its way to the disk."""

    highest: dict[str, float] = field(default_factory=dict)
    """Channels that are caught up."""
    flying: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def flight(self, channel: str, ts: str) -> Iterator[bool]:
        """While a message is on its way; whether its cursor may go with it: nothing older is on its way too."""
        at, mine = float(ts), self.flying[channel]
        known = self.highest.get(channel)
        clear = known is not None and at > known and all(at <= other for other in mine)
        mine.append(at)
        try:
            yield clear
            if clear:
                self.highest[channel] = max(at, self.highest.get(channel, at))
        finally:
            mine.remove(at)


@dataclass(slots=True)
class Past:
    """Catches up."""

    ground: Ground
    web: Web
    events: Events
    marks: Marks
    patience: float = PATIENCE
    _log: Any = field(default_factory=lambda: structlog.get_logger(__name__))

    def mark(self, channel: str, ts: str) -> Work[None]:
        """The cursor, to go with a message."""
        return self.ground.cursors.setting(cursor_name(channel), ts)

    async def catch_up(self, home: Home, channels: Iterable[str]) -> None:
        """Every channel in turn. Raises ChatError when Slack cannot be read, StoreError when nothing can be kept."""
        for id_ in channels:
            self.marks.highest.pop(id_, None)
            since = await self.ground.cursors.get(cursor_name(id_))
            if since is None:
                since = stamp(self.ground.clock.now())
            else:
                since = await self._channel(home, self.events.channel(home, id_), since)
            await self.ground.cursors.put(cursor_name(id_), since)
            self.marks.highest[id_] = float(since)

    async def _channel(self, home: Home, channel: ChannelRef, since: str) -> str:
        """Keep what is new in a channel; how far it is read now."""
        read = _Reading(self, channel.id, since, self.patience)
        try:
            await read.history()
            await read.threads()
            why = "there was more than Sereno reads back" if read.cut else ""
        except RateLimited as error:
            why = f"Slack lets its history be read too slowly ({error.retry_after:g} s a page)"
        except (Forbidden, Gone) as error:
            why = str(error)
        rows = sorted(read.rows.values(), key=lambda row: float(row["ts"]))
        for row in rows:
            await self._keep(home, channel, row, since)
        if why:
            await self._gap(channel, since, rows, why)
            return max([since, stamp(self.ground.clock.now())], key=float)
        return max([since, *(str(row["ts"]) for row in rows)], key=float)

    async def _keep(self, home: Home, channel: ChannelRef, row: Row, since: str) -> None:
        """As it reads now; if it was known already, the edit since then. The bot's own stay out by themselves."""
        team, edit = team_of(home), edited(row)
        try:
            posted = await self.events.version(home, team, channel, row)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._log.warning("a message in the history is malformed", platform="slack", why=type(error).__name__)
            return
        kept = await self.ground.accept(posted)
        if edit != "0" and (kept is None or not kept.new) and float(edit) > float(since) - OVERLAP.total_seconds():
            await self.ground.accept(await self.events.revision(home, team, channel, row, edit))

    async def _gap(self, channel: ChannelRef, since: str, rows: list[Row], why: str) -> None:
        """Say what nobody read: from when the socket was last well to the oldest message that could be read."""
        alive = await self.ground.cursors.get(ALIVE)
        start = max(moment(since), moment(alive or since))
        now = self.ground.clock.now()
        until = next((at for row in rows if (at := moment(row["ts"])) > start), now)
        self._log.warning("a gap", platform="slack", channel=channel.id, why=why)
        if now - start > SHORT:
            about = f"Nobody read #{channel.name or channel.id} on Slack: {why}"
            await self.ground.gaps.missed("slack", channel.community, start, until, about, channel=channel.id)


@dataclass(slots=True)
class _Reading:
    """One channel's history since its cursor. Newest first, as Slack gives it; `rows` by their ts."""

    past: Past
    channel: str
    since: str
    patience: float
    rows: dict[str, Row] = field(default_factory=dict)
    parents: dict[str, Row] = field(default_factory=dict)
    cut: bool = False

    async def history(self) -> None:
        """The channel itself, and one page of what was there before: threads go on there, and people edit."""
        oldest = stamp(moment(self.since) - OVERLAP)
        await self._pages("conversations.history", oldest=oldest)
        before = await self._ask("conversations.history", latest=oldest, inclusive=True)
        for row in before.get("messages") or ():
            self._note(row, news_only=True)

    async def threads(self) -> None:
        """The answers in threads that went on since."""
        for ts in list(self.parents):
            oldest = stamp(moment(self.since) - OVERLAP)
            await self._pages("conversations.replies", ts=ts, oldest=oldest)

    async def _pages(self, method: str, **arguments: Any) -> None:
        cursor: str | None = None
        while len(self.rows) < MOST:
            page = await self._ask(method, cursor=cursor, **arguments)
            for row in page.get("messages") or ():
                self._note(row)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if not cursor:
                return
        self.cut = True

    def _note(self, row: Row, *, news_only: bool = False) -> None:
        ts, since = str(row.get("ts") or "0"), float(self.since)
        if float(row.get("latest_reply") or 0) > since - OVERLAP.total_seconds() and row.get("thread_ts") == ts:
            self.parents[ts] = row
        if written(row) and (not news_only or float(edited(row)) > since - OVERLAP.total_seconds()):
            self.rows[ts] = row

    async def _ask(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """One page; waits as long as Slack asks, within one's patience."""
        while True:
            try:
                return await self.past.web.call(
                    method, Urgency.POST, most=30.0, channel=self.channel, limit=PAGE, **arguments
                )
            except RateLimited as error:
                if error.retry_after > self.patience:
                    raise
                self.patience -= error.retry_after
                await asyncio.sleep(error.retry_after)
