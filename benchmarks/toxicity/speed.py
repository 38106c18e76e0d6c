"""What a score costs: messages a second side by side in one run, and for each alone its start, memory and disk."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.corpus import corpus
from benchmarks.measure import Timing, race
from benchmarks.toxicity.contestants import Contestant
from benchmarks.toxicity.fresh import WHOLE
from benchmarks.toxicity.sets import Suite

BATCHES: Final = (1, 32)
ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
TEXTS: Final = 256
_STARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages a second of one contestant on one kind of text: by CPU time (best round) and by the clock (median)."""

    name: str
    texts: str
    batch: int
    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Alone:
    """One contestant in a fresh process: seconds to the first score by the clock and of CPU, MiB it adds and has, MB on disk."""

    name: str
    seconds: float
    cpu: float
    added: float
    memory: float
    disk: float


def rates(contestants: Sequence[Contestant], own: Sequence[Suite], size: int = TEXTS) -> list[Rate]:
    """Everybody on ordinary chat and on the project's own sets, whose texts are closer calls."""
    kinds = {"chat": corpus(size).texts}
    hard = [text.text for suite in own for text in suite.texts]
    if hard:
        kinds["own sets"] = hard[:: max(1, len(hard) // size)][:size]
    found = []
    for kind, texts in kinds.items():
        runs = {f"{each.name} {batch}": _running(each, batch) for each in contestants for batch in BATCHES}
        for run in runs.values():
            run(texts[:32])
        timings = race(runs, texts, rounds=3)
        found += [
            _rate(each.name, kind, batch, timings[f"{each.name} {batch}"]) for each in contestants for batch in BATCHES
        ]
    return found


def _running(contestant: Contestant, batch: int) -> Callable[[Sequence[str]], object]:
    def run(texts: Sequence[str]) -> object:
        return [contestant.judge(texts[start : start + batch], []) for start in range(0, len(texts), batch)]

    return run


def _rate(name: str, kind: str, batch: int, timing: Timing) -> Rate:
    return Rate(name, kind, batch, 1e6 / timing.cpu_us, 1e6 / timing.wall_us)


def alone(contestant: Contestant, *, starts: int = _STARTS) -> Alone:
    """The median of a few starts; files are in the system's cache after the first."""
    runs = [_fresh(contestant.name) for _ in range(starts)]
    return Alone(
        contestant.name,
        statistics.median(run["seconds"] for run in runs),
        min(run["cpu"] for run in runs),
        statistics.median(run["after"] - run["before"] for run in runs),
        statistics.median(run["after"] for run in runs),
        contestant.size / 1e6,
    )


def whole_memory(name: str) -> float:
    """MiB of a process with this model and the shipped rules, both warm."""
    return float(_fresh(name, WHOLE)["after"])


def _fresh(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.toxicity.fresh", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | ONE_THREAD)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
