"""What every emulator of a chat platform stands on: a loopback server, an ordered log of calls, faults to inject.

An emulator writes one function that does the work of a request, and puts a `Desk` before it:

    async def work(call: Call, request: web.Request) -> web.StreamResponse: ...

    desk = Desk(work, name=lambda request: request.path.removeprefix("/api"))
    server = Server(desk)                     # its port is known at once, nobody answers yet: connections are refused
    await server.start()                      # … until now
    desk.faults.add("POST /chat.postMessage", fails(503), times=2)
    desk.faults.add("POST *", reset(after=True))   # the work is done, the answer never arrives
    desk.faults.add("GET /slow", late(3.0))
    assert [call.name for call in desk.calls] and desk.unknown == []
    await server.stop()

`Call.name` is `METHOD path` with the path as `name` gives it; patterns are those of `fnmatch`. An emulator that does
not know a route raises `unknown_route(desk, call)`: it is kept in `desk.unknown`, which a test must find empty.
"""

from __future__ import annotations

import asyncio
import fnmatch
import json
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

Json = dict[str, Any]
HTML: Final = "<html><head><title>%d</title></head><body><h1>%s</h1></body></html>"


@dataclass(slots=True)
class Call:
    """One request as it came in, and the status it was answered with (None: not yet, or the connection was cut).

    `at` and `answered` are of the monotonic clock, in seconds.
    """

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]
    at: float
    status: int | None = None
    answered: float | None = None
    fault: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is empty or something else."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


Work = Callable[[Call, web.Request], Awaitable[web.StreamResponse]]
Way = Callable[[Call, web.Request, Work], Awaitable[web.StreamResponse]]
"""How a request goes wrong: it is given the work and may do it, before, after or not at all."""


def answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON with the Content-Type exactly `application/json`, as some SDKs compare it."""
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


def fails(
    status: int,
    body: object = None,
    *,
    html: bool = False,
    headers: Mapping[str, str] | None = None,
    after: bool = False,
) -> Way:
    """Answer this, in JSON or as a proxy's HTML page; `after` the work was done, or instead of it."""

    async def way(call: Call, request: web.Request, work: Work) -> web.StreamResponse:
        if after:
            await work(call, request)
        if html:
            text = body if isinstance(body, str) else HTML % (status, "Bad gateway")
            return web.Response(text=text, status=status, content_type="text/html", headers=headers)
        return answer({"message": f"{status}: injected"} if body is None else body, status=status, headers=headers)

    return way


def reset(*, after: bool = False) -> Way:
    """Cut the connection; `after` the work was done, or instead of it."""

    async def way(call: Call, request: web.Request, work: Work) -> web.StreamResponse:
        if after:
            await work(call, request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)

    return way


def late(seconds: float) -> Way:
    """Do the work at once and answer so many seconds later."""

    async def way(call: Call, request: web.Request, work: Work) -> web.StreamResponse:
        done = await work(call, request)
        await asyncio.sleep(seconds)
        return done

    return way


def held(until: asyncio.Event, *, after: bool = False) -> Way:
    """Wait for the event before the work, or `after` it, before the answer."""

    async def way(call: Call, request: web.Request, work: Work) -> web.StreamResponse:
        if after:
            done = await work(call, request)
            await until.wait()
            return done
        await until.wait()
        return await work(call, request)

    return way


@dataclass(slots=True)
class Fault:
    """A fault while it is switched on: which calls it hits, how often still (None: until removed), how often it did."""

    pattern: str
    way: Way
    times: int | None = 1
    skip: int = 0
    hits: int = 0

    def takes(self, call: Call) -> bool:
        """Whether this call is hit; counts it."""
        if self.times == 0 or not fnmatch.fnmatchcase(call.name, self.pattern):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults that are switched on; the first that fits a call has it."""

    on: list[Fault] = field(default_factory=list)

    def add(self, pattern: str, way: Way, *, times: int | None = 1, skip: int = 0) -> Fault:
        """From now on calls whose `METHOD path` fits go wrong this way, after `skip` that go well, `times` times."""
        fault = Fault(pattern, way, times, skip)
        self.on.append(fault)
        return fault

    def clear(self) -> None:
        """All is well again."""
        self.on.clear()

    def find(self, call: Call) -> Fault | None:
        return next((fault for fault in self.on if fault.takes(call)), None)


class Desk:
    """Stands before the work: logs every call in order, lets faults happen, keeps what nobody knows."""

    def __init__(self, work: Work, *, name: Callable[[web.Request], str] = lambda request: request.path) -> None:
        self._work = work
        self._name = name
        self.calls: list[Call] = []
        self.faults = Faults()
        self.unknown: list[str] = []
        self.broken: list[BaseException] = []
        """What the emulator's own code raised: a bug of it, or a request it could not read."""

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        call = Call(
            number=len(self.calls),
            method=request.method,
            path=self._name(request),
            query=dict(request.query),
            body=await request.read(),
            headers=dict(request.headers),
            at=time.monotonic(),
        )
        self.calls.append(call)
        fault = self.faults.find(call)
        try:
            if fault is None:
                done = await self._work(call, request)
            else:
                call.fault = fault.pattern
                done = await fault.way(call, request, self._work)
        except (web.HTTPException, ConnectionResetError, asyncio.CancelledError):
            raise
        except Exception as error:
            self.broken.append(error)
            raise
        if request.transport is not None and not request.transport.is_closing():
            call.status, call.answered = done.status, time.monotonic()
        return done

    def named(self, pattern: str) -> list[Call]:
        """The calls so far whose `METHOD path` fits."""
        return [call for call in self.calls if fnmatch.fnmatchcase(call.name, pattern)]

    def statuses(self, *statuses: int) -> int:
        """How many calls were answered so."""
        return sum(call.status in statuses for call in self.calls)

    def check(self) -> None:
        """AssertionError when something was asked that the emulator does not know, or it broke."""
        assert not self.unknown, f"unknown routes: {self.unknown}"
        assert not self.broken, f"the emulator broke: {self.broken!r}"


def unknown_route(desk: Desk, call: Call) -> web.Response:
    """500, kept in `desk.unknown`: the emulator must learn this route, or the caller must not use it."""
    desk.unknown.append(call.name)
    return answer({"error": f"the emulator does not know {call.name}", "message": "unknown route"}, status=500)


class Server:
    """One aiohttp server on loopback. Its port is taken at once; until `start`, and while `refuse`d, nobody listens."""

    def __init__(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], *, port: int = 0) -> None:
        self._handler = handler
        self._socket: socket.socket | None = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen."""
        if self._runner is None:
            app = web.Application(client_max_size=32 * 1024 * 1024)
            app.router.add_route("*", "/{tail:.*}", self._handle)
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
            await self._runner.setup()
        if self._site is None:
            self._site = web.SockSite(self._runner, self._socket or _bound(self.port))
            self._socket = None
            await self._site.start()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        return await self._handler(request)

    async def refuse(self) -> None:
        """New connections are refused until `start`; those that stand go on, keep-alive ones included."""
        if self._site is not None:
            await self._site.stop()
            self._site, self._socket = None, _bound(self.port)

    def cut(self) -> None:
        """Every connection that stands is reset, as when a cable is pulled."""
        if self._runner is not None and self._runner.server is not None:
            for connection in list(self._runner.server.connections):
                if connection.transport is not None:
                    connection.transport.abort()

    async def stop(self) -> None:
        """Let go of everything."""
        if self._runner is not None:
            self.cut()
            await self._runner.cleanup()
        if self._socket is not None:
            self._socket.close()
        self._runner = self._site = self._socket = None


def _bound(port: int) -> socket.socket:
    """A socket that holds its port without listening: whoever connects is refused."""
    held_port = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held_port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held_port.bind(("127.0.0.1", port))
    return held_port


async def eventually(what: Callable[[], object], *, within: float = 20.0, saying: str = "") -> None:
    """Return as soon as it is true; AssertionError after a generous time."""
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end, f"not within {within:g} s: {saying or what}"
        await asyncio.sleep(0.01)
