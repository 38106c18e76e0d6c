"""The genuine Detoxify behind our port: its published models, or somebody's own checkpoint in its format."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.errors import DetectorError
from moderation.toxicity.batches import alike, plain
from moderation.toxicity.checkpoint import read_checkpoint
from moderation.toxicity.genuine import load_genuine, require
from moderation.toxicity.known import PREFIX, PUBLISHED, pin_of
from moderation.toxicity.port import Scores


@dataclass(frozen=True, slots=True)
class Source:
    """The checkpoint a model was made from."""

    file: str
    sha256: str
    columns: Mapping[str, int]


class DetoxifyModel:
    """Scores with torch, as the package itself would: 16 messages a second on one CPU thread at the published sizes.

    `name` is `original`, `unbiased` or `multilingual`, or any other for a checkpoint of one's own. `folder` holds the
    encoder's configuration and vocabulary; it is the checkpoint's own folder unless given. `sha256` is what the
    checkpoint must have, instead of what known.py says. `threads` are torch's, for the whole process. Loading raises
    UserError, downloads nothing, and needs about twice the checkpoint's size in memory for a moment.
    """

    def __init__(
        self,
        name: str,
        checkpoint: Path,
        folder: Path | None = None,
        *,
        sha256: str | None = None,
        threads: int = 1,
    ) -> None:
        torch = require()
        bare = name.removeprefix(PREFIX)
        self._name = PREFIX + bare if bare in PUBLISHED else bare
        read = read_checkpoint(checkpoint, sha256 or pin_of(bare, checkpoint))
        self._source = Source(checkpoint.name, read.sha256, read.columns)
        torch.set_num_threads(threads)
        self._genuine = load_genuine(read, folder or checkpoint.parent)

    @property
    def name(self) -> str:
        """`detoxify:unbiased`, or the name that was given to a checkpoint of one's own."""
        return self._name

    @property
    def labels(self) -> frozenset[str]:
        """Those that the checkpoint was trained on; `original` has no sexual_explicit."""
        return frozenset(self._source.columns)

    @property
    def source(self) -> Source:
        """What it was made from."""
        return self._source

    @property
    def genuine(self) -> Any:
        """The package's own object, for the export."""
        return self._genuine

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """See port.py. What comes after the first 512 tokens of a text is not read, as in the package itself."""
        readable = [plain(text) for text in texts]
        answers: list[Scores] = [{} for _ in texts]
        for places in alike([len(text) for text in readable]):
            for place, scores in zip(places, self._read([readable[place] for place in places]), strict=True):
                answers[place] = scores
        return answers

    def _read(self, texts: list[str]) -> list[Scores]:
        try:
            found = self._genuine.predict(texts)
        except Exception as error:
            raise DetectorError(f"{self.name} could not judge {len(texts)} texts: {error}") from error
        columns = {label: _column(found[label]) for label in self._source.columns}
        if not all(math.isfinite(value) for column in columns.values() for value in column):
            raise DetectorError(f"{self.name} gave something that is no number")
        return [{label: column[row] for label, column in columns.items()} for row in range(len(texts))]


def _column(found: float | list[float]) -> list[float]:
    """The package gives a number for one text and a list for several."""
    return found if isinstance(found, list) else [found]
