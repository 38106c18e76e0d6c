"""The room over HTTP: write, correct, take back, come, go, read, and listen."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from bot.adapters.feed import Feed
from bot.adapters.hall import MODERATORS
from bot.adapters.plaza_people import Author, People
from bot.console.access import is_moderator, moderators_only
from bot.console.pages import spoken_by
from bot.console.stream import event_stream
from bot.console.wire import (
    ChannelOut,
    Created,
    LineOut,
    MemberIn,
    MemberOut,
    MessageIn,
    PressIn,
    ProblemOut,
    RoomOut,
    TextIn,
)
from moderation.ports import Clock

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemOut} for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}


def room_routes(people: People, feed: Feed, clock: Clock) -> APIRouter:
    """Everything under /api/room."""
    routes = APIRouter(prefix="/api/room", tags=["room"], responses=PROBLEMS)

    @routes.get("")
    async def at_a_glance(request: Request) -> RoomOut:
        """Who is here, which channels there are."""
        now = clock.now()
        return RoomOut(
            channels=[ChannelOut.of(one, staff_only=one.id == MODERATORS) for one in await people.places()],
            members=[MemberOut.of(one, now) for one in await people.residents()],
            invites_paused=await people.invites_paused(),
            moderator=is_moderator(request),
        )

    @routes.get("/messages")
    async def messages(
        request: Request,
        channel: Annotated[str, Query(max_length=128)],
        member: Annotated[str | None, Query(max_length=128)] = None,
        before: Annotated[str | None, Query(max_length=128)] = None,
    ) -> list[LineOut]:
        """What a member sees in a channel now, oldest first; `member` adds what only that member sees."""
        lines = await people.read(channel, reader=member, before=before)
        return [LineOut.of(line) for line in lines if is_moderator(request) or not line.for_staff]

    @routes.post("/messages", status_code=201)
    async def say(request: Request, wanted: MessageIn) -> Created:
        """Write a message, or call a command with a `/`; answered once the journal has it on disk."""
        author = wanted.author
        roles = None if author.roles is None else frozenset(author.roles)
        line = await people.say(
            Author(author.id, author.name, roles, author.here_since, spoken_by(request), is_moderator(request)),
            wanted.channel,
            wanted.text,
            key=wanted.key,
            reply_to=wanted.reply_to,
        )
        return Created(id=line)

    @routes.post("/presses", status_code=201, dependencies=[Depends(moderators_only)])
    async def press(wanted: PressIn) -> Created:
        """Press a button on a card, as one of the people here; they alone see the answer."""
        return Created(id=await people.press(wanted.member, wanted.message, wanted.token, wanted.key))

    @routes.patch("/messages/{line}")
    async def edit(line: str, wanted: TextIn) -> LineOut:
        """Change what a message says."""
        return LineOut.of(await people.edit(line, wanted.text))

    @routes.delete("/messages/{line}", status_code=204)
    async def withdraw(line: str) -> Response:
        """Take a message back."""
        await people.withdraw(line)
        return Response(status_code=204)

    @routes.post("/members", status_code=201)
    async def enter(wanted: MemberIn) -> MemberOut:
        """Come in, or take another name."""
        return MemberOut.of(await people.enter(wanted.id, wanted.name, wanted.account_created), clock.now())

    @routes.delete("/members/{member}", status_code=204)
    async def leave(member: str) -> Response:
        """Go."""
        await people.leave(member)
        return Response(status_code=204)

    @routes.get("/stream", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
    async def stream(
        request: Request,
        last_event_id: Annotated[str | None, Header(max_length=64)] = None,
    ) -> Response:
        """Server-sent events from now on, or from after `Last-Event-ID`; cards only for moderators."""
        return event_stream(feed, last_event_id, moderator=is_moderator(request), clock=clock)

    return routes
