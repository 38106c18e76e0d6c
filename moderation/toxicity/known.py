"""Detoxify's published models: where they are from, how they are recognised, and where they lie on this machine."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from moderation.errors import UserError

PREFIX: Final = "detoxify:"
_RELEASES: Final = "https://github.com/unitaryai/detoxify/releases/download"


@dataclass(frozen=True, slots=True)
class Published:
    """One of Detoxify's releases.

    `sha256` is the whole hash where it is known; else its first digits, which torch.hub's convention puts into the
    file's name. `base` is the encoder on the Hugging Face hub whose `files` (configuration and vocabulary, no weights)
    are needed beside the checkpoint.
    """

    name: str
    url: str
    sha256: str
    base: str
    files: tuple[str, ...]


PUBLISHED: Final[Mapping[str, Published]] = MappingProxyType(
    {
        model.name: model
        for model in (
            Published(
                "original",
                f"{_RELEASES}/v0.1-alpha/toxic_original-c1212f89.ckpt",
                "c1212f89ac23307ab33932ce29dc446a6e030fb3f384a500890bbe662b7b544a",
                "google-bert/bert-base-uncased",
                ("config.json", "tokenizer_config.json", "vocab.txt"),
            ),
            Published(
                "unbiased",
                f"{_RELEASES}/v0.3-alpha/toxic_debiased-c7548aa0.ckpt",
                "c7548aa0",
                "FacebookAI/roberta-base",
                ("config.json", "tokenizer_config.json", "vocab.json", "merges.txt", "tokenizer.json"),
            ),
            Published(
                "multilingual",
                f"{_RELEASES}/v0.4-alpha/multilingual_debiased-0b549669.ckpt",
                "0b549669",
                "FacebookAI/xlm-roberta-base",
                ("config.json", "tokenizer_config.json", "sentencepiece.bpe.model", "tokenizer.json"),
            ),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model lies: its checkpoint, the folder with configuration and vocabulary, and its optimised form."""

    name: str
    checkpoint: Path
    folder: Path
    fast: Path

    @property
    def present(self) -> bool:
        """Whether the checkpoint and its configuration are there; whether they are whole is for `verify` to say."""
        return self.checkpoint.is_file() and (self.folder / "config.json").is_file()

    @property
    def optimised(self) -> bool:
        """Whether `sereno models optimise` has been here."""
        return (self.fast / "manifest.json").is_file()


def place_of(models: Path, name: str) -> Place:
    """The place of `original`, `unbiased` or `multilingual` (with or without `detoxify:`) in the models' folder.

    UserError for another name.
    """
    bare = name.removeprefix(PREFIX)
    if bare not in PUBLISHED:
        raise UserError(f"Detoxify has no model `{bare}`; it has {', '.join(PUBLISHED)}, or name a checkpoint file")
    folder = models / f"detoxify-{bare}"
    return _place(bare, folder / PUBLISHED[bare].url.rpartition("/")[2], folder)


def local_place(checkpoint: Path, folder: Path | None = None) -> Place:
    """The place of somebody's own checkpoint; `folder` is its own folder unless given."""
    return _place(checkpoint.stem, checkpoint, folder or checkpoint.parent)


def _place(name: str, checkpoint: Path, folder: Path) -> Place:
    return Place(name, checkpoint, folder, folder / f"{checkpoint.stem}.fast")


def pin_of(name: str, checkpoint: Path) -> str | None:
    """The SHA-256 (or its first digits) that a checkpoint must have; None where nobody has said.

    A file beside it, named like it with `.sha256` added, as sha256sum writes it, goes before what was published.
    """
    beside = checkpoint.with_name(f"{checkpoint.name}.sha256")
    if beside.is_file():
        words = beside.read_text(encoding="utf-8", errors="replace").split()
        stated = words[0].lower() if words else ""
        if len(stated) != 64 or set(stated) - set(string.hexdigits):
            raise UserError(f"{beside} does not start with a SHA-256 of 64 hexadecimal digits; write it anew")
        return stated
    published = PUBLISHED.get(name.removeprefix(PREFIX))
    return published.sha256 if published else None
