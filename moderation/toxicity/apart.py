"""A model in a process of its own, so that its crash, its hang or its hunger for memory is not the bot's.

For models that bring their own native code and gigabytes, as torch does. What goes through the pipe is JSON, in both
directions; nothing that comes back is ever unpickled. The process takes along nothing but `make`.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from moderation.errors import DetectorError
from moderation.toxicity.apart_child import serve
from moderation.toxicity.port import Scores, Toxicity

LONGEST: Final = 16 * 1024 * 1024
"""Bytes of an answer; more is no answer."""
PAUSES: Final = (0.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds before the next process after the first, second … one that was lost without an answer in between."""


class Apart:
    """A Toxicity (port.py) that asks another one in a child process.

    `make` is importable (a function of a module, or functools.partial of one) and is called there. `memory` is in bytes,
    `patience` the seconds one call may take, `load_within` those until the model is ready. Raises DetectorError when the
    model cannot be made. Later a child that crashes or takes too long is killed, its calls raise DetectorError at once,
    and so do all calls until the next child is ready.
    """

    def __init__(
        self,
        make: Callable[[], Toxicity],
        *,
        memory: int | None = None,
        patience: float = 10.0,
        load_within: float = 100.0,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._make = make
        self._memory = memory
        self._patience = patience
        self._load_within = load_within
        self._pauses = tuple(pauses)
        self._lost = 0
        self._not_before = 0.0
        self._child: _Child | None = _Child(make, memory)
        try:
            hello = self._child.read(load_within)
            self._name, self._labels = str(hello["name"]), frozenset(map(str, hello["labels"]))
        except BaseException:
            self.close()
            raise
        self._ready = True

    @property
    def name(self) -> str:
        """The model's own."""
        return self._name

    @property
    def labels(self) -> frozenset[str]:
        """The model's own."""
        return self._labels

    @property
    def pid(self) -> int | None:
        """Of the child process; None while there is none."""
        return self._child.pid if self._child is not None else None

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """See port.py."""
        child = self._someone()
        try:
            answer = child.ask({"texts": list(texts), "languages": list(languages)}, self._patience)
        except DetectorError:
            self._lose()
            raise
        if "trouble" in answer:
            raise DetectorError(str(answer["trouble"]))
        self._lost = 0
        scores = answer.get("scores")
        if not isinstance(scores, list) or not all(isinstance(one, dict) for one in scores):
            self._lose()
            raise DetectorError("the process of the toxicity model gave something that is no answer")
        return scores

    def close(self) -> None:
        """End the child; twice is once."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _someone(self) -> _Child:
        """A child that is ready to be asked, without waiting for one."""
        if self._child is None:
            if time.monotonic() < self._not_before:
                raise DetectorError("the process of the toxicity model was lost; another one follows after a while")
            self._child, self._ready = _Child(self._make, self._memory), False
        if not self._ready:
            self._welcome(self._child)
        return self._child

    def _welcome(self, child: _Child) -> None:
        """Hear whether a child that was started is ready; DetectorError when it is not, or not yet."""
        if child.speaks:
            try:
                child.read(self._patience)
            except DetectorError:
                self._lose()
                raise
            self._ready = True
            return
        if child.age > self._load_within:
            self._lose()
        raise DetectorError("the process of the toxicity model is being started again")

    def _lose(self) -> None:
        """Kill the child; start the next one now when this was the first loss in a row, else after a pause."""
        self.close()
        pause = self._pauses[min(self._lost, len(self._pauses) - 1)]
        self._lost += 1
        self._not_before = time.monotonic() + pause
        if pause == 0.0:
            self._child, self._ready = _Child(self._make, self._memory), False


class _Child:
    """The process and the pipe to it."""

    def __init__(self, make: Callable[[], Toxicity], memory: int | None) -> None:
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        self._pipe: Connection[bytes, bytes] = ours
        self._process: SpawnProcess = spawn.Process(
            target=serve, args=(make, theirs, memory), name="sereno-toxicity", daemon=True
        )
        self._process.start()
        theirs.close()
        self._since = time.monotonic()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def age(self) -> float:
        return time.monotonic() - self._since

    @property
    def speaks(self) -> bool:
        """Whether it has said something, or is gone."""
        return self._pipe.poll()

    def ask(self, question: Mapping[str, Any], patience: float) -> Mapping[str, Any]:
        with self._killed_after(patience):
            try:
                self._pipe.send_bytes(json.dumps(question).encode())
            except OSError as error:
                raise DetectorError("the process of the toxicity model is gone") from error
            return self._read()

    def read(self, patience: float) -> Mapping[str, Any]:
        with self._killed_after(patience):
            hello = self._read()
        if "trouble" in hello:
            raise DetectorError(str(hello["trouble"]))
        return hello

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()
        self._process.close()

    def _read(self) -> Mapping[str, Any]:
        try:
            answer = json.loads(self._pipe.recv_bytes(LONGEST))
        except (EOFError, OSError) as error:
            raise DetectorError("the process of the toxicity model has crashed or took too long") from error
        except ValueError as error:
            raise DetectorError("the process of the toxicity model gave something that is no answer") from error
        if not isinstance(answer, dict):
            raise DetectorError("the process of the toxicity model gave something that is no answer")
        return answer

    @contextlib.contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        """Reading from a process that hangs ends when that process does."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
