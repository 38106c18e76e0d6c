"""Python objects over a socket between a platform and a bot that may die at any moment. For tests on one machine only."""

from __future__ import annotations

import asyncio
import pickle
import struct
from typing import Any


async def send(writer: asyncio.StreamWriter, thing: Any) -> None:
    data = pickle.dumps(thing)
    writer.write(struct.pack(">I", len(data)) + data)
    await writer.drain()


async def receive(reader: asyncio.StreamReader) -> Any:
    """The next object; asyncio.IncompleteReadError or ConnectionError when the other side is gone."""
    (size,) = struct.unpack(">I", await reader.readexactly(4))
    return pickle.loads(await reader.readexactly(size))
