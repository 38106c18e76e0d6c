"""A model that joins when it is ready: it is made in a thread of its own, and nobody waits for it meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from moderation.errors import DetectorError
from moderation.toxicity.port import Scores, Toxicity
from moderation.toxicity.worker import Closes

PAUSES: Final = (30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds between attempts at making a model that could not be made; the last one for good."""


class Later:
    """A Toxicity (port.py) on the one that `make` gives, which is called at once, elsewhere.

    `name` and `labels` are what the model will say of itself. Until it is there, `score` raises DetectorError at once;
    when it could not be made, a call after the next of `pauses` tries again.
    """

    def __init__(
        self,
        name: str,
        labels: frozenset[str],
        make: Callable[[], Toxicity],
        *,
        pauses: Sequence[float] = PAUSES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.labels = labels
        self._make = make
        self._pauses = tuple(pauses)
        self._now = now
        self._lock = threading.Lock()
        self._model: Toxicity | None = None
        self._failed = 0
        self._not_before = 0.0
        self._closed = False
        self._why = ""
        self._thread = self._begin()

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """See port.py."""
        with self._lock:
            model = self._model
            if model is None:
                if self._why and self._now() >= self._not_before and not self._closed:
                    self._thread = self._begin()
                raise DetectorError(self._why or f"{self.name} is being loaded")
        return model.score(texts, languages)

    def wait(self, seconds: float) -> bool:
        """Whether the model is there, after waiting so long at most."""
        self._thread.join(seconds)
        return self._model is not None

    def close(self) -> None:
        """Let the model go, also one that is only being made; twice is once."""
        with self._lock:
            self._closed = True
            model, self._model = self._model, None
        if isinstance(model, Closes):
            model.close()

    def _begin(self) -> threading.Thread:
        self._why = ""
        thread = threading.Thread(target=self._load, name=f"loading {self.name}", daemon=True)
        thread.start()
        return thread

    def _load(self) -> None:
        try:
            model = self._make()
        except Exception as error:  # noqa: BLE001 - whatever a model raises while it is made, it cannot be used
            with self._lock:
                self._not_before = self._now() + self._pauses[min(self._failed, len(self._pauses) - 1)]
                self._failed += 1
                self._why = f"{self.name} cannot be loaded: {str(error) or type(error).__name__}"
            return
        with self._lock:
            unwanted = self._closed
            if not unwanted:
                self._model, self._failed = model, 0
        if unwanted and isinstance(model, Closes):
            model.close()
