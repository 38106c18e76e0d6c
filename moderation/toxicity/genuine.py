"""Loads a checkpoint with the genuine detoxify package, from local files only.

The package unpickles its checkpoint without precautions and looks up `model_type` on a hub before it looks at the
folder it was given. So it never gets the file itself: it gets a copy that we wrote from bare weights, whose
`model_type` is a folder with the configuration, completed, and the vocabulary. Both lie in a temporary folder (TMPDIR)
as large as the checkpoint, for as long as loading takes.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from moderation.errors import UserError
from moderation.toxicity.checkpoint import Checkpoint

INSTALL: Final = "install torch first (`pip install torch==2.13.0`), then `pip install '.[detoxify]'`"
NEEDED: Final = "the folder needs config.json, tokenizer_config.json and the vocabulary of the encoder"

_VOCABULARIES: Final = ("vocab.txt", "vocab.json", "tokenizer.json", "sentencepiece.bpe.model", "spiece.model")
_BESIDE: Final = ("merges.txt", "special_tokens_map.json", "added_tokens.json")


def require() -> Any:
    """torch, once it is certain that all of Detoxify is installed; UserError says how to install it."""
    try:
        import detoxify  # noqa: F401 - whether it can be imported is the question
        import torch
    except ImportError as error:
        raise UserError(f"Detoxify is not installed ({error.name} is missing): {INSTALL}") from error
    return torch


def load_genuine(checkpoint: Checkpoint, folder: Path) -> Any:
    """A `detoxify.Detoxify` in its reading state. UserError when checkpoint and folder do not fit each other."""
    from detoxify import Detoxify

    with tempfile.TemporaryDirectory(prefix="sereno-detoxify-") as scratch, offline():
        settings, copy = Path(scratch, "settings"), Path(scratch, "checkpoint")
        _complete(checkpoint, folder, settings)
        _rewrite(checkpoint, settings, copy)
        try:
            genuine = Detoxify(checkpoint=str(copy), huggingface_config_path=str(settings))
        except Exception as error:
            raise UserError(f"{checkpoint.path} does not fit its configuration in {folder}: {error}") from error
    _compare(genuine, checkpoint, folder)
    genuine.model.eval()
    return genuine


@contextmanager
def offline() -> Iterator[None]:
    """Nothing is asked for on the Hugging Face hub meanwhile, and no progress bars are shown."""
    from huggingface_hub import constants
    from transformers.utils import logging

    before, showed, constant = (
        os.environ.get("HF_HUB_OFFLINE"),
        logging.is_progress_bar_enabled(),
        constants.HF_HUB_OFFLINE,
    )
    os.environ["HF_HUB_OFFLINE"], constants.HF_HUB_OFFLINE = "1", True
    logging.disable_progress_bar()
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = constant
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before
        if showed:
            logging.enable_progress_bar()


def _complete(checkpoint: Checkpoint, folder: Path, into: Path) -> None:
    """The configuration with what an encoder's own files leave out: how many outputs, how many tokens at most."""
    into.mkdir()
    names = [name for name in (*_VOCABULARIES, *_BESIDE) if (folder / name).is_file()]
    if not set(names) & set(_VOCABULARIES):
        raise UserError(f"{folder} has no vocabulary (one of {', '.join(_VOCABULARIES)}): {NEEDED}")
    for name in names:
        shutil.copyfile(folder / name, into / name)
    config = _json(folder / "config.json")
    stated = config.get("num_labels", len(config["id2label"]) if "id2label" in config else None)
    if stated not in (None, checkpoint.outputs):
        raise UserError(
            f"{folder / 'config.json'} says num_labels {stated}, but {checkpoint.path.name} has "
            f"{checkpoint.outputs} outputs: it belongs to another checkpoint; set num_labels to {checkpoint.outputs} "
            "if you are sure that it does not"
        )
    for key in ("id2label", "label2id"):
        config.pop(key, None)
    _write(into / "config.json", {**config, "num_labels": checkpoint.outputs})
    tokeniser = _json(folder / "tokenizer_config.json")
    longest = _longest(config, checkpoint, folder)
    asked = tokeniser.get("model_max_length")
    _write(into / "tokenizer_config.json", {**tokeniser, "model_max_length": min(longest, asked or longest)})


def _longest(config: Mapping[str, Any], checkpoint: Checkpoint, folder: Path) -> int:
    """How many tokens the network has places for; the RoBERTa kinds start counting behind the padding."""
    places = config.get("max_position_embeddings")
    if not isinstance(places, int) or places < 8:
        raise UserError(f"{folder / 'config.json'} has no usable max_position_embeddings: {NEEDED}")
    return places - 2 if "Roberta" in checkpoint.kind else places


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}): {NEEDED}") from error
    if not isinstance(found, dict):
        raise UserError(f"{path} holds no settings: {NEEDED}")
    return found


def _write(path: Path, settings: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(settings), encoding="utf-8")


def _rewrite(checkpoint: Checkpoint, settings: Path, copy: Path) -> None:
    import torch

    arch = {
        "num_classes": checkpoint.outputs,
        "model_type": str(settings),
        "model_name": checkpoint.kind,
        "tokenizer_name": checkpoint.tokeniser,
    }
    config = {"arch": {"args": arch}, "dataset": {"args": {"classes": list(checkpoint.classes)}}}
    try:
        torch.save({"config": config, "state_dict": dict(checkpoint.weights)}, copy)
    except (OSError, RuntimeError) as error:
        raise UserError(
            f"no room in {copy.parent.parent} for a copy of {checkpoint.path.name} while it is loaded ({error}); "
            "name a larger folder in TMPDIR"
        ) from error


def _compare(genuine: Any, checkpoint: Checkpoint, folder: Path) -> None:
    """The package fills what is missing with random numbers and drops what is too much; both would go unnoticed."""
    wanted, given = set(genuine.model.state_dict()), set(checkpoint.weights)
    extra = {name for name in given - wanted if not name.endswith("position_ids")}
    if wanted - given or extra:
        odd = sorted(wanted - given) or sorted(extra)
        raise UserError(
            f"{checkpoint.path} does not fit {folder / 'config.json'}: {len(wanted - given)} weights are missing and "
            f"{len(extra)} are too many, such as {odd[0]}; {NEEDED}"
        )
    if len(genuine.tokenizer) > genuine.model.config.vocab_size:
        raise UserError(
            f"the vocabulary in {folder} has {len(genuine.tokenizer)} pieces, the network knows "
            f"{genuine.model.config.vocab_size}: {NEEDED}"
        )
