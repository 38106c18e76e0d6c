"""Timing that can be trusted: contestants take turns in one run, CPU-time minimum and wall median are kept."""

from __future__ import annotations

import gc
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Microseconds per item: the least CPU time and the median wall time over all rounds."""

    cpu_us: float
    wall_us: float
    rounds: int


def race(
    contestants: Mapping[str, Callable[[Sequence[str]], object]], items: Sequence[str], *, rounds: int = 5
) -> dict[str, Timing]:
    """Every contestant works through the same items, one after the other, `rounds` times."""
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    wall: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            gc.collect()
            gc.disable()
            cpu_start, wall_start = time.process_time(), time.perf_counter()
            work(items)
            cpu[name].append(time.process_time() - cpu_start)
            wall[name].append(time.perf_counter() - wall_start)
            gc.enable()
    scale = 1e6 / len(items)
    return {name: Timing(min(cpu[name]) * scale, statistics.median(wall[name]) * scale, rounds) for name in contestants}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report: what, the figure with its unit, and words about how it came about."""

    what: str
    figure: float
    unit: str
    note: str = ""
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a suite found."""

    suite: str
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "suite": self.suite,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "rows": [asdict(row) for row in self.rows],
        }

    def as_text(self) -> str:
        """For people: a table."""
        wide = max((len(row.what) for row in self.rows), default=0)
        lines = [f"== {self.suite}"]
        for row in self.rows:
            goal = f"   goal {row.goal}" if row.goal else ""
            note = f"   ({row.note})" if row.note else ""
            lines.append(f"{row.what:<{wide}}  {row.figure:>12,.2f} {row.unit}{goal}{note}")
        return "\n".join(lines)
