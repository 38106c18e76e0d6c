"""The model that ships, with its real weights."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import DetectorError
from moderation.toxicity.labels import LABELS
from moderation.toxicity.shipped import ShippedModel, shipped_folder, verify


@pytest.fixture(scope="module")
def model() -> ShippedModel:
    return ShippedModel()


def _toxicity(model: ShippedModel, texts: Sequence[str], languages: Sequence[str | None] = ()) -> list[float]:
    return [scores["toxicity"] for scores in model.score(texts, languages)]


@pytest.mark.parametrize(
    ("hurts", "does_not"),
    [
        ("you are a worthless idiot", "you are not a worthless idiot, please don't say that about yourself"),
        ("I will find you and break your legs", "I will find you a better chair for your legs"),
        ("immigrants are parasites, all of them", "whoever says that immigrants are parasites is wrong"),
        ("eres un imbécil y nadie te soporta", "no eres ningún imbécil, todo el mundo te quiere aquí"),
        ("te voy a partir la cara cuando te vea", "te voy a dar un abrazo cuando te vea"),
        ("los gitanos son todos unos ladrones", "mis vecinos gitanos nos invitaron a la boda de su hija"),
        ("kill yourself, nobody would miss you", "I killed the process and started it again, nobody noticed"),
    ],
)
def test_hurting_and_not(model: ShippedModel, hurts: str, does_not: str) -> None:
    """Nearly the same words hurt in one sentence and not in the other, and the model tells them apart."""
    worse, better = _toxicity(model, [hurts, does_not])
    assert worse > 0.5 > better


def test_disguises(model: ShippedModel) -> None:
    """An insult in disguise is still one."""
    assert min(_toxicity(model, ["you are an 1d10t", "y o u  i d i o t", "eres gil1p0llas"])) > 0.5


def test_labels(model: ShippedModel) -> None:
    """A threat is a threat more than an insult, an insult the other way round; every label has its probability."""
    threat, insult = model.score(["I am going to kill you tonight", "you are such a pathetic loser"])
    assert set(threat) == set(LABELS) == model.labels
    assert threat["threat"] > insult["threat"]
    assert insult["insult"] > threat["insult"]
    assert all(0.0 <= value <= 1.0 for value in (*threat.values(), *insult.values()))


def test_company_changes_little(model: ShippedModel) -> None:
    """A text has nearly the same scores alone and in any company, in the order it was asked in."""
    texts = ["hola a todos", "you are a moron", "x " * 90, "ok", "¿alguien sabe por qué no arranca el servidor?", "ok"]
    together = _toxicity(model, texts)
    alone = [_toxicity(model, [text])[0] for text in texts]
    assert together == pytest.approx(alone, abs=0.1)
    assert model.score([]) == []


def test_other_letters(model: ShippedModel) -> None:
    """A language it never learnt has no score, which is not zero; a word of it in a Latin text does no harm."""
    japanese, mixed = model.score(["おはようございます、みなさん", "the word привет means hello"])
    assert japanese == {}
    assert mixed["toxicity"] < 0.5


def test_long_text(model: ShippedModel) -> None:
    """What hurts at the end of a long text is read, too."""
    calm = "we met at the station and talked about the weather and the trains. " * 12
    quiet, loud = _toxicity(model, [calm, calm + "you are a disgusting piece of trash and I hope you die"])
    assert quiet < 0.5 < loud


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "😀" * 300, "a" * 100_000, "@x", "http://x.example", "ʇsǝʇ"]
)
def test_odd_texts(model: ShippedModel, text: str) -> None:
    """No text breaks it."""
    (scores,) = model.score([text])
    assert not scores or all(0.0 <= value <= 1.0 for value in scores.values())


def test_languages(model: ShippedModel) -> None:
    """Knowing the language moves a probability a little and never the wrong way round."""
    texts = ["que tengas un buen día", "eres una basura de persona"]
    for languages in ([], [None, None], ["es", "es"], ["xx", "es"]):
        kind, unkind = _toxicity(model, texts, languages)
        assert kind < 0.5 < unkind


def test_no_network(model: ShippedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading and judging open no connection."""

    def refuse(*_: object) -> None:
        raise AssertionError("the model opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert ShippedModel().score(["hello"])[0]["toxicity"] < 0.5


def test_its_files() -> None:
    """All weights are there as they were made, 60 MB at most, none of them a pickle."""
    folder = shipped_folder()
    assert verify() == []
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 60_000_000
    for path in folder.glob("*.npy"):
        assert np.load(path, allow_pickle=False).size
    assert {path.suffix for path in folder.iterdir()} == {".json", ".npy", ".onnx", ".model", ".txt"}


def test_altered_files(tmp_path: Path) -> None:
    """A file that is not what it should be is named; without its manifest the model says what is wrong."""
    folder = tmp_path / "model"
    shutil.copytree(shipped_folder(), folder)
    weights = folder / "stage-2.onnx"
    weights.write_bytes(weights.read_bytes()[:-10])
    assert verify(folder) == ["stage-2.onnx"]
    with pytest.raises(DetectorError, match="cannot be loaded"):
        ShippedModel(folder)
    (folder / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DetectorError, match="cannot be read"):
        ShippedModel(folder)
