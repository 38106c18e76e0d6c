"""`--role all` with Redis: workers score while there are any, and this process itself when there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from moderation.errors import DetectorError
from moderation.model import Message, Signal


class Judge(Protocol):
    """A detector that says when it cannot judge anything at the moment."""

    @property
    def name(self) -> str:
        """See moderation/ports.py."""
        ...

    @property
    def labels(self) -> frozenset[str]:
        """See moderation/ports.py."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why nothing is judged now; None when all is well."""
        ...

    def start(self) -> None:
        """See moderation/ports.py."""
        ...

    async def inspect(self, message: Message) -> Sequence[Signal]:
        """See moderation/ports.py."""
        ...

    async def aclose(self) -> None:
        """See moderation/ports.py."""
        ...


class OwnWhenAlone:
    """A Detector that asks the workers first. Its own model is loaded when it is needed for the first time."""

    def __init__(self, workers: Judge, own: Judge) -> None:
        self._workers = workers
        self._own = own

    @property
    def name(self) -> str:
        """Whose turn it is."""
        return self._whose.name

    @property
    def labels(self) -> frozenset[str]:
        """What either may give."""
        return self._workers.labels | self._own.labels

    @property
    def trouble(self) -> str | None:
        """None while anybody can judge."""
        return self._whose.trouble

    def start(self) -> None:
        """Begin to look for workers. Twice is once."""
        self._workers.start()

    async def inspect(self, message: Message) -> Sequence[Signal]:
        """See moderation/ports.py. A text that workers judged in vain is not tried here: it may be what broke them."""
        self.start()
        if self._workers.trouble is None:
            try:
                return await self._workers.inspect(message)
            except DetectorError:
                if self._workers.trouble is None:
                    raise
        return await self._own.inspect(message)

    async def aclose(self) -> None:
        """Let go of both."""
        await self._workers.aclose()
        await self._own.aclose()

    @property
    def _whose(self) -> Judge:
        return self._workers if self._workers.trouble is None else self._own
