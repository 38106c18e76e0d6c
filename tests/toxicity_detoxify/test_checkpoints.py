"""Checkpoints that must not be loaded, and what their owners are told."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moderation.errors import UserError
from moderation.toxicity.checkpoint import read_checkpoint
from tests.toxicity_detoxify.needs import needs_detoxify
from tests.toxicity_detoxify.tiny import Folder

pytestmark = [needs_detoxify, pytest.mark.timeout(600)]


@pytest.fixture
def spoilt(tiny: Folder, tmp_path: Path) -> Folder:
    """A copy that a test may spoil."""
    shutil.copytree(tiny.path, tmp_path / "spoilt")
    return Folder(tmp_path / "spoilt", tmp_path / "spoilt" / "tiny.ckpt")


def load(folder: Folder, **options: Any) -> None:
    from moderation.toxicity.detoxify import DetoxifyModel

    DetoxifyModel("spoilt", folder.checkpoint, **options)


def change(folder: Folder, change: Callable[[dict[str, Any]], object]) -> None:
    import torch

    loaded = torch.load(folder.checkpoint, weights_only=True)
    change(loaded)
    torch.save(loaded, folder.checkpoint)


class Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("legacy", [False, True])
def test_a_checkpoint_that_would_run_code_is_refused(spoilt: Folder, tmp_path: Path, *, legacy: bool) -> None:
    """A pickle may do anything when it is loaded; this one gets no chance to."""
    import torch

    mark = tmp_path / "ran"
    bomb = {"config": Bomb(mark), "state_dict": {}}
    if legacy:
        spoilt.checkpoint.write_bytes(pickle.dumps(bomb))
    else:
        torch.save(bomb, spoilt.checkpoint)
    with pytest.raises(UserError, match=r"could run code .* Nothing of it was run\. Do not use it; get it anew"):
        load(spoilt)
    assert not mark.exists()


def test_another_file_than_the_pinned_one_is_not_even_opened(spoilt: Folder) -> None:
    """A changed file is refused by its hash before anybody reads what is in it."""
    with pytest.raises(UserError, match=r"is not the file it should be: its SHA-256 is [0-9a-f]{64}, expected c0ffee"):
        load(spoilt, sha256="c0ffee" + "0" * 58)


def test_a_published_name_brings_its_pin(spoilt: Folder) -> None:
    """Somebody else's weights under the published file's name are noticed."""
    from moderation.toxicity.known import pin_of, place_of

    place = place_of(spoilt.path, "original")
    pin = pin_of("original", place.checkpoint)
    assert pin is not None
    with pytest.raises(UserError, match=f"expected {pin}"):
        load(spoilt, sha256=pin)


def test_the_right_pin_opens_the_file(spoilt: Folder) -> None:
    """A pin written beside the file, as sha256sum writes it, is what counts."""
    found = hashlib.sha256(spoilt.checkpoint.read_bytes()).hexdigest()
    beside = spoilt.checkpoint.with_name("tiny.ckpt.sha256")
    beside.write_text(f"{found}  tiny.ckpt\n", encoding="utf-8")
    load(spoilt)
    beside.write_text(f"{'0' * 64}  tiny.ckpt\n", encoding="utf-8")
    with pytest.raises(UserError, match="is not the file it should be"):
        load(spoilt)


@pytest.mark.parametrize("left", [0, 100, 20_000])
def test_a_truncated_checkpoint_is_refused(spoilt: Folder, left: int) -> None:
    """A download that broke off is told as such."""
    spoilt.checkpoint.write_bytes(spoilt.checkpoint.read_bytes()[:left])
    with pytest.raises(UserError, match=r"damaged.*get it anew with `sereno models fetch`"):
        load(spoilt)


def test_a_missing_checkpoint_is_told(spoilt: Folder) -> None:
    """The message names the file."""
    spoilt.checkpoint.unlink()
    with pytest.raises(UserError, match=r"tiny\.ckpt cannot be read: No such file"):
        load(spoilt)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda it: it.pop("config"), "it has no `config`"),
        (lambda it: it["config"].pop("dataset"), "it has no `config.dataset`"),
        (lambda it: it["config"]["dataset"]["args"].pop("classes"), "it has no `config.dataset.args.classes`"),
        (lambda it: it.pop("state_dict"), "it has no `state_dict`"),
        (lambda it: it["state_dict"].clear(), "`state_dict` holds no weights"),
        (lambda it: it["state_dict"].update(more=3), "`more` in `state_dict` is no tensor"),
        (lambda it: it["state_dict"].pop("classifier.weight"), "`state_dict` has none of classifier.weight"),
        (lambda it: it["state_dict"]["classifier.bias"].fill_(float("nan")), "`classifier.bias` holds what is no number"),
        (lambda it: it["config"]["arch"]["args"].update(num_classes=7), "`num_classes` is 7, but its weights are for 6"),
        (lambda it: it["config"]["arch"]["args"].update(num_classes=3), "it names 6 classes for 3 outputs"),
        (lambda it: it["config"]["arch"]["args"].update(num_classes="6"), "`num_classes` is '6', no count"),
        (lambda it: it["config"]["arch"]["args"].update(model_name="pipeline"), "its network is a 'pipeline', not one of"),
        (lambda it: it["config"]["arch"]["args"].update(tokenizer_name="AutoTokenizer"), "its tokeniser is a 'AutoTokenizer'"),
        (lambda it: it["config"]["dataset"]["args"].update(classes="toxic"), "`classes` are no list of names"),
        (lambda it: it["config"]["dataset"]["args"].update(classes=["toxic", "toxicity"]), "it names a class twice"),
        (lambda it: it["config"]["dataset"]["args"].update(classes=["male", "female"]), "none of its classes is one of toxicity"),
        (lambda it: it["state_dict"].pop("bert.pooler.dense.weight"), "1 weights are missing and 0 are too many, such as bert.pooler"),
        (lambda it: it["state_dict"].update(odd=it["state_dict"]["classifier.bias"]), "0 weights are missing and 1 are too many, such as odd"),
    ],
)  # fmt: skip
def test_a_checkpoint_that_lacks_something_is_refused(
    spoilt: Folder, spoil: Callable[[dict[str, Any]], object], told: str
) -> None:
    """What is wrong is said in words, never in a traceback, and never filled in with random numbers."""
    change(spoilt, spoil)
    with pytest.raises(UserError) as refused:
        load(spoilt)
    assert told in str(refused.value)


def test_something_else_than_a_checkpoint_is_refused(spoilt: Folder) -> None:
    """A list of tensors loads well and is no model."""
    import torch

    torch.save([torch.zeros(2)], spoilt.checkpoint)
    with pytest.raises(UserError, match="is no checkpoint of Detoxify: it has no `config`"):
        load(spoilt)


def config(folder: Folder, **changes: object) -> None:
    path = folder.path / "config.json"
    found = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda at: config(at, num_labels=2), "says num_labels 2, but tiny.ckpt has 6 outputs"),
        (lambda at: config(at, num_hidden_layers=1), "0 weights are missing and 16 are too many"),
        (lambda at: config(at, num_hidden_layers=3), "16 weights are missing and 0 are too many"),
        (lambda at: config(at, hidden_size=32), "does not fit its configuration in"),
        (lambda at: config(at, max_position_embeddings=None), "has no usable max_position_embeddings"),
        (lambda at: (at.path / "config.json").unlink(), "config.json cannot be read"),
        (lambda at: (at.path / "config.json").write_text("{"), "config.json cannot be read"),
        (lambda at: (at.path / "config.json").write_text("[]"), "config.json holds no settings"),
        (lambda at: (at.path / "tokenizer_config.json").unlink(), "tokenizer_config.json cannot be read"),
        (lambda at: (at.path / "vocab.txt").unlink(), "has no vocabulary"),
        (lambda at: (at.path / "vocab.txt").write_text("\n".join(map(str, range(999)))), "pieces, the network knows"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(spoilt: Folder, spoil: Callable[[Folder], object], told: str) -> None:
    """A checkpoint beside another encoder's files would judge by chance."""
    spoil(spoilt)
    with pytest.raises(UserError) as refused:
        load(spoilt)
    assert told in str(refused.value)


def test_a_pin_must_be_a_hash(spoilt: Folder) -> None:
    """An empty pin file protects nobody, and is said to."""
    spoilt.checkpoint.with_name("tiny.ckpt.sha256").write_text("\n", encoding="utf-8")
    with pytest.raises(UserError, match="does not start with a SHA-256"):
        load(spoilt)


def test_no_damage_ends_in_a_traceback(spoilt: Folder) -> None:
    """Whatever bytes are changed, a checkpoint loads or is refused in words."""
    whole, dice, refused = spoilt.checkpoint.read_bytes(), random.Random(7), list[str]()
    for _ in range(40):
        damaged = bytearray(whole)
        for place in dice.choices(range(len(whole)), k=dice.choice((1, 30, 3000))):
            damaged[place] = dice.randrange(256)
        spoilt.checkpoint.write_bytes(bytes(damaged))
        try:
            read_checkpoint(spoilt.checkpoint)
        except UserError as error:
            refused.append(str(error))
    assert len(refused) > 10
    assert all(str(spoilt.checkpoint) in told for told in refused)
