"""Reading what happens: from the stored sync token on, without a hole, each event accepted before the token moves."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import structlog

from bot.adapters.ground import Ground
from bot.adapters.matrix_commands import Calls, answered, typed
from bot.adapters.matrix_events import Raw, Translator, Written, moment
from bot.adapters.matrix_private import Private
from bot.adapters.matrix_rooms import MEMBER, STATE, Present, Room, Rooms
from bot.adapters.matrix_wire import Json, Wire, txn
from bot.adapters.turns import Urgency
from moderation.errors import ChatError, Forbidden, Gone, RateLimited, StoreError
from moderation.model import Capability, CommandCalled, Event

SINCE: Final = "matrix:since"
_SEEN_AT: Final = "matrix:since-at"
LONG_POLL: Final = 30_000
"""Milliseconds a homeserver may keep a sync open with nothing to tell."""
PAGE: Final = 100
MOST_PAGES: Final = 200
"""Pages of one room's gap; what lies beyond them is said to be missed."""
_AGAIN: Final = 1.0
"""Seconds before an event that could not be kept is tried again."""
FILTER: Final[Json] = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "state": {"lazy_load_members": True},
        "timeline": {"limit": PAGE, "lazy_load_members": True},
    },
}
MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError)
"""What reading an event raises that is not as the specification has it."""
_NOTHING: Final[Json] = {"room": {"rooms": [], "timeline": {"limit": 1}}, "presence": {"types": []}}


class Reader:
    """One for an adapter. `trouble` is why nothing comes in at the moment."""

    def __init__(
        self,
        wire: Wire,
        rooms: Rooms,
        translator: Translator,
        calls: Calls,
        private: Private,
        ground: Ground,
        enter: Callable[[Room], Awaitable[bool]],
    ) -> None:
        self.skipped = 0
        self._tidying: set[asyncio.Task[None]] = set()
        self._wire = wire
        self._rooms = rooms
        self._translator = translator
        self._calls = calls
        self._private = private
        self._ground = ground
        self._enter = enter
        self._log: Any = structlog.get_logger(__name__)

    async def start(self) -> str:
        """The token to read from: the stored one, or the present when this is the first time."""
        since = await self._ground.cursors.get(SINCE)
        if since is None:
            page = await self._wire.get("sync", filter=json.dumps(_NOTHING), timeout=0)
            since = str(page["next_batch"])
            await self._moved(since)
        return since

    async def learn(self, room: Room, at: str) -> None:
        """What a room says about itself now, and who was in it at a token."""
        for kind in STATE:
            try:
                raw = await self._wire.get("rooms", room.id, "state", kind, "", format="event")
                self._translator.state(room, raw)
            except Gone:
                continue
        await self._people(room, at)

    async def _people(self, room: Room, at: str) -> None:
        """Learn who was in a room at a token."""
        try:
            page = await self._wire.get("rooms", room.id, "members", at=at, not_membership="leave")
        except (Forbidden, Gone):  # the bot came later than that
            page = await self._wire.get("rooms", room.id, "members", not_membership="leave")
        room.present.clear()
        room.waiting.clear()
        for raw in page.get("chunk", ()):
            content, person = raw["content"], str(raw["state_key"])
            if content.get("membership") == "join":
                first = "replaces_state" not in (
                    raw.get("unsigned") or {}
                )  # else it may be a new name, not the joining
                since = moment(raw, self._ground.clock.now()) if first else None
                room.present[person] = Present(str(content.get("displayname") or ""), since)
            elif content.get("membership") == "knock":
                room.waiting.add(person)

    async def read(self, since: str) -> AsyncIterator[str]:
        """Tokens, one for each time that everything until there has been accepted. Ends with what the wire raises."""
        wait = 0
        while True:
            query: dict[str, Any] = {"since": since, "timeout": wait, "filter": json.dumps(FILTER)}
            try:
                page = await self._wire.get("sync", within=wait / 1000 + 30, **query)
            except RateLimited as error:
                await asyncio.sleep(error.retry_after)
                continue
            await self._take(page.get("rooms") or {}, since)
            moved, since = str(page["next_batch"]) != since, str(page["next_batch"])
            if moved:
                await self._surely(partial(self._moved, since))
            wait = LONG_POLL
            yield since

    async def _take(self, rooms: Mapping[str, Any], since: str) -> None:
        """Everything one sync tells, in the order of time across rooms."""
        lines: list[list[tuple[int, int, Room, Raw]]] = []
        await self._doors(rooms, since)
        for id_, told in (rooms.get("join") or {}).items():
            room = self._rooms.by_id.get(id_)
            private = self._private.whose(id_) if room is None else None
            timeline = told.get("timeline") or {}
            if room is not None:
                if timeline.get("limited"):
                    await self._fill(room, since, str(timeline.get("prev_batch") or ""))
                for raw in (told.get("state") or {}).get("events") or ():
                    self._learn(room, raw)
            place = room or private
            if place is not None:
                lines.append(_line(len(lines), place, timeline.get("events") or ()))
        for _, _, room, raw in heapq.merge(*lines, key=lambda one: one[:2]):
            await self._event(room, raw, private=room.id not in self._rooms.by_id)

    async def _doors(self, rooms: Mapping[str, Any], since: str) -> None:
        """Rooms of ours that the bot is invited to, and those it was removed from."""
        for id_ in rooms.get("invite") or {}:
            room = self._rooms.by_id.get(id_)
            if room is not None and await self._enter(room):
                await self.learn(room, since)
        for id_ in rooms.get("leave") or {}:
            room = self._rooms.by_id.get(id_)
            if room is not None and room.present.pop(self._rooms.me, None) is not None:
                about = f"Sereno is no longer in {room.name or room.id} on Matrix: invite {self._rooms.me} to it again"
                reason = f"matrix|removed|{room.id}|{since}"
                tell = partial(self._ground.gaps.tell, reason, about, "matrix", room.home.community)
                await self._surely(tell)

    def _learn(self, room: Room, raw: Raw) -> None:
        """State from before the timeline; people are known from elsewhere."""
        try:
            if raw["type"] != MEMBER:
                self._translator.state(room, raw)
        except MALFORMED as error:
            self._skip(raw, error)

    async def _fill(self, room: Room, since: str, until: str) -> None:
        """What a sync left out of a room, read from its history; what cannot be read is said to be missed."""
        token, now = since, self._ground.clock.now()
        try:
            for _ in range(MOST_PAGES):
                query: dict[str, Any] = {"from": token, "dir": "f", "limit": PAGE}
                if until:
                    query["to"] = until
                page = await self._wire.get("rooms", room.id, "messages", **query)
                for raw in page.get("chunk") or ():
                    await self._event(room, raw)
                following = page.get("end")
                if following is None or following in (token, until) or not page.get("chunk"):
                    return
                token = str(following)
            why = f"more was written in {room.name or room.id} than can be read again"
        except (Forbidden, Gone) as error:
            why = f"the history of {room.name or room.id} cannot be read: {error}"
        await self._missed(room, now, why)

    async def _missed(self, room: Room, now: datetime, why: str) -> None:
        stored = await self._ground.cursors.get(_SEEN_AT)
        since = datetime.fromtimestamp(float(stored), UTC) if stored else now
        home = room.home
        await self._surely(
            partial(self._ground.gaps.missed, "matrix", home.community, since, now, why, channel=room.id)
        )

    async def _event(self, room: Room, raw: Raw, *, private: bool = False) -> None:
        try:
            if (raw.get("unsigned") or {}).get("membership", "join") != "join":
                return  # from before the bot was there: nobody asked it to judge that
            if raw["type"] == "m.room.encrypted" and not private:
                await self._sealed(room)
            await self._author(room, raw)
            events = self._translated(room, raw, private=private)
        except MALFORMED as error:
            self._skip(raw, error)
            return
        for event in events:
            await self._surely(partial(self._ground.accept, event))
            if isinstance(event, CommandCalled) and not private and not room.for_staff:
                self._tidy(room, str(raw["event_id"]))

    def _translated(self, room: Room, raw: Raw, *, private: bool) -> list[Event]:
        now = self._ground.clock.now()
        mine = raw["sender"] == self._rooms.me
        pressed = None if mine or "state_key" in raw or not raw["content"] else self._press(room, raw, now)
        if pressed is not None:
            return [pressed]
        events = [] if private else self._translator.events(room, raw, now)
        called = None if mine else self._calls.called(room, raw, now)
        if called is None:
            return events
        hidden = Capability.DELETE in room.powers.can(self._rooms.me) and not room.for_staff
        if private or hidden or called.member.is_staff:
            return [called]
        return [*events, called]  # everybody reads it there, so it is judged like anything else that is written

    def _press(self, room: Room, raw: Raw, now: datetime) -> Event | None:
        return self._calls.pressed(room, raw, now) if raw["type"] in ("m.reaction", "m.room.message") else None

    def _tidy(self, room: Room, event: str) -> None:
        """Take a command off the room once it is kept: who reports somebody does not have to do it before everybody."""
        if Capability.DELETE in room.powers.can(self._rooms.me):
            task = asyncio.create_task(self._redact(room, event))
            self._tidying.add(task)
            task.add_done_callback(self._tidying.discard)

    async def _redact(self, room: Room, event: str) -> None:
        try:
            await self._wire.do(Urgency.ANSWER, "room_redact", room.id, event, "command", txn("redact", event))
        except ChatError as error:
            self._log.warning("a command could not be taken off its room", why=str(error))

    async def _author(self, room: Room, raw: Raw) -> None:
        """Look up whose the message is that another one changes, or that a command is called on."""
        content = raw["content"]
        if raw["type"] != "m.room.message" or not isinstance(content, Mapping):
            return
        relation = content.get("m.relates_to")
        wanted = answered(content) if typed(raw) else None
        if isinstance(relation, Mapping) and relation.get("rel_type") == "m.replace":
            wanted = str(relation.get("event_id"))
        if not wanted or wanted in self._translator.written:
            return
        try:
            found = await self._wire.get("rooms", room.id, "event", wanted)
        except (Gone, Forbidden):
            return
        self._translator.remember(wanted, Written(str(found["sender"]), moment(found, self._ground.clock.now())))

    async def _sealed(self, room: Room) -> None:
        """An encrypted message: nobody here can read it, which moderators must know."""
        about = f"{room.name or room.id} on Matrix is encrypted: Sereno cannot read what is written there"
        reason = f"matrix|encrypted|{room.id}"
        await self._surely(partial(self._ground.gaps.tell, reason, about, "matrix", room.home.community))

    def _skip(self, raw: Raw, error: Exception) -> None:
        self.skipped += 1
        kind = raw.get("type")
        self._log.warning("an event that makes no sense was left out", kind=str(kind)[:80], why=type(error).__name__)

    async def _moved(self, token: str) -> None:
        now = str(self._ground.clock.now().timestamp())
        await self._ground.cursors.put(_SEEN_AT, now)
        await self._ground.cursors.put(SINCE, token)

    async def _surely(self, write: Callable[[], Awaitable[object]]) -> None:
        """Until it is on disk: nothing is acknowledged, and nothing further is read, while the store refuses."""
        while True:
            try:
                await write()
                return
            except StoreError as error:
                self._log.warning("an event could not be kept yet", why=str(error))
                await asyncio.sleep(_AGAIN)


def _line(number: int, room: Room, events: Iterable[Raw]) -> list[tuple[int, int, Room, Raw]]:
    """A room's events in their order, by a time that never goes back."""
    line, latest = [], 0
    for raw in events:
        stamp = raw.get("origin_server_ts")
        latest = max(latest, stamp if isinstance(stamp, int) else 0)
        line.append((latest, number, room, raw))
    return line
