"""Places where a crash hurts most, found by looking: around every call of a chat port and around every commit.

A reference run records the points in the order they are passed. A test then runs once for each of them and crashes
there, as `kill -9` would: nothing after the point happens, nobody is told, nothing is tidied up.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from typing import Any

from moderation.ports import Chat


class SimulatedCrash(BaseException):
    """The process is gone. Not an Exception: nothing that tidies up may catch it."""


class Failpoints:
    """Records every point passed, and crashes at the one that is armed: its name and which time it is passed."""

    def __init__(self, crash_at: tuple[str, int] | None = None) -> None:
        self.passed: list[tuple[str, int]] = []
        self.crashed = False
        self._crash_at = crash_at
        self._times: Counter[str] = Counter()
        self.on_crash: Callable[[], None] | None = None

    def __call__(self, name: str) -> None:
        """Pass a point; from the moment of the crash on, every point is the end."""
        if self.crashed:
            raise SimulatedCrash(name)
        self._times[name] += 1
        point = (name, self._times[name])
        self.passed.append(point)
        if point == self._crash_at:
            self.crashed = True
            if self.on_crash is not None:
                self.on_crash()
            raise SimulatedCrash(name)


def around(chat: Chat, point: Callable[[str], None]) -> Chat:
    """The same chat with a point before and after each of its calls that does something."""
    return _Around(chat, point)


class _Around:
    def __init__(self, chat: Chat, point: Callable[[str], None]) -> None:
        self._chat = chat
        self._point = point

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._chat, name)
        if not inspect.iscoroutinefunction(member):
            return member

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._point(f"chat {name}: before")
            result = await member(*args, **kwargs)
            self._point(f"chat {name}: after")
            return result

        return call
