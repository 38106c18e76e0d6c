"""`python -m benchmarks --suite rules|normalise|store|end-to-end|backtest|handout|toxicity [--peers] [--json]`; all by default."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from benchmarks.measure import Report, Row
from benchmarks.suites import backtest, end_to_end, handout, normalise, rules, store, toxicity


class Found(Protocol):
    """What a suite found, ready to be shown."""

    def as_json(self) -> dict[str, object]: ...

    def as_text(self) -> str: ...


def _rows(name: str, run: Callable[..., Iterator[Row]]) -> Callable[..., Found]:
    """A suite that finds rows, as one that reports them."""

    def report(*, data: Path | None = None, **options: Any) -> Found:
        return Report(name, tuple(run(**options)))

    return report


SUITES: Mapping[str, Callable[..., Found]] = {
    "rules": _rows("rules", rules.run),
    "normalise": _rows("normalise", normalise.run),
    "store": _rows("store", store.run),
    "end-to-end": _rows("end-to-end", end_to_end.run),
    "backtest": _rows("backtest", backtest.run),
    "handout": _rows("handout", handout.run),
    "toxicity": toxicity.run,
}


def main() -> None:
    """Run the suites that were asked for and print what they found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--suite", action="append", choices=sorted(SUITES), help="may be given several times")
    parser.add_argument("--peers", action="store_true", help="measure other filters and models in the same run")
    parser.add_argument("--size", type=int, help="messages in the corpus (each suite has its own default)")
    parser.add_argument("--data", type=Path, help="public data sets for toxicity (SERENO_DATA, ../shared/data)")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the JSON there as well, for the pictures")
    arguments = parser.parse_args()
    options: dict[str, Any] = {"peers": arguments.peers, "data": arguments.data}
    if arguments.size:
        options["size"] = arguments.size
    reports = []
    for name in arguments.suite or SUITES:
        report = SUITES[name](**options)
        reports.append(report)
        if not arguments.json:
            sys.stdout.write(report.as_text() + "\n")
            sys.stdout.flush()
    if arguments.json or arguments.keep:
        found = json.dumps([report.as_json() for report in reports], indent=1) + "\n"
        if arguments.keep:
            arguments.keep.parent.mkdir(parents=True, exist_ok=True)
            arguments.keep.write_text(found, encoding="utf-8")
        if arguments.json:
            sys.stdout.write(found)


if __name__ == "__main__":
    main()
