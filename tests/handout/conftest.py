"""One server for the tests of a file that leave it running; each finds it empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from redis import Redis

from tests.handout.server import Server, serving
from tests.handout.yard import Yard, yard


@pytest.fixture(scope="module")
def running_server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    with Redis.from_url(running_server.url) as client:
        client.flushall()
    return running_server


@pytest.fixture
async def ground(server: Server) -> AsyncIterator[Yard]:
    async with yard(server) as made:
        yield made


@pytest.fixture
def own_server() -> Iterator[Server]:
    """For tests that kill it."""
    with serving() as server:
        yield server
