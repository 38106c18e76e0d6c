"""Reads a checkpoint in Detoxify's format without letting it run code, and says in words what is wrong with it.

`{"config": {"arch": {"args": {num_classes, model_type, model_name, tokenizer_name}},
"dataset": {"args": {"classes": […]}}}, "state_dict": {name: tensor}}`. A checkpoint is a pickle, and a pickle can run
anything: it is compared with its pinned hash and read as bare weights before the genuine package sees any of it.
"""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from types import MappingProxyType
from typing import Any, Final

from moderation.errors import UserError
from moderation.toxicity.labels import LABELS

MEND: Final = "get it anew with `sereno models fetch`, or from where it was made"

KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "BertForSequenceClassification": ("BertTokenizer", "BertTokenizerFast"),
        "RobertaForSequenceClassification": ("RobertaTokenizer", "RobertaTokenizerFast"),
        "XLMRobertaForSequenceClassification": ("XLMRobertaTokenizer", "XLMRobertaTokenizerFast"),
        "AlbertForSequenceClassification": ("AlbertTokenizer", "AlbertTokenizerFast"),
    }
)
"""The kinds of networks Detoxify publishes, each with its tokenisers; no other name is looked up in transformers."""

_OURS: Final = MappingProxyType(
    {"toxic": "toxicity", "severe_toxic": "severe_toxicity", "identity_hate": "identity_attack"}
)
_HEADS: Final = ("classifier.weight", "classifier.out_proj.weight")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose structure is sound. `classes` are Detoxify's names, in the order of the network's outputs."""

    path: Path
    sha256: str
    outputs: int
    kind: str
    tokeniser: str
    classes: tuple[str, ...]
    weights: Mapping[str, Any]

    @property
    def columns(self) -> Mapping[str, int]:
        """Our label → its output. Classes we have no label for (groups of people that a text speaks of) are left out."""
        return {label: place for place, name in enumerate(self.classes) if (label := label_of(name)) in LABELS}


def label_of(name: str) -> str:
    """A class of any Detoxify model, as our labels and the newer models call it."""
    return _OURS.get(name, name)


def digest(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits; UserError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}; {MEND}") from error


def verified(path: Path, pin: str | None) -> str:
    """The SHA-256 of a file; UserError when it is not the pinned one, of which the first digits are enough."""
    found = digest(path)
    if pin is not None and not found.startswith(pin.lower()):
        raise UserError(
            f"{path} is not the file it should be: its SHA-256 is {found}, expected {pin}. Do not load it; {MEND}. "
            f"If you know it to be good, put its SHA-256 into {path.name}.sha256 beside it"
        )
    return found


def read_checkpoint(path: Path, pin: str | None = None) -> Checkpoint:
    """Verified, loaded as bare weights and looked through. UserError when anything is wrong with it."""
    sha256 = verified(path, pin)
    loaded = _bare(path)
    arch = _inside(loaded, path, "config", "arch", "args")
    classes = _inside(loaded, path, "config", "dataset", "args", "classes")
    weights = _inside(loaded, path, "state_dict")
    kind, tokeniser = _kind(arch, path)
    outputs = _inside(arch, path, "num_classes")
    _demand(isinstance(outputs, int) and outputs > 0, path, f"`num_classes` is {outputs!r}, no count")
    _demand(
        isinstance(classes, list | tuple) and all(isinstance(each, str) for each in classes),
        path,
        "`classes` are no list of names",
    )
    _demand(0 < len(classes) <= outputs, path, f"it names {len(classes)} classes for {outputs} outputs")
    _demand(len({label_of(name) for name in classes}) == len(classes), path, "it names a class twice")
    _check_weights(weights, outputs, path)
    checkpoint = Checkpoint(path, sha256, outputs, kind, tokeniser, tuple(classes), weights)
    _demand(bool(checkpoint.columns), path, f"none of its classes is one of {', '.join(LABELS)}")
    return checkpoint


def _bare(path: Path) -> Any:
    import torch

    try:
        with warnings.catch_warnings():
            # An unusual protocol is no danger: what bare weights do not need is refused whatever its protocol.
            warnings.filterwarnings("ignore", message="Detected pickle protocol", category=UserWarning)
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except UnpicklingError as error:
        raise UserError(
            f"{path} holds something other than weights, which could run code when it is loaded, or it is damaged. "
            f"Nothing of it was run. Do not use it; {MEND}"
        ) from error
    except Exception as error:
        raise UserError(f"{path} is damaged or incomplete; {MEND}") from error


def _demand(held: bool, path: Path, otherwise: str) -> None:
    if not held:
        raise UserError(f"{path} is no checkpoint of Detoxify: {otherwise}; {MEND}")


def _inside(found: Any, path: Path, *keys: str) -> Any:
    for depth, key in enumerate(keys, 1):
        _demand(isinstance(found, Mapping) and key in found, path, f"it has no `{'.'.join(keys[:depth])}`")
        found = found[key]
    return found


def _kind(arch: Any, path: Path) -> tuple[str, str]:
    kind, tokeniser = (_inside(arch, path, key) for key in ("model_name", "tokenizer_name"))
    _demand(kind in KINDS, path, f"its network is a {kind!r}, not one of {', '.join(KINDS)}")
    _demand(tokeniser in KINDS[kind], path, f"its tokeniser is a {tokeniser!r}, not one of {', '.join(KINDS[kind])}")
    return kind, tokeniser


def _check_weights(weights: Any, outputs: int, path: Path) -> None:
    import torch

    _demand(isinstance(weights, Mapping) and bool(weights), path, "`state_dict` holds no weights")
    for name, weight in weights.items():
        _demand(isinstance(weight, torch.Tensor), path, f"`{name}` in `state_dict` is no tensor")
        _demand(bool(torch.isfinite(weight).all()), path, f"`{name}` holds what is no number")
    for name in _HEADS:
        if name in weights:
            found = weights[name].shape[0]
            _demand(found == outputs, path, f"`num_classes` is {outputs}, but its weights are for {found}")
            return
    _demand(False, path, f"`state_dict` has none of {', '.join(_HEADS)}")
