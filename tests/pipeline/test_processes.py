"""P1 and P6 at a reduced size, with real processes and real signals."""

from __future__ import annotations

from pathlib import Path

from tests.prove.kills import kill_loop, stop_loop


async def test_killed_under_load_nothing_is_lost_and_nothing_done_twice(tmp_path: Path) -> None:
    """Three times kill -9 while people talk; the last bot finds everything."""
    tally = await kill_loop(tmp_path, seed=1, kills=3)
    assert tally.problems == [] and tally.kills == 3


async def test_asked_to_stop_under_load_it_leaves_with_nothing_lost(tmp_path: Path) -> None:
    """SIGTERM: exit code 0, every acknowledged event is there, the rest is delivered to the next."""
    tally = await stop_loop(tmp_path, seed=2, stops=1)
    assert tally.problems == [] and tally.stops == 2
