"""The connection to Redis, and what its troubles are called in words that never repeat what somebody wrote."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as TooSlow

from bot.handout.port import Lost

CONNECT: Final = 2.0
ANSWER: Final = 4.0
"""Seconds until a command counts as lost; more than any read waits for something to come (port.py)."""
HEALTH: Final = 15
"""Seconds a connection may rest before it is tried with a PING."""
CONNECTIONS: Final = 16

_WORDS: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    ((AuthenticationError, AuthorizationError, NoPermissionError), "Redis turns the name or the password down"),
    ((BusyLoadingError,), "Redis is still loading"),
    ((ReadOnlyError,), "this Redis is a replica that takes no writes"),
    ((OutOfMemoryError,), "Redis has no memory left"),
    ((TooSlow, TimeoutError), "Redis does not answer"),
    ((Disconnected, OSError), "Redis cannot be reached"),
)
"""First match counts: the narrow ones come first."""


def connect(url: str, name: str) -> Redis:
    """A client; nothing is sent before its first command. `rediss://` is TLS. Whoever uses it tries again itself."""
    return Redis.from_url(
        url,
        protocol=2,  # its answers have the same form in every version of the client
        client_name=name,
        socket_connect_timeout=CONNECT,
        socket_timeout=ANSWER,
        socket_keepalive=True,
        health_check_interval=HEALTH,
        max_connections=CONNECTIONS,
        retry=Retry(NoBackoff(), 0),
    )


@contextlib.contextmanager
def or_lost() -> Iterator[None]:
    """Whatever goes wrong with Redis in here is Lost."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise Lost(words(error)) from error


def words(error: Exception) -> str:
    """The trouble in a few words. The server's own are left out: they may quote a command, and so a message."""
    for kinds, said in _WORDS:
        if isinstance(error, kinds):
            return said
    return f"Redis refuses ({type(error).__name__})"
