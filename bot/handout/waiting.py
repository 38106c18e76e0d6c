"""What a gateway keeps of the texts it waits for, and how much of that there may be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.errors import DetectorError
from moderation.model import Signal


@dataclass(frozen=True, slots=True)
class Bounds:
    """`patience` is how long one text may wait, `grace` how long workers or Redis may be away before nobody waits for
    them any more: both in seconds. `most_waiting` is in texts. `hopeful`: workers count as there until they are missed.
    """

    patience: float = 5.0
    grace: float = 5.0
    most_waiting: int = 4096
    hopeful: bool = True


@dataclass(slots=True)
class Tally:
    """Counted since the start, for figures: texts, but for `anew`, which is how often Redis did not know this gateway (the
    start is one of them), and `lost`, which is how often it could not be used."""

    asked: int = 0
    put: int = 0
    answered: int = 0
    failed: int = 0
    late: int = 0
    full: int = 0
    missed: int = 0
    anew: int = 0
    lost: int = 0


@dataclass(slots=True, eq=False)
class Asked:
    """A text, and where its signals are waited for. `name` is what it is called where workers find it, once it is there."""

    text: str
    answer: asyncio.Future[Sequence[Signal]]
    name: str | None = None

    def refuse(self, why: str) -> None:
        """Nobody will judge this text."""
        if not self.answer.done():
            self.answer.set_exception(DetectorError(why))
            self.answer.exception()  # whoever loses patience this very moment shall not leave an error nobody looked at
