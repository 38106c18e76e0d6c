"""The thread in which a model is made and asked; what it does and how it fails is told to the detector, nobody else.

A worker is used up when its model cannot be made, when it hangs, or when it is told to stop: the detector then takes
another one. A thread cannot be killed, so a worker that hangs is left behind, and says nothing when it comes back.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, cast, runtime_checkable

from moderation.errors import DetectorError
from moderation.toxicity.line import Asked, Line
from moderation.toxicity.port import Scores, Toxicity, signature

Judged = Sequence[tuple[Asked, "Scores | DetectorError"]]
Language = Callable[[str], "str | None"]
Post = Callable[..., None]
"""Calls something with arguments on the event loop."""

_WARM_UP: Final = ("Good morning, everybody!", "¡Buenos días a todos!")
_TRIES: Final = 3
"""Texts of a failed batch that are tried alone before the model itself is blamed for all of them."""


class Boss(Protocol):
    """Who hears from a worker, on the event loop."""

    def loaded(self, worker: Worker, name: str) -> None:
        """The model answers."""
        ...

    def useless(self, worker: Worker, why: str) -> None:
        """The model cannot be made, or the thread has ended unasked."""
        ...

    def judged(self, worker: Worker, judged: Judged) -> None:
        """What became of a batch."""
        ...


@runtime_checkable
class Closes(Protocol):
    """A model with something to let go of, such as a process."""

    def close(self) -> None:
        """Let go; twice is once."""
        ...


class Worker:
    """One thread with one model. `deadline`, a moment of `time.monotonic`, is set while it is busy."""

    def __init__(self, make: Callable[[], Toxicity], line: Line, boss: Boss, post: Post, language: Language | None):
        self._make = make
        self._line = line
        self._boss = boss
        self._post = post
        self._language = language
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._patience = 0.0
        self.deadline: float | None = None
        self.under_way: Sequence[Asked] = ()

    def start(self, *, batch: int, load_within: float, hang: float) -> None:
        """Make the model and judge what waits, up to `batch` texts at a time, until stopped."""
        self._patience = hang
        self.deadline = time.monotonic() + load_within
        self._thread = threading.Thread(target=self._run, args=(batch,), name="toxicity", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch under way and end; a worker that hangs ends when it comes back, if ever."""
        self._stop.set()
        self._line.wake()

    def join(self, seconds: float) -> None:
        """Wait for the end, so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self, batch: int) -> None:
        why = "the thread of the toxicity model has ended"
        model: Toxicity | None = None
        try:
            model = self._make()
            self._warm(model)
            self.deadline = None
            self._post(self._boss.loaded, self, signature(model))
            self._work(model, batch)
        except SystemExit:
            why = "the thread of the toxicity model was ended by the model"
        except Exception as error:  # noqa: BLE001 - whatever a model raises while it is made, it cannot be used
            why = str(error) if isinstance(error, DetectorError) else f"{type(error).__name__}: {error}"[:300]
            why = f"the toxicity model cannot be loaded: {why}"
        finally:
            self.deadline = None
            if not self._stop.is_set():
                self._post(self._boss.useless, self, why)
            if isinstance(model, Closes):
                model.close()

    def _warm(self, model: Toxicity) -> None:
        """The first call is the slowest, and a model that cannot answer it is of no use."""
        for answer in _asked(model, _WARM_UP, ()):
            if isinstance(answer, DetectorError):
                raise answer

    def _work(self, model: Toxicity, batch: int) -> None:
        while taken := self._line.take(batch, self._stop):
            self.under_way = taken
            judged = self._judge(model, taken)
            self.deadline = None
            self.under_way = ()
            if not self._stop.is_set():
                self._post(self._boss.judged, self, judged)

    def _judge(self, model: Toxicity, taken: Sequence[Asked]) -> Judged:
        """All at once; when that fails each alone, so that one text cannot silence those beside it."""
        try:
            return list(zip(taken, self._answers(model, taken), strict=True))
        except Exception as error:  # noqa: BLE001 - a model may raise anything, MemoryError included
            failed = _failed(error)
        if len(taken) == 1:
            return [(taken[0], failed)]
        judged: list[tuple[Asked, Scores | DetectorError]] = []
        for number, one in enumerate(taken):
            if self._stop.is_set() or (number == _TRIES and all(_is_failure(answer) for _, answer in judged)):
                return [*judged, *((rest, failed) for rest in taken[number:])]
            judged += self._judge(model, (one,))
        return judged

    def _answers(self, model: Toxicity, taken: Sequence[Asked]) -> Sequence[Scores | DetectorError]:
        self.deadline = time.monotonic() + self._patience
        texts = [one.text for one in taken]
        languages = [self._language(text) for text in texts] if self._language is not None else ()
        return _asked(model, texts, languages)


def _asked(model: Toxicity, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Scores | DetectorError]:
    """One sound answer or one failure per text."""
    answers = model.score(texts, languages)
    if len(answers) != len(texts):
        raise DetectorError(f"{len(answers)} answers for {len(texts)} texts")
    return [_sound(answer) for answer in answers]


def _sound(answer: object) -> Scores | DetectorError:
    """The scores as plain numbers, if every one of them is a probability."""
    try:
        scores = {str(label): float(score) for label, score in cast("Mapping[str, float]", answer).items()}
    except (AttributeError, TypeError, ValueError) as error:
        return _failed(error)
    if all(math.isfinite(score) and 0.0 <= score <= 1.0 for score in scores.values()):
        return scores
    return DetectorError("the toxicity model gave a score outside 0..1")


def _failed(error: Exception) -> DetectorError:
    """Without the model's own words: they may repeat what somebody wrote."""
    if isinstance(error, DetectorError):
        return error
    return DetectorError(f"the toxicity model failed ({type(error).__name__})")


def _is_failure(answer: Scores | DetectorError) -> bool:
    return isinstance(answer, DetectorError)
