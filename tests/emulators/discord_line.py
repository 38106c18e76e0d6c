"""One session and one connection of the Discord emulator's gateway."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from aiohttp import web

from tests.emulators.discord_state import Json

KEPT: Final = 5000
"""Events of a session that are kept for resuming."""


@dataclass(slots=True)
class Session:
    """What a bot identified as; it outlives the connection, and is told its events again when it resumes."""

    id: str
    intents: int
    seq: int = 0
    kept: deque[tuple[int, Json]] = field(default_factory=lambda: deque(maxlen=KEPT))
    line: Line | None = None


Pack = Callable[[bytes], bytes]
"""One message into the stream so far, flushed so that it can be read at once."""


def packing(kind: str | None) -> Pack | None:
    """What the bot asked for in the URL: `zlib-stream`, `zstd-stream` (if a library is there, as for discord.py), none."""
    if kind == "zlib-stream":
        stream = zlib.compressobj()
        return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
    if kind == "zstd-stream":
        return _zstd()
    assert kind is None, f"there is no {kind}"
    return None


def _zstd() -> Pack:
    """discord.py asks for it where `zstandard` is installed, or Python has its own (3.14)."""
    if find_spec("zstandard") is not None:
        library: Any = import_module("zstandard")
        stream = library.ZstdCompressor().compressobj()
        return lambda data: bytes(stream.compress(data) + stream.flush(library.COMPRESSOBJ_FLUSH_BLOCK))
    own: Any = import_module("compression.zstd").ZstdCompressor()
    return lambda data: bytes(own.compress(data, own.FLUSH_BLOCK))


class Line:
    """One connection: everything goes out in order, through one compressed stream when the bot asked for one."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, pack: Pack | None) -> None:
        self.socket = socket
        self.request = request
        self._pack = pack
        self._out: asyncio.Queue[tuple[Json | None, int]] = asyncio.Queue()
        self.session: Session | None = None
        self.farewell: int | None = None
        """The code with which this side closes; None while it does not."""

    def send(self, payload: Json) -> None:
        self._out.put_nowait((payload, 0))

    def close(self, code: int) -> None:
        """After what was said before; 1006 is no farewell at all: the connection is cut."""
        self.farewell = code
        self._out.put_nowait((None, code))

    async def write(self) -> None:
        """Send until closed."""
        while True:
            payload, code = await self._out.get()
            try:
                if payload is None:
                    await self._end(code)
                    return
                await self._put(json.dumps(payload))
            except ConnectionError:
                return

    async def _put(self, text: str) -> None:
        if self._pack is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self._pack(text.encode()))

    async def _end(self, code: int) -> None:
        if code != 1006:
            await self.socket.close(code=code)
        elif self.request.transport is not None:
            self.request.transport.abort()
