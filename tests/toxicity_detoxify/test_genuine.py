"""The genuine package behind our port."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from moderation.errors import DetectorError
from moderation.toxicity.checkpoint import digest
from tests.toxicity_detoxify.needs import needs_detoxify
from tests.toxicity_detoxify.tiny import TEXTS, Folder

if TYPE_CHECKING:
    from moderation.toxicity.detoxify import DetoxifyModel

pytestmark = [needs_detoxify, pytest.mark.timeout(600)]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError(f"somebody asked the network: {args}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def genuine_scores(tiny: Folder, folder: Path, texts: list[str]) -> list[dict[str, float]]:
    """What the package gives by itself, one text at a time, on a copy that finds its encoder locally."""
    import torch
    from detoxify import Detoxify

    loaded = torch.load(tiny.checkpoint, weights_only=True)
    loaded["config"]["arch"]["args"]["model_type"] = str(tiny.path)
    torch.save(loaded, folder / "local.ckpt")
    package = Detoxify(checkpoint=str(folder / "local.ckpt"), huggingface_config_path=str(tiny.path))
    return [package.predict(text) for text in texts]


def test_scores_are_those_of_the_package(tiny: Folder, model: DetoxifyModel, tmp_path: Path) -> None:
    """Batched and sorted by length, every text still gets what Detoxify itself says about it alone."""
    texts = [text for text in (*TEXTS[:60], *TEXTS[-10:]) if "\ud83d" not in text]
    expected = genuine_scores(tiny, tmp_path, texts)
    found = model.score(texts)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_the_tiny_checkpoint_tells_texts_apart(model: DetoxifyModel) -> None:
    """A comparison of models that say the same about everything would prove nothing."""
    harsh, kind = model.score(["shut up you stupid worthless idiot", "thanks friend lovely game"])
    assert harsh["toxicity"] > kind["toxicity"] + 0.5


def test_loading_and_scoring_ask_nobody(tiny: Folder, no_network: None) -> None:
    """With no network at all the model loads and judges, though its checkpoint names an encoder on a hub."""
    from moderation.toxicity.detoxify import DetoxifyModel

    (scores,) = DetoxifyModel("original", tiny.checkpoint, sha256=digest(tiny.checkpoint)).score(["hello"])
    assert set(scores) == {"toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"}


def test_labels_a_checkpoint_lacks_are_missing(model: DetoxifyModel) -> None:
    """`original` cannot judge sexual content and must not say that there is none."""
    (scores,) = model.score(["hello"])
    assert "sexual_explicit" not in scores
    assert set(scores) == model.labels


def test_outputs_without_a_label_are_left_out(tiny_roberta: Folder) -> None:
    """The groups that `unbiased` also finds in a text are no reason to act on anybody."""
    from moderation.toxicity.detoxify import DetoxifyModel
    from moderation.toxicity.labels import LABELS

    model = DetoxifyModel("unbiased", tiny_roberta.checkpoint, sha256=digest(tiny_roberta.checkpoint))
    (scores,) = model.score(["idiot " * 200])
    assert model.labels == set(scores) == set(LABELS)
    assert model.name == "detoxify:unbiased"


def test_an_own_checkpoint_goes_by_its_own_name(model: DetoxifyModel) -> None:
    """Rules name it as settings do."""
    assert model.name == "tiny"


def test_no_texts_are_no_trouble(model: DetoxifyModel) -> None:
    """The package itself trips over an empty list."""
    assert list(model.score([])) == []


def test_a_broken_character_hurts_nobody(model: DetoxifyModel) -> None:
    """Half a character in one text of a batch, and every text has its answer."""
    assert all(model.score(["hello", "\ud83d", "idiot \udc00"]))


def test_what_is_no_number_is_no_score(model: DetoxifyModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that breaks down is silent, not harmless."""
    nothing = dict.fromkeys(model.labels, float("nan"))
    monkeypatch.setattr(model.genuine, "predict", lambda texts: nothing)
    with pytest.raises(DetectorError, match="no number"):
        model.score(["hello"])


def test_a_crash_is_told_as_one(model: DetoxifyModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the package raises, the caller hears that these texts could not be judged."""

    def crash(texts: list[str]) -> dict[str, Any]:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(model.genuine, "predict", crash)
    with pytest.raises(DetectorError, match=r"tiny could not judge 2 texts: out of memory"):
        model.score(["hello", "world"])


def test_the_settings_may_lie_elsewhere(tiny: Folder, tmp_path: Path) -> None:
    """One encoder's files serve several checkpoints."""
    from moderation.toxicity.detoxify import DetoxifyModel

    lonely = tmp_path / "lonely.ckpt"
    shutil.copy(tiny.checkpoint, lonely)
    assert DetoxifyModel("lonely", lonely, tiny.path).score(["hello"])[0]


def test_longer_texts_than_the_network_reads_are_cut(tiny: Folder, tmp_path: Path) -> None:
    """Settings that promise more tokens than the network has places for do not crash it."""
    from moderation.toxicity.detoxify import DetoxifyModel

    folder = tmp_path / "greedy"
    shutil.copytree(tiny.path, folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 100_000}), encoding="utf-8")
    assert DetoxifyModel("greedy", folder / "tiny.ckpt").score(["idiot " * 700])[0]
