"""How near and how fast the optimised form is: `python -m tests.toxicity_detoxify.speed [--base-size]`.

Without the option a small trained network; with it one of the published models' size, with random weights: the work is
the same, whatever the weights are. Takes a minute, and with the option some five and 2 GB of room on the disk.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bot.model_words import parity
from moderation.toxicity.detoxify import DetoxifyModel
from moderation.toxicity.export import optimise
from tests.toxicity_detoxify.tiny import TEXTS, bert

BASE = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
}


def main(base_size: bool) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        made = bert(folder, shape=BASE, pieces=30_522, trained=False) if base_size else bert(folder)
        found = optimise(DetoxifyModel("measured", made.checkpoint), TEXTS[:500], folder / "measured.fast")
    sys.stdout.write(parity(found) + "\n")


if __name__ == "__main__":
    main("--base-size" in sys.argv[1:])
