"""`python -m benchmarks --suite rules|normalise|store|end-to-end|backtest [--peers] [--json]`; all suites by default."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.measure import Report, Row
from benchmarks.suites import backtest, end_to_end, normalise, rules, store

SUITES: Mapping[str, Callable[..., Iterator[Row]]] = {
    "rules": rules.run,
    "normalise": normalise.run,
    "store": store.run,
    "end-to-end": end_to_end.run,
    "backtest": backtest.run,
}


def main() -> None:
    """Run the suites that were asked for and print what they found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--suite", action="append", choices=sorted(SUITES), help="may be given several times")
    parser.add_argument(
        "--peers", action="store_true", help="measure better-profanity and Red's filter in the same run"
    )
    parser.add_argument("--size", type=int, help="messages in the corpus (each suite has its own default)")
    parser.add_argument("--json", action="store_true", help="for machines")
    arguments = parser.parse_args()
    options: dict[str, Any] = {"peers": arguments.peers}
    if arguments.size:
        options["size"] = arguments.size
    reports = []
    for name in arguments.suite or SUITES:
        report = Report(name, tuple(SUITES[name](**options)))
        reports.append(report)
        if not arguments.json:
            sys.stdout.write(report.as_text() + "\n")
            sys.stdout.flush()
    if arguments.json:
        sys.stdout.write(json.dumps([report.as_json() for report in reports], indent=1) + "\n")


if __name__ == "__main__":
    main()
