"""How well and how fast the shipped model sees toxicity: held-out and own texts, beside its peers in one run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.toxicity.report import ToxicityReport


def run(size: int | None = None, *, peers: bool = False, data: Path | None = None) -> ToxicityReport:
    """`size` texts of each public source at most, 1,000 unless given; a size below 256 measures speed on fewer, too."""
    from benchmarks.toxicity.speed import ONE_THREAD

    os.environ.update(ONE_THREAD)  # before numpy and whatever brings its own threads are imported
    from benchmarks.toxicity.running import measured

    return measured(size, peers=peers, data=data)
