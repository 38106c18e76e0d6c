"""manifest.json of an optimised model: what it was made from, what its files must be, and what it must answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from moderation.errors import UserError
from moderation.toxicity.labels import LABELS

SCHEMA: Final = "fast-detoxify/1"
GRAPH: Final = "model.onnx"
TOKENISER: Final = "tokenizer.json"
NAME: Final = "manifest.json"
AGAIN: Final = "make it again with `sereno models optimise`"


@dataclass(frozen=True, slots=True)
class Probe:
    """A text as token numbers, and what the model answered where it was made."""

    ids: tuple[int, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`columns` is label → output of the network; `longest` in tokens; `pad` the token that fills; SHA-256 in hex.

    `parity` is the report of the export, for people; `made_with` the versions of the packages that made it.
    """

    name: str
    source: Mapping[str, str]
    columns: Mapping[str, int]
    longest: int
    pad: int
    sha256: Mapping[str, str]
    probes: tuple[Probe, ...] = ()
    parity: Mapping[str, Any] | None = None
    made_with: Mapping[str, str] | None = None

    def write(self, folder: Path) -> None:
        """Into a model's folder."""
        text = json.dumps({"schema": SCHEMA, **asdict(self)}, indent=2, sort_keys=True)
        (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """From a model's folder; UserError when it is missing, broken or of another version."""
    path = folder / NAME
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != SCHEMA:
            raise UserError(f"{path} is of version {raw['schema']!r}, not {SCHEMA}: {AGAIN}")
        return Manifest(
            str(raw["name"]),
            {str(key): str(value) for key, value in raw["source"].items()},
            _columns(raw["columns"]),
            int(raw["longest"]),
            int(raw["pad"]),
            {file: str(raw["sha256"][file]) for file in (GRAPH, TOKENISER)},
            tuple(_probe(probe) for probe in raw["probes"]),
            raw["parity"],
            raw["made_with"],
        )
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): {AGAIN}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is broken ({type(error).__name__}: {error}): {AGAIN}") from error


def _columns(raw: Mapping[str, Any]) -> Mapping[str, int]:
    columns = {label: int(raw[label]) for label in LABELS if label in raw}
    if not columns or len(columns) != len(raw):
        raise ValueError(f"labels {', '.join(map(str, raw)) or 'none'}")
    return columns


def _probe(raw: Mapping[str, Any]) -> Probe:
    ids: Sequence[int] = raw["ids"]
    return Probe(tuple(int(each) for each in ids), {str(key): float(value) for key, value in raw["scores"].items()})
