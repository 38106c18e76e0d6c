"""Catching up: what was written and who came while nobody listened.

Each watched channel and active thread is read after the last message seen there, oldest first. What Discord cannot give
back is a case: a channel that may not be read, more pages than are worth reading. Messages that were deleted meanwhile
are gone, and nobody can say that they were there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import discord
import structlog
from discord.utils import snowflake_time, time_snowflake

from bot.adapters.discord_events import Raw, Translator, moment, text_of
from bot.adapters.discord_intake import Intake, channel_cursor
from bot.adapters.discord_places import PLATFORM, Places
from bot.adapters.discord_rest import Rest
from bot.adapters.discord_rights import name_of
from bot.adapters.ground import Ground
from bot.adapters.homes import Home
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, Forbidden, OutcomeUnknown, RateLimited, StoreError, Unavailable
from moderation.model import MessageRef

PAGES: Final = 50
"""Pages of 100 messages per channel; what is beyond is told as a gap."""
PAGE: Final = 100
MEMBERS: Final = 1000
MEMBERS_INTENT: Final = "Server Members Intent"
MEMBER_PAGES: Final = 10
ALIVE: Final = "discord:alive"
SLACK: Final = timedelta(minutes=2)
"""How much older than the last sign of life an edit may be to be looked at again."""

T = TypeVar("T")


class Backfill:
    """Runs once after each new session, while live events come in."""

    def __init__(self, ground: Ground, rest: Rest, places: Places, translator: Translator, intake: Intake) -> None:
        self._ground = ground
        self._rest = rest
        self._places = places
        self._translator = translator
        self._intake = intake
        self._log: Any = structlog.get_logger(__name__)

    async def run(self) -> int:
        """Catch up with everything; how many messages were fetched."""
        alive = moment(await self._ground.cursors.get(ALIVE))
        cursors = await self._ground.cursors.all(f"{PLATFORM}:")
        fetched = 0
        for home, guild in list(self._places.known()):
            for channel in await self._channels(guild):
                fetched += await self._catch_up(home, guild, channel, cursors, alive)
            if alive is not None:
                await self._joins(home, guild, alive)
        await self._intake.reading.release()
        return fetched

    async def _channels(self, guild: discord.Guild) -> Iterable[Mapping[str, Any]]:
        """What can hold messages: text, news, voice and stage channels, and the threads that are active."""
        here = (*guild.text_channels, *guild.voice_channels, *guild.stage_channels)
        found = {str(one.id): {"id": str(one.id), "last": getattr(one, "last_message_id", None)} for one in here}
        path = "/guilds/{guild_id}/threads/active"
        try:
            active = await self._rest.call(Urgency.POST, "GET", path, {"guild_id": str(guild.id)})
            threads = active.get("threads") or ()
        except ChatError as error:
            self._log.warning("active threads could not be listed", why=str(error))
            threads = [{"id": one.id, "last_message_id": one.last_message_id} for one in guild.threads]
        for thread in threads:
            found[str(thread["id"])] = {"id": str(thread["id"]), "last": thread.get("last_message_id")}
        return found.values()

    async def _catch_up(
        self,
        home: Home,
        guild: discord.Guild,
        channel: Mapping[str, Any],
        cursors: Mapping[str, str],
        alive: datetime | None,
    ) -> int:
        id_ = str(channel["id"])
        start, fresh = self._start(channel, cursors, alive)
        fetched = 0
        try:
            if fresh:
                await self._ground.cursors.put(channel_cursor(id_), str(start))
            elif self._may_read(guild, id_):
                fetched = await self._channel(home, str(guild.id), id_, start, alive)
            else:
                raise Forbidden(f"the right “{name_of('read_message_history')}” is missing")
        except ChatError as error:
            await self._unread(home, str(guild.id), id_, start, str(error))
            return fetched
        await self._intake.reading.release(id_)
        return fetched

    def _may_read(self, guild: discord.Guild, id_: str) -> bool:
        """Whether it is worth asking: what Discord refuses counts against the bot's address."""
        channel = guild.get_channel_or_thread(int(id_))
        if channel is None or guild.me is None:
            return True
        may = channel.permissions_for(guild.me)
        return may.view_channel and may.read_message_history

    def _start(
        self, channel: Mapping[str, Any], cursors: Mapping[str, str], alive: datetime | None
    ) -> tuple[int, bool]:
        """After which message to read, and whether there is nothing to read: the last one seen; all of a channel that
        is newer than the last sign of life; any other channel that is new to us is read from now on."""
        id_ = str(channel["id"])
        known = cursors.get(channel_cursor(id_))
        if known and known.isdigit():
            return int(known), False
        if alive is not None and snowflake_time(int(id_)) > alive - SLACK:
            return int(id_) - 1, False
        return int(channel["last"] or time_snowflake(self._ground.clock.now())), True

    async def _channel(self, home: Home, place: str, id_: str, start: int, alive: datetime | None) -> int:
        last, fetched = start, 0
        if alive is not None:
            await self._edits(place, id_, start, alive)
        for _ in range(PAGES):
            page = await self._page(id_, {"after": str(last), "limit": PAGE})
            for raw in sorted(page, key=lambda one: int(one["id"])):
                await self._accept(place, raw)
            fetched += len(page)
            last = max((int(raw["id"]) for raw in page), default=last)
            await self._ground.cursors.put(channel_cursor(id_), str(last))
            if len(page) < PAGE:
                return fetched
        until = self._ground.clock.now()
        why = f"more than {PAGES * PAGE} messages were written meanwhile; the newer of them were not read"
        await self._ground.gaps.missed(PLATFORM, home.community, snowflake_time(last), until, why, channel=id_)
        await self._ground.cursors.put(channel_cursor(id_), str(time_snowflake(until)))
        return fetched

    async def _edits(self, place: str, id_: str, start: int, alive: datetime) -> None:
        """Older messages that were changed meanwhile, as far as one page goes."""
        page = await self._page(id_, {"before": str(start + 1), "limit": PAGE})
        for raw in sorted(page, key=lambda one: int(one["id"])):
            changed = moment(raw.get("edited_timestamp"))
            if changed is not None and changed > alive - SLACK and not await self._known(place, raw):
                await self._take("MESSAGE_UPDATE", place, raw)

    async def _known(self, place: str, raw: Raw) -> bool:
        """Whether these are the words that were read last, as of a message that was written and changed unseen."""
        home = self._ground.homes.at(place)
        if home is None:
            return True
        ref = MessageRef(self._places.channel(home, place, str(raw["channel_id"])), str(raw["id"]))
        try:
            kept = await self._ground.kept.message(ref)
        except StoreError:
            return False
        return kept is not None and kept.text == text_of(raw)

    async def _accept(self, place: str, raw: Raw) -> None:
        """A message that was missed; if it was not, only its last change can be news."""
        if not await self._take("MESSAGE_CREATE", place, raw) and raw.get("edited_timestamp"):
            await self._take("MESSAGE_UPDATE", place, raw)

    async def _take(self, name: str, place: str, raw: Raw) -> bool:
        """Put one message on disk; whether it was news."""
        full = await self._patiently(lambda: self._intake.complete(name, {**raw, "guild_id": place}))
        try:
            events = self._translator.events(name, full)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._intake.unknown[name] += 1
            self._log.warning("a message could not be read", why=type(error).__name__)
            return True
        return any([await self._intake.accept(event) for event in events]) or not events

    async def _page(self, id_: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        return await self._list("/channels/{channel_id}/messages", {"channel_id": id_}, query, "read_message_history")

    async def _list(
        self, path: str, ids: Mapping[str, str], query: Mapping[str, Any], flag: str
    ) -> list[dict[str, Any]]:
        """A list from the API."""
        call = self._rest.call
        return await self._patiently(lambda: call(Urgency.POST, "GET", path, ids, query=query, lacks=name_of(flag)))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer: an outage is no gap."""
        while True:
            try:
                return await call()
            except (Unavailable, RateLimited, OutcomeUnknown) as error:
                await asyncio.sleep(getattr(error, "retry_after", 2.0))

    async def _joins(self, home: Home, guild: discord.Guild, alive: datetime) -> None:
        """Who came meanwhile and is still here."""
        after, place = "0", str(guild.id)
        for _ in range(MEMBER_PAGES):
            query = {"limit": MEMBERS, "after": after}
            try:
                page = await self._list("/guilds/{guild_id}/members", {"guild_id": place}, query, MEMBERS_INTENT)
            except ChatError as error:
                self._log.warning("members could not be listed", why=str(error))
                return
            for raw in page:
                joined = moment(raw.get("joined_at"))
                if joined is not None and joined > alive - SLACK:
                    for event in self._translator.events("GUILD_MEMBER_ADD", {**raw, "guild_id": place}):
                        await self._intake.accept(event)
            if len(page) < MEMBERS:
                return
            after = max((str(raw["user"]["id"]) for raw in page), key=int)

    async def _unread(self, home: Home, place: str, id_: str, start: int, why: str) -> None:
        """A channel that cannot be read now: if it was read before, that is a gap, told once."""
        if await self._ground.cursors.get(channel_cursor(id_)) is None:
            return
        name = self._places.channel(home, place, id_).name or id_
        since, until = snowflake_time(start), self._ground.clock.now()
        words = f"#{name} could not be read: {why}"
        await self._ground.gaps.missed(PLATFORM, home.community, since, until, words, channel=id_)
