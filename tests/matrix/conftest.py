"""One homeserver for all tests here; every test has people and rooms of its own on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.matrix.synapse import Synapse, homeserver
from tests.matrix.world import MatrixWorld


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    with homeserver() as server:
        yield server


@pytest.fixture
async def world(synapse: Synapse) -> AsyncIterator[MatrixWorld]:
    async with MatrixWorld.opened(synapse) as world:
        yield world
