"""How well and how fast the shipped model sees toxicity: held-out and own texts, beside its peers in one run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.toxicity.report import ToxicityReport


def run(size: int | None = None, *, peers: bool = False, data: Path | None = None) -> ToxicityReport:
    """`size`: at most so many texts of each public source, and messages to measure speed with; `data`: see sets.py."""
    from benchmarks.toxicity.speed import ONE_THREAD

    os.environ.update(ONE_THREAD)  # before numpy and whatever brings its own threads are imported
    from benchmarks.toxicity.running import measured

    return measured(size, peers=peers, data=data)
