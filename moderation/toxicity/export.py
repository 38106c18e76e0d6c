"""Makes an optimised model of a genuine Detoxify: exported, in eight bits, compared, and only then put in its place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from moderation.errors import UserError
from moderation.toxicity.batches import plain
from moderation.toxicity.checkpoint import digest
from moderation.toxicity.detoxify import DetoxifyModel
from moderation.toxicity.fast_detoxify import FastDetoxify
from moderation.toxicity.graph import write_graph, write_tokeniser
from moderation.toxicity.manifest import GRAPH, TOKENISER, Manifest, Probe
from moderation.toxicity.parity import Parity, differences, measure_speed

TOLERANCE: Final = 0.02
"""The mean difference, of the label that suffers most, up to which an export is accepted."""
LEAST: Final = 50
"""Texts below which a comparison says nothing."""

_PROBES: Final = (
    "Thank you, that helped me a lot.",
    "This update is a disaster and I want my money back.",
    "You are an idiot and nobody here likes you.",
    "Gracias por la ayuda, nos vemos mañana.",
)


def optimise(
    model: DetoxifyModel,
    texts: Sequence[str],
    target: Path,
    *,
    tolerance: float = TOLERANCE,
    timed: int = 64,
) -> Parity:
    """Writes the folder `target`, which FastDetoxify loads, and tells how near and how fast it is.

    `texts` are compared (500 or more say something about rare differences), the first `timed` of them are also timed.
    The folder appears whole or not at all; one that is there is replaced. UserError when the mean difference of a label
    is above `tolerance`, when tokens differ, or when there are too few texts: nothing is written then.
    """
    if len(texts) < LEAST:
        raise UserError(f"{len(texts)} texts are too few to compare the models on; give at least {LEAST}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(target) as folder:
        write_tokeniser(model.genuine, folder)
        write_graph(model.genuine, folder)
        manifest = _manifest(model, folder)
        manifest.write(folder)
        fast = FastDetoxify(folder)
        _compare_tokens(model.genuine, fast, texts)
        labels = differences(model.score(texts), fast.score(texts))
        parity = Parity(len(texts), labels, measure_speed(model, fast, list(texts[:timed])))
        if not parity.worst_mean <= tolerance:
            raise UserError(
                f"the optimised {model.name} differs too much: {parity.worst_mean:.4f} on average, {tolerance:g} is "
                "allowed; use the genuine model, or allow more"
            )
        replace(manifest, probes=_probes(fast), parity=parity.as_json()).write(folder)
    return parity


def _manifest(model: DetoxifyModel, folder: Path) -> Manifest:
    tokeniser = model.genuine.tokenizer
    return Manifest(
        name=model.name,
        source={"file": model.source.file, "sha256": model.source.sha256},
        columns=model.source.columns,
        longest=tokeniser.model_max_length,
        pad=tokeniser.pad_token_id,
        sha256={file: digest(folder / file) for file in (GRAPH, TOKENISER)},
        made_with={package: version(package) for package in ("torch", "transformers", "detoxify", "onnxruntime")},
    )


def _compare_tokens(genuine: Any, fast: FastDetoxify, texts: Sequence[str]) -> None:
    """Also on texts that are longer than the network reads."""
    for text in (*texts, " ".join(texts)):
        expected = genuine.tokenizer(plain(text), truncation=True)["input_ids"]
        if list(expected) != fast.tokens(text):
            raise UserError(
                "the exported tokeniser splits texts in another way than the genuine one; nothing is written"
            )


def _probes(fast: FastDetoxify) -> tuple[Probe, ...]:
    rows = [fast.tokens(text) for text in _PROBES]
    return tuple(Probe(tuple(row), fast.read([row])[0]) for row in rows)


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A folder beside the target that takes its place at the end, unless something goes wrong."""
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        made, old = Path(scratch, "made"), Path(scratch, "old")
        made.mkdir()
        yield made
        if target.exists():
            target.rename(old)
        try:
            made.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
