"""The long proofs of the promises: `python -m tests.prove [--kills 1000] [--seconds 600] [--events 2000000] [NAME…]`.

Prints one line for each promise, with figures; leaves with 1 when any is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.prove import chain, kills, platforms
from tests.prove.soak import soak

Line = tuple[str, str, bool]


def prove_kills(given: argparse.Namespace) -> Iterator[Line]:
    """P1, P6."""
    for name, tally in kills.run(given.kills, given.seeds, given.seconds):
        figures = (
            f"{tally.sent} events, {tally.kills} kills, {tally.stops} stops; "
            f"slowest stop {tally.slowest_stop:.1f} s, slowest start {tally.slowest_start:.1f} s"
        )
        kept = not tally.problems and tally.slowest_stop <= 10
        yield name, figures + "".join(f"; {problem}" for problem in tally.problems), kept


def prove_soak(given: argparse.Namespace) -> Iterator[Line]:
    """P13."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(soak(Path(folder), given.events))
    figures = (
        f"{found.events} events at {found.per_second:.0f}/s; memory {found.memory[0]:.0f} to {found.memory[-1]:.0f} MB, "
        f"{found.slope:+.1%} per million; tasks {found.tasks[0]} to {found.tasks[-1]}, "
        f"descriptors {found.descriptors[0]} to {found.descriptors[-1]}; longest block {found.blocked * 1000:.0f} ms"
    )
    steady = found.tasks[-1] <= found.tasks[0] + 2 and found.descriptors[-1] <= found.descriptors[0] + 2
    yield "P13 soak", figures, steady and (found.slope < 0.05 or found.events < 500_000) and found.blocked < 0.1


def prove_audit(given: argparse.Namespace) -> Iterator[Line]:
    """P19."""
    with tempfile.TemporaryDirectory() as folder:
        missed = chain.mutations(Path(folder), given.mutations)
        yield "P19 audit changed", f"{given.mutations} changes, {missed} not noticed", missed == 0
        seconds = chain.verifying(Path(folder), given.rows)
        yield "P19 audit verified", f"{given.rows} rows in {seconds:.1f} s", seconds <= 10


def prove_platforms(given: argparse.Namespace) -> Iterator[Line]:
    """P3, and how long an insult can be read on each platform."""
    acks = asyncio.run(platforms.slack_acks(given.burst))
    yield "P3 Slack acknowledged", f"{given.burst} events at once: {acks}", acks.at(0.99) < 0.5
    defers = asyncio.run(platforms.discord_defers(given.burst, 50))
    yield "P3 Discord deferred", f"{given.burst} events at once: {defers}", defers.at(0.99) < 0.5
    for platform in platforms.removing():
        seen = asyncio.run(platforms.visible(platform, 30))
        yield f"visible on {platform}", str(seen), seen.at(0.95) < 2.0


PROOFS: dict[str, Callable[[argparse.Namespace], Iterator[Line]]] = {
    "kills": prove_kills,
    "soak": prove_soak,
    "audit": prove_audit,
    "platforms": prove_platforms,
}


def main() -> int:
    reading = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    reading.add_argument("names", nargs="*", metavar="NAME", help=f"only these of {', '.join(PROOFS)}")
    reading.add_argument("--kills", type=int, default=1000)
    reading.add_argument("--seeds", type=int, default=5)
    reading.add_argument("--seconds", type=float, default=None, help="stop killing after so long")
    reading.add_argument("--events", type=int, default=2_000_000)
    reading.add_argument("--burst", type=int, default=1000)
    reading.add_argument("--mutations", type=int, default=10_000)
    reading.add_argument("--rows", type=int, default=1_000_000)
    given = reading.parse_args()
    unknown = [name for name in given.names if name not in PROOFS]
    if unknown:
        reading.error(f"unknown: {', '.join(unknown)}")
    broken = False
    for name in given.names or PROOFS:
        for promise, figures, kept in PROOFS[name](given):
            broken = broken or not kept
            print(f"{'kept  ' if kept else 'BROKEN'}  {promise:24} {figures}", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
