"""What a gateway and a worker need of whatever lies between them.

redis_gateway.py and redis_worker.py are these over Redis. Nothing here is durable and nothing needs to be: a text that
is lost on the way is put there again by the gateway that waits for it, and a text nobody waits for is worth nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from moderation.errors import DetectorError
from moderation.model import Signal


class Lost(DetectorError):
    """What lies between cannot be used at the moment; the message says why, and never repeats what somebody wrote."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds.

    `wait` is how long a read waits for something to come. A gateway looks every `look`; a worker says every `beat` that
    it is there, which counts for `alive`. What a worker took and has not mentioned for `idle` is taken over by another.
    Whatever lies between is gone after `keep`, whoever died. A text that `deliveries` workers took and none answered is
    given up: it may be what killed them. A worker that holds nothing and has said nothing for `forget` is forgotten.
    """

    wait: float = 1.0
    look: float = 0.5
    beat: float = 0.75
    alive: float = 4.0
    idle: float = 3.0
    keep: int = 60
    deliveries: int = 3
    forget: float = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the text that the gateway calls `number`: its signals, or why there are none."""

    number: int
    signals: Sequence[Signal] = ()
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """`workers`: at least one is alive and has its model loaded. `anew`: what was put there before is gone."""

    workers: bool
    anew: bool


class Post(Protocol):
    """The gateway's side. Every method raises Lost and nothing else."""

    async def put(self, texts: Sequence[tuple[int, str]], back: Sequence[str]) -> Sequence[str]:
        """Leave numbered texts for workers, and take back those with the names in `back`; the names of the new ones."""
        ...

    async def answers(self) -> Sequence[Answer]:
        """What has been answered, waiting a moment for something to come. The same answer may come twice."""
        ...

    async def look(self) -> Seen:
        """How things stand."""
        ...

    async def aclose(self) -> None:
        """Let go."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A text to score, for a gateway. `name` is what it is called in between; `deliveries` counts who took it."""

    name: str
    gateway: str
    number: int
    text: str
    deliveries: int = 1


class Pile(Protocol):
    """The worker's side. Every method raises Lost and nothing else."""

    async def take(self, most: int) -> Sequence[Request]:
        """Texts nobody has taken, oldest first, waiting a moment for something to come."""
        ...

    async def abandoned(self) -> Request | None:
        """One text that a worker took and does not mention any more."""
        ...

    async def mention(self, names: Sequence[str]) -> None:
        """These are still being worked on."""
        ...

    async def give(self, done: Sequence[tuple[Request, Answer]]) -> None:
        """Answer, and remove the texts, in one step."""
        ...

    async def here(self) -> None:
        """A worker with a loaded model is alive."""
        ...

    async def tidy(self) -> None:
        """Forget the workers that ended long ago."""
        ...

    async def aclose(self) -> None:
        """Let go."""
        ...
