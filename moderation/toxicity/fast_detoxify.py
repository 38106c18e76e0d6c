"""An optimised Detoxify: the same network in eight bits, read by ONNX Runtime without torch, several times faster.

Activations are rounded with one scale for a whole batch, so a text's scores move a little with the company it is read
in; the parity report was measured in batches and contains that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from moderation.errors import DetectorError, UserError
from moderation.toxicity.batches import alike, plain
from moderation.toxicity.calibration import Floats, sigmoid
from moderation.toxicity.manifest import AGAIN, GRAPH, TOKENISER, Manifest, read_manifest
from moderation.toxicity.port import Scores

STRAYS: Final = 0.05
"""How far a probe's score may be from what it was where the model was made.

Processors add up eight-bit numbers in different ways; one that does it badly must not judge anybody.
"""


class FastDetoxify:
    """Loads a folder that `sereno models optimise` made; its files must be as the manifest says.

    `threads` are those of the network; one is best beside a busy bot. Loading raises UserError.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._manifest = read_manifest(folder)
        self._folder = folder
        graph, tokeniser = (self._verified(file) for file in (GRAPH, TOKENISER))
        try:
            self._tokeniser = _tokeniser(tokeniser, self._manifest.longest)
            self._session = _session(graph, threads)
        except Exception as error:
            raise UserError(f"the optimised model in {folder} cannot be loaded ({error}): {AGAIN}") from error
        self._check_probes()

    @property
    def name(self) -> str:
        """That of the model it was made from."""
        return self._manifest.name

    @property
    def labels(self) -> frozenset[str]:
        """Those of the model it was made from."""
        return frozenset(self._manifest.columns)

    @property
    def manifest(self) -> Manifest:
        """What it was made from, and the parity measured then."""
        return self._manifest

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """See port.py. What comes after the first tokens (512 in the published models) of a text is not read."""
        tokens = [self.tokens(text) for text in texts]
        answers: list[Scores] = [{} for _ in texts]
        for places in alike([len(ids) for ids in tokens]):
            for place, scores in zip(places, self.read([tokens[place] for place in places]), strict=True):
                answers[place] = scores
        return answers

    def tokens(self, text: str) -> list[int]:
        """A text as the network gets it."""
        try:
            return list(self._tokeniser.encode(plain(text)).ids)
        except Exception as error:
            raise DetectorError(f"{self.name} could not tokenise a text: {error}") from error

    def read(self, batch: Sequence[Sequence[int]]) -> list[Scores]:
        """The scores of token rows of about one length."""
        found = sigmoid(self._logits(batch))
        columns = self._manifest.columns
        if not np.isfinite(found[:, list(columns.values())]).all():
            raise DetectorError(f"{self.name} gave something that is no number")
        return [{label: float(row[place]) for label, place in columns.items()} for row in found]

    def _logits(self, batch: Sequence[Sequence[int]]) -> Floats:
        ids = np.full((len(batch), max(map(len, batch))), self._manifest.pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        try:
            (found,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        except Exception as error:
            raise DetectorError(f"{self.name} could not judge {len(batch)} texts: {error}") from error
        return np.asarray(found, dtype=np.float32)

    def _verified(self, file: str) -> bytes:
        """A file's content: what was verified is what is loaded, whatever happens to the file meanwhile."""
        path = self._folder / file
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error.strerror}): {AGAIN}") from error
        found = hashlib.sha256(content).hexdigest()
        if found != self._manifest.sha256[file]:
            raise UserError(f"{path} is not the file that was made: its SHA-256 is {found}: {AGAIN}")
        return content

    def _check_probes(self) -> None:
        for probe in self._manifest.probes:
            (found,) = self.read([probe.ids])
            if found.keys() != probe.scores.keys() or any(
                abs(found[label] - score) > STRAYS for label, score in probe.scores.items()
            ):
                raise UserError(
                    f"the optimised model in {self._folder} does not answer on this computer as it did where it was "
                    f"made; {AGAIN} on this one"
                )


def verify_fast(folder: Path) -> Manifest:
    """Loads a folder as a running bot would, and tells its manifest; UserError when something is not as it was made."""
    return FastDetoxify(folder).manifest


def _tokeniser(content: bytes, longest: int) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise UserError("an optimised Detoxify needs the package tokenizers: pip install tokenizers") from error
    tokeniser: Any = Tokenizer.from_buffer(content)
    tokeniser.no_padding()
    tokeniser.enable_truncation(longest)
    return tokeniser


def _session(graph: bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
