"""From the gateway to the journal: in order, in groups, and nothing is forgotten before it is on disk.

Where a channel has been read to is written after the group it belongs to, so that a crash in between reads a few
messages twice (they collide by key) and misses none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from bot.adapters.discord_events import Raw, Translator
from bot.adapters.discord_people import People
from bot.adapters.discord_rest import Rest
from bot.adapters.ground import Ground
from bot.adapters.turns import Urgency
from bot.stores.writer import Work
from moderation.errors import ChatError, Gone, StoreError
from moderation.model import Event, MemberAdmitted, MemberJoined, MemberLeft

FULL: Final = 5_000
"""Events in memory; nothing more is read from the socket until there is room."""
GROUP: Final = 64
PENDING: Final = "discord:pending:"


def channel_cursor(id_: str) -> str:
    """The name under which it is kept how far a channel has been read."""
    return f"discord:{id_}"


class Reading:
    """How far each channel has been read. While channels are being caught up with, live messages do not move it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._seen: dict[str, int] = {}
        self._held = False
        self._released: set[str] = set()

    def hold(self) -> None:
        """Somebody catches up from now on."""
        self._held = True
        self._released.clear()
        self._seen.clear()

    async def release(self, channel: str | None = None) -> None:
        """A channel (None: every channel) has been caught up with: what was seen live meanwhile counts."""
        if channel is None:
            self._held = False
            channels = dict(self._seen)
        else:
            self._released.add(channel)
            channels = {channel: self._seen[channel]} if channel in self._seen else {}
        for id_, last in channels.items():
            await surely(lambda id_=id_, last=last: self._put(id_, last))

    async def advance(self, channels: Mapping[str, int]) -> None:
        """These messages are on disk, and all before them."""
        moved = []
        for id_, last in channels.items():
            if last > self._seen.get(id_, 0):
                self._seen[id_] = last
                if not self._held or id_ in self._released:
                    moved.append((id_, last))
        await asyncio.gather(*(surely(lambda id_=id_, last=last: self._put(id_, last)) for id_, last in moved))

    async def _put(self, id_: str, last: int) -> None:
        await self._ground.cursors.put(channel_cursor(id_), str(last))


class Intake:
    """A queue between the socket and the journal."""

    def __init__(self, ground: Ground, rest: Rest, translator: Translator, people: People) -> None:
        self.reading = Reading(ground)
        self.unknown: Counter[str] = Counter()
        self._ground = ground
        self._rest = rest
        self._translator = translator
        self._people = people
        self._queue: asyncio.Queue[tuple[str, Raw]] = asyncio.Queue()
        self._drained = asyncio.Event()
        self._busy = 0
        self._log: Any = structlog.get_logger(__name__)

    def hear(self, name: str, raw: Raw) -> None:
        """Take an event in; it is kept in memory until it is on disk."""
        if not self._translator.concerns(name, raw):
            return
        if name in {"GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"}:
            self._people.forget(str(raw["guild_id"]), str(raw["user"]["id"]))
        self._queue.put_nowait((name, raw))

    async def room(self) -> None:
        """Return when another event fits; until then Discord waits."""
        while self._queue.qsize() >= FULL:
            self._drained.clear()
            await self._drained.wait()

    async def settled(self) -> None:
        """Return when all that was heard is on disk."""
        while self._busy or not self._queue.empty():
            self._drained.clear()
            await self._drained.wait()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            group = [await self._queue.get()]
            self._busy = 1
            while len(group) < GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            try:
                await self.keep(group)
            except Exception as error:  # noqa: BLE001 - one group must not end the intake
                self._log.error("events could not be read", why=type(error).__name__)
            finally:
                self._busy = 0
                self._drained.set()

    async def keep(self, group: Sequence[tuple[str, Raw]]) -> None:
        """Put a group on disk, then what it says about how far channels have been read."""
        events: list[Event] = []
        for name, raw in group:
            events += await self._read(name, raw)
        await asyncio.gather(*(self.accept(event) for event in events))
        last: dict[str, int] = {}
        for name, raw in group:
            if name == "MESSAGE_CREATE" and str(raw.get("id", "")).isdigit():
                last[str(raw.get("channel_id"))] = max(last.get(str(raw.get("channel_id")), 0), int(raw["id"]))
        await self.reading.advance(last)

    async def accept(self, event: Event) -> bool:
        """Keep one event, however long it takes; whether it was new."""
        accepted = await surely(lambda: self._ground.accept(event, self._extra(event)))
        return accepted is not None and accepted.new

    def _extra(self, event: Event) -> Work[None] | None:
        """Who has not accepted the rules yet is remembered over a restart."""
        if isinstance(event, MemberJoined) and event.member.pending:
            place = event.key.split(":")[2]
            return self._ground.cursors.setting(f"{PENDING}{place}:{event.member.ref.id}", "1")
        if isinstance(event, (MemberAdmitted, MemberLeft)):
            place = event.key.split(":")[2]
            return self._ground.cursors.setting(f"{PENDING}{place}:{event.member.ref.id}", "")
        return None

    async def _read(self, name: str, raw: Raw) -> Sequence[Event]:
        try:
            return self._translator.events(name, await self.complete(name, raw))
        except Gone:
            return ()
        except (KeyError, TypeError, ValueError, AttributeError, ChatError) as error:
            self.unknown[name] += 1
            self._log.warning("an event of Discord's was skipped", kind=name, why=type(error).__name__)
            return ()

    async def complete(self, name: str, raw: Raw) -> Raw:
        """A message with its words and its author's part in the server, asked for where Discord left them out."""
        if name not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
            return raw
        if name == "MESSAGE_UPDATE" and not raw.get("edited_timestamp"):
            return raw
        if "author" not in raw or "content" not in raw:
            ids = {"channel_id": str(raw["channel_id"]), "message_id": str(raw["id"])}
            path = "/channels/{channel_id}/messages/{message_id}"
            raw = {**await self._rest.call(Urgency.TELL, "GET", path, ids), "guild_id": raw["guild_id"]}
        if raw.get("webhook_id") or raw.get("member"):
            return raw
        return {**raw, "member": await self._people.raw(str(raw["guild_id"]), str(raw["author"]["id"]))}


async def surely(call: Any) -> Any:
    """Try until the store takes it; the pauses grow to five seconds."""
    pause = 0.1
    while True:
        try:
            return await call()
        except StoreError:
            await asyncio.sleep(pause)
            pause = min(5.0, 2 * pause)
