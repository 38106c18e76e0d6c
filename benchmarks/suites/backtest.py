"""A whole `sereno backtest` over a generated export, as an admin would run it: reading included, one process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.make_export import make
from benchmarks.measure import Row
from rules.loader import SHIPPED

MILLION = 1_000_000


def run(size: int = MILLION, *, peers: bool = False) -> Iterator[Row]:
    """All rows of the suite."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, size, max(1, size // 67), "csv", 1, 0.002)
        seconds, memory = _backtest(folder)
    scaled = seconds * MILLION / size
    note = f"{size:,} messages in {max(1, size // 67):,} files, {seconds:.1f} s in all"
    yield Row("backtest of a million messages, shipped packs", scaled, "s", note, "≤ 60")
    yield Row("its memory at most", memory, "MiB")


def _backtest(folder: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "bot", "backtest", str(folder), "--rules", str(SHIPPED), "--json"]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"`sereno backtest` ended with {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024
