"""What needs no torch: where models lie, what a manifest must say, and what is told where Detoxify is missing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import UserError
from moderation.toxicity.batches import MOST, alike, plain
from moderation.toxicity.detoxify import DetoxifyModel
from moderation.toxicity.fast_detoxify import FastDetoxify
from moderation.toxicity.known import PUBLISHED, local_place, pin_of, place_of
from moderation.toxicity.labels import LABELS
from moderation.toxicity.manifest import Manifest, Probe, read_manifest

WHOLE = {
    "schema": "fast-detoxify/1",
    "name": "tiny",
    "source": {"file": "tiny.ckpt", "sha256": "00"},
    "columns": {"toxicity": 0},
    "longest": 128,
    "pad": 0,
    "sha256": {"model.onnx": "00", "tokenizer.json": "00"},
    "probes": [],
    "parity": None,
    "made_with": None,
}


def test_each_published_model_has_a_place_of_its_own(tmp_path: Path) -> None:
    """An admin puts the files there, and `auto` looks there."""
    for name in PUBLISHED:
        place = place_of(tmp_path, f"detoxify:{name}")
        assert place == place_of(tmp_path, name)
        assert place.folder == tmp_path / f"detoxify-{name}"
        assert not place.present
        place.folder.mkdir()
        place.checkpoint.touch()
        (place.folder / "config.json").touch()
        assert place.present
        assert not place.optimised
        place.fast.mkdir()
        (place.fast / "manifest.json").touch()
        assert place.optimised


def test_an_own_checkpoint_lies_where_its_owner_put_it(tmp_path: Path) -> None:
    """Its settings may lie elsewhere."""
    assert local_place(tmp_path / "ours.ckpt").fast == tmp_path / "ours.fast"
    assert local_place(tmp_path / "ours.ckpt", tmp_path / "bert").folder == tmp_path / "bert"


def test_an_unknown_model_is_told_with_the_known_ones(tmp_path: Path) -> None:
    """A typo ends in a sentence."""
    with pytest.raises(UserError, match="no model `multilang`; it has original, unbiased, multilingual, or name"):
        place_of(tmp_path, "detoxify:multilang")


def test_published_names_are_pinned_and_own_ones_are_not(tmp_path: Path) -> None:
    """The digits in a published file's name start its hash."""
    for name, published in PUBLISHED.items():
        assert pin_of(name, tmp_path / "x.ckpt") == published.sha256
        assert f"-{published.sha256[:8]}.ckpt" in published.url
    assert pin_of("ours", tmp_path / "x.ckpt") is None


def test_without_detoxify_it_is_said_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that torch comes first, because it would bring gigabytes otherwise."""
    monkeypatch.setitem(sys.modules, "detoxify", None)
    with pytest.raises(UserError, match=r"Detoxify is not installed .*install torch first"):
        DetoxifyModel("original", tmp_path / "x.ckpt")


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing is lost on the way."""
    sums = {"model.onnx": "aa", "tokenizer.json": "bb"}
    columns = {label: place for place, label in enumerate(LABELS)}
    probes = (Probe((1, 2, 3), {"toxicity": 0.25}),)
    written = Manifest(
        "tiny", {"file": "x", "sha256": "cc"}, columns, 512, 1, sums, probes, {"texts": 3}, {"torch": "2"}
    )
    written.write(tmp_path)
    assert read_manifest(tmp_path) == written


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": "fast-detoxify/0"}, "is of version 'fast-detoxify/0'"),
        ({"columns": {}}, "is broken"),
        ({"columns": {"rudeness": 0}}, "is broken"),
        ({"sha256": {"model.onnx": "00"}}, "is broken"),
        ({"longest": "long"}, "is broken"),
        ({"probes": [{"ids": "one"}]}, "is broken"),
        ({"source": None}, "is broken"),
    ],
)
def test_a_broken_manifest_is_told(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    """With the command that makes it anew."""
    (tmp_path / "manifest.json").write_text(json.dumps({**WHOLE, **changes}), encoding="utf-8")
    with pytest.raises(UserError, match=f"{told}.*make it again with `sereno models optimise`"):
        FastDetoxify(tmp_path)


@given(st.lists(st.integers(0, 600), max_size=200), st.integers(1, 40))
def test_every_text_is_in_one_batch_of_about_its_length(lengths: list[int], most: int) -> None:
    """None is lost or read twice, and none is padded by much more than a quarter."""
    batches = list(alike(lengths, most))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= most
        assert lengths[batch[-1]] <= lengths[batch[0]] * 1.25 + 2


def test_a_text_is_made_fit_for_tokenising() -> None:
    """Half a character is replaced, a whole one is not, and nobody's novel stops the others."""
    assert plain("a\ud83db 👋 ñ") == "a?b 👋 ñ"
    assert len(plain("a" * 10 * MOST)) == MOST
