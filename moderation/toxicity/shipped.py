"""The model that ships: a small multilingual encoder that reads a text for as long as it is in doubt.

All weights are in this package, in eight bits; nothing is downloaded and torch is not needed. The encoder is in three
stages with an answer after each: a text whose answer is clear leaves, the others are read on (network.py in training/
says where the idea is from). How it was made and what it can and cannot do: docs/model-card.md.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from moderation.errors import DetectorError
from moderation.toxicity.batches import alike
from moderation.toxicity.calibration import Calibration, Floats
from moderation.toxicity.port import Scores
from moderation.toxicity.reading import reading

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from sentencepiece import SentencePieceProcessor

SHIPPED: Final = "shipped"
START: Final = 0
END: Final = 2
PADDING: Final = 1
_SHARED: Final = 32
"""Pieces that two windows of a long text share."""
_SLOWER: Final = {"SkipLayerNormFusion"}
"""What onnxruntime does to a graph to make it faster, and what makes this one a tenth slower on a CPU."""
_OURS: Final = "\u024f"
"""The last letter of the Latin blocks the model knows."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What model.json says: its files with their SHA-256, and how the logits are to be understood.

    `clear` holds, per stage but the last, the toxicity (after calibration, 0..1) up to which and from which a text is
    read no further.
    """

    version: str
    labels: tuple[str, ...]
    longest: int
    clear: tuple[tuple[float, float], ...]
    calibration: tuple[Calibration, ...]
    sha256: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """From a model's folder. DetectorError when it is missing or broken."""
        try:
            raw = json.loads((path / "model.json").read_text(encoding="utf-8"))
            return cls(
                raw["version"],
                tuple(raw["labels"]),
                raw["longest"],
                tuple((float(low), float(high)) for low, high in raw["clear"]),
                tuple(Calibration.of(stage) for stage in raw["calibration"]),
                raw["sha256"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DetectorError(f"the toxicity model in {path} cannot be read: {error}") from error


def shipped_folder() -> Path:
    """Where the model that ships lies."""
    return Path(str(resources.files("moderation.toxicity").joinpath("shipped_model")))


class ShippedModel:
    """Loads in well under a second. `threads` are those of the reading itself; one is best beside a busy bot."""

    def __init__(self, folder: Path | None = None, *, threads: int = 1) -> None:
        self._folder = folder or shipped_folder()
        self._manifest = Manifest.read(self._folder)
        try:
            self._tokeniser = _tokeniser(self._folder / "tokeniser.model")
            self._words = np.load(self._folder / "words.npy", mmap_mode="r", allow_pickle=False)
            self._scales = np.load(self._folder / "scales.npy", allow_pickle=False)
            self._stages = tuple(
                _session(self._folder / f"stage-{number}.onnx", threads)
                for number in range(1, len(self._manifest.calibration) + 1)
            )
        except Exception as error:
            raise DetectorError(f"the toxicity model in {self._folder} cannot be loaded: {error}") from error

    @property
    def name(self) -> str:
        """As rules name it."""
        return SHIPPED

    @property
    def version(self) -> str:
        """Of the weights."""
        return self._manifest.version

    @property
    def labels(self) -> frozenset[str]:
        """All seven."""
        return frozenset(self._manifest.labels)

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """See port.py; a text mostly in letters the model never learnt has an empty answer."""
        readings = [reading(text) for text in texts]
        legible = [place for place, text in enumerate(readings) if _legible(text)]
        if not legible:
            return [{} for _ in texts]
        try:
            windows, owners = self._windows([readings[place] for place in legible])
            spoken = [languages[legible[owner]] for owner in owners] if languages else []
            found = self._read(windows, spoken)
        except Exception as error:
            raise DetectorError(f"the toxicity model failed: {type(error).__name__}: {error}") from error
        if not np.isfinite(found).all():
            raise DetectorError("the toxicity model gave something that is no number")
        answers: list[Scores] = [{} for _ in texts]
        for owner, place in enumerate(legible):
            best = found[owners == owner].max(axis=0)
            answers[place] = {label: float(value) for label, value in zip(self._manifest.labels, best, strict=True)}
        return answers

    def logits(self, texts: Sequence[str]) -> Sequence[Floats]:
        """What every stage answers to each text's first window, before calibration: stages of texts × labels."""
        ids = self._tokeniser.encode([reading(text) for text in texts])
        windows = [next(_cut(each, self._manifest.longest - 2)) for each in ids]
        found = [np.empty((len(windows), len(self._manifest.labels)), dtype=np.float32) for _ in self._stages]
        for batch in alike([len(window) for window in windows]):
            seen, mask = self._embedded([windows[place] for place in batch])
            for stage, answers in zip(self._stages, found, strict=True):
                seen, answers[batch] = stage.run(None, {"seen": seen, "mask": mask})
        return found

    def _windows(self, readings: Sequence[str]) -> tuple[list[list[int]], NDArray[np.int64]]:
        """The pieces of every text, long ones in overlapping windows, and which text each window is of."""
        windows, owners = [], []
        for owner, ids in enumerate(self._tokeniser.encode(list(readings))):
            for window in _cut(ids, self._manifest.longest - 2):
                windows.append(window)
                owners.append(owner)
        return windows, np.asarray(owners, dtype=np.int64)

    def _read(self, windows: Sequence[Sequence[int]], languages: Sequence[str | None]) -> Floats:
        """Probabilities, windows × labels."""
        found = np.empty((len(windows), len(self._manifest.labels)), dtype=np.float32)
        for batch in alike([len(window) for window in windows]):
            spoken = [languages[place] for place in batch] if languages else []
            found[batch] = self._stage_by_stage([windows[place] for place in batch], spoken)
        return found

    def _embedded(self, windows: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
        """Word vectors and mask: windows × the longest of them (× width)."""
        longest = max(map(len, windows))
        rows = [[*window, *[PADDING] * (longest - len(window))] for window in windows]
        pieces = np.array(rows, dtype=np.int64).reshape(-1)
        seen = self._words.take(pieces, axis=0).astype(np.float32)
        seen *= self._scales.take(pieces)[:, None]
        mask = np.arange(longest) < np.array([len(window) for window in windows])[:, None]
        return seen.reshape(len(windows), longest, -1), mask.astype(np.float32)

    def _stage_by_stage(self, windows: Sequence[Sequence[int]], languages: Sequence[str | None]) -> Floats:
        """Reads on only where the answer is in doubt."""
        seen, mask = self._embedded(windows)
        found = np.empty((len(windows), len(self._manifest.labels)), dtype=np.float32)
        going = np.arange(len(windows))
        for number, stage in enumerate(self._stages):
            seen, logits = stage.run(None, {"seen": seen, "mask": mask})
            spoken = [languages[place] for place in going.tolist()] if languages else []
            found[going] = answers = self._manifest.calibration[number].probabilities(logits, spoken)
            if number == len(self._stages) - 1:
                break
            low, high = self._manifest.clear[number]
            doubt = (answers[:, 0] > low) & (answers[:, 0] < high)
            if not doubt.any():
                break
            going, seen, mask = going[doubt], seen[doubt], mask[doubt]
        return found


def verify(folder: Path | None = None) -> Sequence[str]:
    """The files of a model whose SHA-256 is not what its manifest says; empty when all are as they were made."""
    folder = folder or shipped_folder()
    manifest = Manifest.read(folder)
    return [name for name, digest in manifest.sha256.items() if _digest(folder / name) != digest]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def _tokeniser(path: Path) -> SentencePieceProcessor:
    from sentencepiece import SentencePieceProcessor

    return SentencePieceProcessor(model_proto=path.read_bytes())


def _session(path: Path, threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(str(path), options, providers=providers, disabled_optimizers=_SLOWER)


def _legible(text: str) -> bool:
    """Whether at least half of the letters are Latin; a text without letters is, too: there is nothing to misread."""
    if text.isascii():
        return True
    letters = [char for char in text if char.isalpha()]
    return 2 * sum(char > _OURS and not "\u1e00" <= char <= "\u1eff" for char in letters) <= len(letters)


def _cut(ids: Sequence[int], room: int) -> Iterator[list[int]]:
    """Windows of at most `room` pieces, each between start and end."""
    count = max(1, math.ceil((len(ids) - _SHARED) / (room - _SHARED)))
    for number in range(count):
        start = max(0, min(number * (room - _SHARED), len(ids) - room))
        yield [START, *ids[start : start + room], END]
