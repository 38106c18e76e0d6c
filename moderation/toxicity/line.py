"""The bounded line of texts between the event loop, which puts them there, and the thread that judges them."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.toxicity.port import Scores


@dataclass(slots=True, eq=False)
class Asked:
    """A text, and where its scores are waited for; who no longer waits has cancelled."""

    text: str
    answer: asyncio.Future[Scores]

    @property
    def wanted(self) -> bool:
        """Whether somebody still waits. Only looked at from the thread; settled on the event loop alone."""
        return not self.answer.done()


class Line:
    """First come, first judged. Everything here is safe from any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: deque[Asked] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, asked: Asked) -> bool:
        """Wait here; False when the line is full even without those who no longer wait."""
        with self._changed:
            if len(self._waiting) >= self._most:
                self._waiting = deque(one for one in self._waiting if one.wanted)
                if len(self._waiting) >= self._most:
                    return False
            self._waiting.append(asked)
            self._changed.notify()
        return True

    def take(self, most: int, stop: threading.Event) -> Sequence[Asked]:
        """Whatever waits now, `most` at most; sleeps until there is something. Empty once `stop` is set."""
        with self._changed:
            taken: list[Asked] = []
            while not taken and not stop.is_set():
                while self._waiting and len(taken) < most:
                    asked = self._waiting.popleft()
                    if asked.wanted:
                        taken.append(asked)
                if not taken:
                    self._changed.wait()
            return taken

    def wake(self) -> None:
        """Let whoever sleeps in `take` look at its `stop`."""
        with self._changed:
            self._changed.notify_all()

    def clear(self) -> Sequence[Asked]:
        """Everybody leaves; who it was."""
        with self._changed:
            left, self._waiting = self._waiting, deque()
        return left
