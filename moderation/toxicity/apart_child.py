"""The other end of apart.py: what runs in the child process."""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moderation.toxicity.port import Toxicity


def serve(make: Callable[[], Toxicity], pipe: Connection[bytes, bytes], memory: int | None) -> None:
    """Say who the model is, then answer questions until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which ends this process itself
    _modest(memory)
    with contextlib.suppress(EOFError, OSError):
        try:
            model = make()
        except Exception as error:  # noqa: BLE001 - told to the other end
            _tell(pipe, {"trouble": f"{type(error).__name__}: {error}"[:300]})
            return
        _tell(pipe, {"name": model.name, "labels": sorted(model.labels)})
        while True:
            _tell(pipe, _answer(model, json.loads(pipe.recv_bytes())))


def _answer(model: Toxicity, question: dict[str, Any]) -> dict[str, Any]:
    try:
        answers = model.score(question["texts"], question["languages"])
        return {"scores": [{label: float(score) for label, score in answer.items()} for answer in answers]}
    except Exception as error:  # noqa: BLE001 - told to the other end, without words that may repeat a message
        return {"trouble": f"the toxicity model failed ({type(error).__name__})"}


def _tell(pipe: Connection[bytes, bytes], what: dict[str, Any]) -> None:
    pipe.send_bytes(json.dumps(what).encode())


def _modest(memory: int | None) -> None:
    """No more than `memory` bytes of its own, and the first to go when the whole machine runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    if memory is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
