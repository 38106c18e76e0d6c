"""Detoxify where SERENO_DETOXIFY_DIR says its checkpoint lies: as the package is called, optimised, and in a cascade."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.toxicity.contestants import Contestant, of_port, size_of
from benchmarks.toxicity.thresholds import FLAG
from moderation.errors import UserError
from moderation.toxicity.known import Place, local_place
from moderation.toxicity.port import Scores, Toxicity

GENUINE: Final = "detoxify"
FAST: Final = "fast detoxify"
CASCADE: Final = "cascade"
LOSS: Final = 0.01
"""Share of decisions at FLAG that the cascade may make otherwise than the transformer alone."""
FOLDER: Final = "SERENO_DETOXIFY_DIR"
LEARNT: Final = "published ones learnt from Wikipedia and Civil Comments, as wiki-en and toxic-spans-en are"


def place() -> Place:
    """The checkpoint with its vocabulary beside it; UserError when there is none."""
    folder = os.environ.get(FOLDER)
    if not folder:
        raise UserError(f"no checkpoint here: name its folder in {FOLDER}")
    checkpoints = sorted(Path(folder).glob("*.ckpt"))
    if len(checkpoints) != 1:
        raise UserError(f"{folder} holds {len(checkpoints)} checkpoints (*.ckpt), one is needed")
    return local_place(checkpoints[0])


def genuine() -> Contestant:
    """The package's own `predict`: text by text it is the loop that others are compared with."""
    from moderation.toxicity.detoxify import DetoxifyModel

    where = place()
    predict = DetoxifyModel(where.name, where.checkpoint, where.folder).genuine.predict

    def judge(texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        found = predict(list(texts))
        return [{label: float(values[row]) for label, values in found.items()} for row in range(len(texts))]

    return Contestant(GENUINE, judge, FLAG, where.checkpoint.stat().st_size, f"{where.checkpoint.name}; {LEARNT}")


def optimised() -> Contestant:
    """The same checkpoint in eight bits."""
    model = _fast()
    return Contestant(FAST, model.score, FLAG, size_of(place().fast), "the same in eight bits")


def cascade(texts: Sequence[str]) -> Contestant:
    """The shipped model first; `texts`, which nobody is measured on, choose the band for a loss of LOSS."""
    from moderation.toxicity.band import measure_band
    from moderation.toxicity.cascade import Cascade
    from moderation.toxicity.shipped import ShippedModel

    if not texts:
        raise UserError("its band is chosen on the public data's tuning part, which is not here")
    first, second = ShippedModel(), _fast()
    band = measure_band(first.score(texts), second.score(texts), LOSS, threshold=FLAG)
    about = (
        f"band {band.band.low:.3f}–{band.band.high:.3f} settles {band.settled:.0%} of {band.texts} texts, "
        f"{band.differs:.1%} decided otherwise"
    )
    joined = of_port(Cascade(first, second, band.band), size=0, about=about)
    return Contestant(CASCADE, joined.judge, FLAG, 0, about)


def _fast() -> Toxicity:
    from moderation.toxicity.fast_detoxify import FastDetoxify

    where = place()
    if not where.optimised:
        raise UserError(f"{where.fast} is not there: run `sereno models optimise` on the checkpoint first")
    return FastDetoxify(where.fast)
