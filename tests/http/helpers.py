"""The HTTP over a real room and journal, with a desk that keeps its cases in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope

from bot.console.address import Address
from bot.console.app import Parts, create
from bot.console.case_wire import AuditOut, CaseFileOut, CaseOut, PersonOut, SaidOut, State
from bot.console.keys import Keys
from bot.health import Health
from bot.metrics import Metrics
from moderation.errors import AlreadyMoved, Gone
from moderation.leeway import Why
from tests.room.helpers import NIGHT, House, house

KEY = "the-moderators-key-of-this-run"
HOST = "127.0.0.1:8080"
BEARER = {"Authorization": f"Bearer {KEY}"}


def case(number: int, *, member: str = "eve", at: datetime = NIGHT) -> CaseFileOut:
    return CaseFileOut(
        id=f"case{number}",
        number=number,
        state="decided",
        origin="rules",
        about="",
        rules=["room-slur"],
        member=PersonOut(id=member, name=member.title()),
        platform="plaza",
        community="local",
        channel="general",
        queue="",
        severity=30,
        urgent=False,
        due_at=None,
        opened_at=at,
        changed_at=at,
        changed_by="rules",
        events=1,
        messages=[],
        decided_by=[],
        actions=[],
        standing=[],
        told=[],
        reasons=None,
        verbs=["undo", "uphold", "not-a-problem"],
    )


@dataclass
class MemoryDesk:
    """Cases in memory; the first move wins."""

    files: dict[str, CaseFileOut] = field(default_factory=dict)

    async def cases(
        self, state: State | None, message: str | None, before: int | None, limit: int
    ) -> Sequence[CaseOut]:
        newest = sorted(self.files.values(), key=lambda one: -one.number)
        return [one for one in newest if state in (None, one.state)][:limit]

    async def case(self, case: str) -> CaseFileOut:
        if case not in self.files:
            raise Gone("There is no such case.")
        return self.files[case]

    async def undo(self, case: str, by: str) -> None:
        await self._move(case, "overturned", by)

    async def uphold(self, case: str, by: str) -> None:
        await self._move(case, "upheld", by)

    async def not_a_problem(self, case: str, by: str, why: Why) -> None:
        await self._move(case, "overturned", by)
        said = SaidOut(said="not_a_problem", why=why, by=by, at=NIGHT, taken_back_at=None, taken_back_by=None)
        self.files[case] = self.files[case].model_copy(update={"said": said})

    async def retract(self, case: str, by: str) -> None:
        self.files[case] = (await self.case(case)).model_copy(update={"said": None})

    async def audit(self, after: int, limit: int) -> Sequence[AuditOut]:
        return []

    async def _move(self, case: str, state: str, by: str) -> None:
        one = await self.case(case)
        if one.changed_by != "rules":
            raise AlreadyMoved(case, one.state, one.changed_by, one.changed_at)
        self.files[case] = one.model_copy(update={"state": state, "changed_by": by, "verbs": []})


@dataclass
class Site:
    """A served room."""

    room: House
    desk: MemoryDesk
    app: ASGIApp
    client: httpx.AsyncClient
    health: Health

    async def say(self, text: str, author: str = "eve", channel: str = "general", **more: object) -> httpx.Response:
        body = {"channel": channel, "author": {"id": author}, "text": text, **more}
        return await self.client.post("/api/room/messages", json=body)

    async def texts(self, channel: str = "general") -> list[str]:
        answer = await self.client.get("/api/room/messages", params={"channel": channel})
        return [line["text"] for line in answer.json()]


@asynccontextmanager
async def site(folder: Path, address: Address | None = None) -> AsyncIterator[Site]:
    async with house(folder) as room:
        desk, health = MemoryDesk(), Health()
        app = create(
            Parts(room.plaza, desk, room.clock, address or Address(), Keys(KEY), health=health, metrics=Metrics())
        )
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            yield Site(room, desk, app, client, health)


async def until(true: Callable[[], bool]) -> None:
    """Let others work until something is so; the test's time limit ends a wait in vain."""
    while not true():
        await asyncio.sleep(0.001)


class Listening:
    """A stream that is read piece by piece, as a browser does."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        raw = [(name.lower().encode(), value.encode()) for name, value in {"Host": HOST, **headers}.items()]
        self._scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/api/room/stream",
            "raw_path": b"/api/room/stream",
            "query_string": b"",
            "headers": raw,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8080),
        }
        self._app = app
        self.sent: list[Message] = []

    async def run(self, receive: Receive) -> None:
        async def send(message: Message) -> None:
            self.sent.append(message)

        await self._app(self._scope, receive, send)

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()
