"""Asks every detector about a message at once, within a time budget.

A detector that raises or is late makes its labels silent: what nobody could judge is unknown, never "fine". So are the
labels that a working detector says nothing about, but these are `unread` and no trouble.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Final

from moderation.model import Message, Signal, Signals
from moderation.ports import Detector

Notice = Callable[[Detector, str], None]
"""Told which detector failed, and how, for logs and the doctor."""

NOTHING: Final = Signals()


class Detection:
    """All detectors, asked together. `patience` is the time budget in seconds."""

    def __init__(self, detectors: Sequence[Detector], *, patience: float, notice: Notice | None = None) -> None:
        self._detectors = tuple(detectors)
        self._patience = patience
        self._notice = notice

    @property
    def needed(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self._detectors)

    async def listen(self, message: Message) -> Signals:
        """Every signal that arrived in time, and the labels of those who did not answer."""
        if not self._detectors:
            return NOTHING
        tasks = {asyncio.create_task(self._ask(detector, message)): detector for detector in self._detectors}
        try:
            await asyncio.wait(tasks, timeout=self._patience)
        finally:
            late = [task for task in tasks if not task.done()]
            for task in late:
                task.cancel()
        given: list[Signal] = []
        failed: set[str] = set()
        unread: set[str] = set()
        for task, detector in tasks.items():
            signals = task.result() if task.done() and not task.cancelled() else None
            if signals is None:
                failed |= detector.labels
                if task in late:
                    self._tell(detector, f"no answer within {self._patience:g} s")
            else:
                given += signals
                unread |= detector.labels - {signal.label for signal in signals}
        spoken = {signal.label for signal in given}
        return Signals(tuple(given), frozenset((failed | unread) - spoken), frozenset(unread - failed - spoken))

    async def _ask(self, detector: Detector, message: Message) -> Sequence[Signal] | None:
        try:
            signals = tuple(await detector.inspect(message))
        except Exception as error:  # noqa: BLE001 - whatever a detector raises, its labels fall silent
            self._tell(detector, f"{type(error).__name__}: {error}")
            return None
        if not all(_sound(signal) for signal in signals):
            self._tell(detector, "a score outside 0..1")
            return None
        return signals

    def _tell(self, detector: Detector, trouble: str) -> None:
        if self._notice is not None:
            self._notice(detector, trouble)


def _sound(signal: Signal) -> bool:
    """A number between 0 and 1; NaN and infinities are no opinion."""
    return math.isfinite(signal.score) and 0.0 <= signal.score <= 1.0
