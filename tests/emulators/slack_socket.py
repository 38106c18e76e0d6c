"""Socket Mode, our reading of it: hello, envelopes that are delivered again until acknowledged, disconnects."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]
RETRIES = 3


@dataclass(slots=True)
class Delivery:
    """One envelope on its way; `took` is how long the acknowledgement took from its last sending, in seconds."""

    kind: str
    payload: Json
    sent: int = 0
    took: float | None = None
    answer: Any = None
    given_up: bool = False


@dataclass(slots=True)
class Sockets:
    """The app's connections. `patience` is how long an acknowledgement may take; Slack allows 3 s."""

    patience: float = 3.0
    pauses: tuple[float, ...] = (0.1, 0.3, 0.6)
    """Before each of the three retries; Slack waits longer."""
    hello: bool = True
    open: list[web.WebSocketResponse] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    opened: int = 0
    _acks: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    muted: list[web.WebSocketResponse] = field(default_factory=list)

    def ticket(self) -> str:
        ticket = uuid.uuid4().hex
        self.tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection from upgrade to end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=401)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.opened += 1
        self.open.append(socket)
        try:
            if self.hello:
                await socket.send_json({"type": "hello", "num_connections": len(self.open), "debug_info": {}})
            while True:
                message = await socket.receive()
                if message.type is WSMsgType.PING and socket not in self.muted:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT and socket not in self.muted:
                    self._take(json.loads(message.data))
                elif message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                    break
        finally:
            if socket in self.open:
                self.open.remove(socket)
        return socket

    def _take(self, body: Json) -> None:
        ack = self._acks.pop(str(body.get("envelope_id")), None)
        if ack is not None and not ack.done():
            ack.set_result(body.get("payload"))

    def push(self, kind: str, payload: Json, *, retried: bool = True) -> Delivery:
        """Deliver an envelope in the background, again and again where Slack would."""
        delivery = Delivery(kind, payload)
        self.deliveries.append(delivery)
        task = asyncio.create_task(self._deliver(delivery, RETRIES if retried else 0))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def _deliver(self, delivery: Delivery, retries: int) -> None:
        for attempt in range(retries + 1):
            if attempt:
                await asyncio.sleep(self.pauses[attempt - 1])
            if await self._once(delivery, attempt):
                return
        delivery.given_up = True

    async def _once(self, delivery: Delivery, attempt: int) -> bool:
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        ack = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        began = time.monotonic()
        if not await self.say(envelope):
            self._acks.pop(envelope_id, None)
            return False
        delivery.sent += 1
        try:
            async with asyncio.timeout(self.patience):
                delivery.answer = await ack
        except TimeoutError:
            self._acks.pop(envelope_id, None)
            return False
        delivery.took = time.monotonic() - began
        return True

    async def say(self, body: Json) -> bool:
        """Send to the newest connection; whether there was one."""
        for socket in reversed(self.open):
            if not socket.closed:
                with contextlib.suppress(ConnectionError, RuntimeError):
                    await socket.send_json(body)
                    return True
        return False

    async def raw(self, text: str) -> None:
        """Send whatever this is."""
        for socket in self.open:
            await socket.send_str(text)

    async def disconnect(self, reason: str) -> None:
        """Tell every connection to go: `warning`, `refresh_requested`, `link_disabled`."""
        for socket in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in [*self.open, *self.muted]:
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()
        self.open.clear()

    def hush(self) -> None:
        """The connections stand, and from now on nothing is said on them, not even to a ping."""
        self.muted += self.open
        self.open.clear()

    async def settled(self) -> None:
        """Return when nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks))

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*list(self._tasks), return_exceptions=True)
        self.drop()
