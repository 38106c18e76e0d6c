"""From data to the files that ship: training, export, calibration, and the bands of the exits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from moderation.toxicity.calibration import Calibration, Floats
from moderation.toxicity.labels import LABELS
from moderation.toxicity.reading import reading
from moderation.toxicity.shipped import ShippedModel
from moderation.toxicity.training import recipe
from moderation.toxicity.training.export import write_model
from moderation.toxicity.training.fit import calibrated, clear_band
from moderation.toxicity.training.loop import Plan, train_pass
from moderation.toxicity.training.network import EXITS, LONGEST, Network
from moderation.toxicity.training.row import Row
from moderation.toxicity.training.seed import kept, read_seed, tokeniser_of

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

VERSION: Final = "1"
LOSS: Final = 0.000_25
"""Share of tuning texts that an early exit may decide otherwise than the last one: two of some 8,000. More would hardly
change decisions, but it would blur the order of scores: at 0.004 the area under the curve fell by up to three points."""
THRESHOLDS: Final = (0.5, 0.97)
"""Between these, rules ask for scores; an early answer must be on the right side of both."""
_WORDS: Final = {"en": 40_000, "es": 40_000, "pt": 20_000, "fr": 15_000, "de": 15_000, "it": 15_000}
"""The most frequent words of each language; the pieces they are made of stay in the vocabulary."""


def make(data: Path, weights: Path, out: Path, work: Path, seed: int, threads: int, skip: int) -> Mapping[str, Any]:
    """See train.py; `skip` is how many passes the network in `work` has behind it."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    work.mkdir(parents=True, exist_ok=True)
    material = recipe.gather(data, seed)
    network, tokeniser = _planted(weights, material)
    state = work / "network.pt"
    if skip:
        network.load_state_dict(torch.load(state, weights_only=True))
    rows = 0
    for number, part in enumerate(recipe.PASSES):
        lesson = recipe.lesson(material, part, seed + number)
        rows += len(lesson)
        if number >= skip:
            train_pass(network, tokeniser, lesson, Plan(rate=part.rate, seed=seed + number), state)
    names = write_model(network.eval(), tokeniser, out)
    return {"version": VERSION, "rows": rows, **_fitted(out, names, material.tune)}


def _planted(weights: Path, material: recipe.Material) -> tuple[Network, SentencePieceProcessor]:
    import wordfreq

    seed = read_seed(weights)
    words = [word for language, count in _WORDS.items() for word in wordfreq.top_n_list(language, count)]
    texts = [reading(row.text) for row in (*material.train, *material.own[0])]
    pieces = kept(seed, texts, words)
    network = Network(len(pieces), seed.width)
    network.plant(seed, pieces)
    return network, tokeniser_of([(seed.pieces[each], float(seed.scores[each])) for each in pieces])


def _fitted(out: Path, names: Sequence[str], tune: Sequence[Row]) -> Mapping[str, Any]:
    """Fits on the eight-bit model as it will run, and writes the manifest."""
    languages = [row.language for row in tune]
    wanted = np.array([[row.targets.get(label, np.nan) for label in LABELS] for row in tune], dtype=np.float32)
    weights = _balanced([row.source for row in tune])
    plain = {"other": {"slope": [1.0] * len(LABELS), "offset": [0.0] * len(LABELS)}}
    digests = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}
    manifest: dict[str, Any] = {
        "version": VERSION,
        "labels": list(LABELS),
        "longest": LONGEST,
        "clear": [[0.0, 1.0]] * (len(EXITS) - 1),
        "calibration": [plain] * len(EXITS),
        "sha256": digests,
    }
    _write(out, manifest)
    logits = ShippedModel(out, threads=2).logits([row.text for row in tune])
    fits = [calibrated(each, wanted, languages, recipe.CALIBRATED, weights) for each in logits]
    toxic = [Calibration.of(fit).probabilities(each, languages)[:, 0] for fit, each in zip(fits, logits, strict=True)]
    manifest["calibration"] = fits
    manifest["clear"] = [clear_band(early, toxic[-1], LOSS, THRESHOLDS) for early in toxic[:-1]]
    _write(out, manifest)
    left = [
        float(((early <= low) | (early >= high)).mean())
        for early, (low, high) in zip(toxic, manifest["clear"], strict=False)
    ]
    return {"tuned on": len(tune), "clear": manifest["clear"], "leave at": left}


def _balanced(sources: Sequence[str]) -> Floats:
    """Each source counts by the square root of its size, so that the largest does not decide alone."""
    names, places, counts = np.unique(
        np.asarray([name.split(":")[0] for name in sources]), return_inverse=True, return_counts=True
    )
    del names
    return np.asarray(1.0 / np.sqrt(counts[places]), dtype=np.float32)


def _write(out: Path, manifest: Mapping[str, Any]) -> None:
    (out / "model.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
