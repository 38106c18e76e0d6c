"""Run as a program of its own, `python -m benchmarks.toxicity.fresh NAME`: how soon a contestant answers, and its memory.

Prints JSON: seconds from the first line of this file to the first score, the processor's share of them with Python's own
start, and MiB in memory before and after.
"""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import json  # noqa: E402 - the clock runs first
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

WHOLE = "with rules"
"""As a second argument: the shipped packs are loaded and asked as well, as a running bot has them."""


def resident() -> float:
    """MiB this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * 4096 / 2**20


def main(name: str, *, whole: bool = False) -> None:
    """Load, score once, score a few hundred, and say what it took."""
    before = resident()
    from benchmarks.toxicity.contestants import builders

    contestant = builders(peers=True)[name]()
    contestant.judge(["hola, ¿todo bien?"], ["es"])
    seconds, cpu = time.perf_counter() - STARTED, time.process_time()
    from benchmarks.corpus import corpus

    texts = corpus(128).texts
    for start in range(0, len(texts), 32):
        contestant.judge(texts[start : start + 32], [])
    if whole:
        from benchmarks.setting import decide_all, events, shipped

        decide_all(shipped(), list(events(texts)))
    print(json.dumps({"seconds": seconds, "cpu": cpu, "before": before, "after": resident()}))


if __name__ == "__main__":
    main(sys.argv[1], whole=WHOLE in sys.argv[2:])
