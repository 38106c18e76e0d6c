"""The room's news as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import orjson
from starlette.responses import Response, StreamingResponse

from bot.adapters.feed import Behind, Edited, Feed, PersonChanged, PlaceChanged, Returned, RoomNews, Said, Vanished
from bot.adapters.hall import MODERATORS
from bot.console.wire import ChannelOut, LineOut, MemberOut
from moderation.ports import Clock

HEARTBEAT: Final = 15.0
"""Seconds of silence after which a comment keeps proxies from closing the connection."""


def event_stream(feed: Feed, last_id: str | None, *, moderator: bool, clock: Clock) -> Response:
    """An endless answer, until the listener goes, falls too far behind, or Sereno stops."""

    async def body() -> AsyncIterator[bytes]:
        yield b"retry: 1500\n: the watch is on\n\n"
        news = feed.listen(last_id)
        upcoming: asyncio.Task[tuple[str, RoomNews]] | None = None
        try:
            while True:
                upcoming = upcoming or asyncio.ensure_future(anext(news))
                done, _ = await asyncio.wait({upcoming}, timeout=HEARTBEAT)
                if not done:
                    yield b": all is well\n\n"
                    continue
                try:
                    number, happening = upcoming.result()
                except StopAsyncIteration:
                    return
                upcoming = None
                shown = described(happening, clock) if moderator or not _for_moderators(happening) else None
                if shown is not None:
                    yield _frame(number, *shown)
        finally:
            if upcoming is not None:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)
            await news.aclose()

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body(), media_type="text/event-stream", headers=headers)


def _for_moderators(news: RoomNews) -> bool:
    return isinstance(news, (Said, Edited, Returned)) and news.line.for_staff


def described(news: RoomNews, clock: Clock) -> tuple[str, dict[str, object]]:
    """The event's name and its data."""
    match news:
        case Said(line):
            kind = "card" if line.card is not None else "notice" if line.only_for is not None else "message"
            return kind, LineOut.of(line).model_dump(mode="json")
        case Edited(line):
            return "edit", LineOut.of(line).model_dump(mode="json")
        case Vanished(line, channel, state):
            return "removal", {"id": line, "channel": channel, "state": state.value}
        case Returned(line):
            return "restored", LineOut.of(line).model_dump(mode="json")
        case PersonChanged(resident):
            return "member", MemberOut.of(resident, clock.now()).model_dump(mode="json")
        case PlaceChanged(place):
            return "channel", ChannelOut.of(place, staff_only=place.id == MODERATORS).model_dump(mode="json")
        case Behind():
            return "behind", {}


def _frame(number: str, name: str, data: dict[str, object]) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (number.encode(), name.encode(), orjson.dumps(data))
