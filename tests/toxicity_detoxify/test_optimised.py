"""The optimised model: as good as the genuine one, faster, without torch, and never half written."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from moderation.errors import DetectorError, UserError
from moderation.toxicity.checkpoint import digest
from moderation.toxicity.fast_detoxify import FastDetoxify, verify_fast
from moderation.toxicity.manifest import AGAIN
from tests.house.programs import ROOT
from tests.toxicity_detoxify.needs import needs_detoxify
from tests.toxicity_detoxify.tiny import TEXTS, Folder

if TYPE_CHECKING:
    from moderation.toxicity.detoxify import DetoxifyModel
    from moderation.toxicity.parity import Parity

pytestmark = [needs_detoxify, pytest.mark.timeout(600)]

FORBIDDEN = """
import json, sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "transformers", "detoxify", "huggingface_hub"):
            raise ImportError(name + " is not for a running bot")

sys.meta_path.insert(0, Forbid())
from pathlib import Path
from moderation.toxicity.fast_detoxify import FastDetoxify

texts = json.load(sys.stdin)
print(json.dumps(FastDetoxify(Path(sys.argv[1])).score(texts)))
"""


@pytest.fixture
def copy(optimised: tuple[Path, Parity], tmp_path: Path) -> Path:
    """An optimised model that a test may spoil."""
    return shutil.copytree(optimised[0], tmp_path / "copy.fast")


def manifest(folder: Path, **changes: object) -> dict[str, object]:
    path = folder / "manifest.json"
    found: dict[str, object] = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    path.write_text(json.dumps(found), encoding="utf-8")
    return found


def test_scores_stay_near_the_genuine_ones(optimised: tuple[Path, Parity], model: DetoxifyModel) -> None:
    """On six hundred texts, odd ones among them, eight bits change little, and the report says how little."""
    folder, parity = optimised
    assert parity.texts == len(TEXTS) >= 500
    fast, genuine = FastDetoxify(folder).score(TEXTS), model.score(TEXTS)
    for label, difference in parity.labels.items():
        apart = np.array([abs(one[label] - other[label]) for one, other in zip(fast, genuine, strict=True)])
        assert apart.max() == pytest.approx(difference.largest, abs=1e-6)
        assert apart.mean() == pytest.approx(difference.mean, abs=1e-6)
        assert difference.mean <= difference.p99 <= difference.largest
        assert difference.p99 <= 0.1
    assert parity.worst_mean <= 0.02
    assert min(each.correlation or 0.0 for each in parity.labels.values()) > 0.98


def test_it_goes_by_the_name_and_labels_of_its_source(optimised: tuple[Path, Parity], model: DetoxifyModel) -> None:
    """Rules need not know which of the two is judging."""
    fast = FastDetoxify(optimised[0])
    assert (fast.name, fast.labels) == (model.name, model.labels)
    assert fast.manifest.source == {"file": "tiny.ckpt", "sha256": model.source.sha256}


def test_it_needs_no_torch(optimised: tuple[Path, Parity]) -> None:
    """A program in which torch cannot be imported gets the same scores."""
    folder, texts = optimised[0], ["shut up idiot", "thanks friend", ""]
    done = subprocess.run(
        [sys.executable, "-c", FORBIDDEN, str(folder)],
        input=json.dumps(texts),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for there, here in zip(json.loads(done.stdout), FastDetoxify(folder).score(texts), strict=True):
        assert there == pytest.approx(here, abs=1e-6)


def test_order_and_company_change_little(optimised: tuple[Path, Parity]) -> None:
    """A text gets its own scores wherever it stands; rounding, which looks at the whole batch, moves them little."""
    fast, texts = FastDetoxify(optimised[0]), [*TEXTS[:40], "idiot " * 300, ""]
    together = [scores["toxicity"] for scores in fast.score(texts)]
    alone = [fast.score([text])[0]["toxicity"] for text in texts]
    assert np.mean(np.abs(np.array(together) - np.array(alone))) <= 0.02
    assert np.corrcoef(together, alone)[0, 1] > 0.98
    assert list(fast.score([])) == []


def test_the_report_lies_beside_the_model(optimised: tuple[Path, Parity], tiny: Folder) -> None:
    """Whoever finds the folder later can see what it is, from what, and how good it was."""
    folder, parity = optimised
    told = manifest(folder)
    assert told["source"] == {"file": "tiny.ckpt", "sha256": digest(tiny.checkpoint)}
    assert told["parity"] == json.loads(json.dumps(parity.as_json()))
    assert set(told["sha256"]) == {"model.onnx", "tokenizer.json"}  # type: ignore[call-overload]
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.onnx", "tokenizer.json"]
    assert verify_fast(folder).sha256 == told["sha256"]
    speeds = (parity.speed.source_one_by_one, parity.speed.source_batched, parity.speed.fast_one_by_one)
    assert all(speed > 0 for speed in speeds)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_a_changed_file_is_refused(copy: Path, file: str) -> None:
    """One changed byte, and the model does not load."""
    content = bytearray((copy / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / file).write_bytes(bytes(content))
    with pytest.raises(UserError, match=f"{file} is not the file that was made: .*{AGAIN}"):
        FastDetoxify(copy)


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "manifest.json"])
def test_a_missing_file_is_told(copy: Path, file: str) -> None:
    """The message names it."""
    (copy / file).unlink()
    with pytest.raises(UserError, match=rf"{file} cannot be read \(No such file"):
        FastDetoxify(copy)


def test_something_else_than_a_network_is_refused(copy: Path) -> None:
    """A file with the right hash that is no network."""
    (copy / "model.onnx").write_bytes(b"nothing")
    sums = {"model.onnx": hashlib.sha256(b"nothing").hexdigest(), "tokenizer.json": digest(copy / "tokenizer.json")}
    manifest(copy, sha256=sums)
    with pytest.raises(UserError, match="cannot be loaded"):
        FastDetoxify(copy)


def test_a_computer_that_counts_otherwise_is_noticed(copy: Path) -> None:
    """A model that answers its probes differently from where it was made judges nobody."""
    probes = manifest(copy)["probes"]
    assert isinstance(probes, list)
    probes[0]["scores"]["toxicity"] += 0.2
    manifest(copy, probes=probes)
    with pytest.raises(UserError, match="does not answer on this computer as it did where it was made"):
        FastDetoxify(copy)


def test_what_is_no_number_is_no_score(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that breaks down is silent, not harmless."""
    fast = FastDetoxify(copy)

    class Session:
        def run(self, *asked: object) -> list[object]:
            return [np.full((1, 6), np.nan)]

    monkeypatch.setattr(fast, "_session", Session())
    with pytest.raises(DetectorError, match="tiny gave something that is no number"):
        fast.score(["hello"])
    monkeypatch.setattr(fast, "_session", None)
    with pytest.raises(DetectorError, match="tiny could not judge 1 texts"):
        fast.score(["hello"])


def test_a_bad_copy_is_not_written(
    model: DetoxifyModel, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a tolerance that it cannot meet the export is refused, and what was there stays as it was."""
    from moderation.toxicity import export

    monkeypatch.setattr(export, "write_graph", lambda genuine, into: shutil.copy(copy / "model.onnx", into))
    target = tmp_path / "tiny.fast"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(UserError, match=r"differs too much: 0\.\d+ on average, 1e-09 is allowed"):
        export.optimise(model, TEXTS[:60], target, tolerance=1e-9, timed=4)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["copy.fast", "tiny.fast"]
    assert [path.name for path in target.iterdir()] == ["old"]
    with pytest.raises(UserError, match="12 texts are too few"):
        export.optimise(model, TEXTS[:12], target)


def test_networks_of_the_other_kind_are_optimised_too(tiny_roberta: Folder, tmp_path: Path) -> None:
    """RoBERTa counts its places otherwise and has outputs beyond the labels; an older export gives way to the new."""
    from moderation.toxicity.detoxify import DetoxifyModel
    from moderation.toxicity.export import optimise

    model = DetoxifyModel("unbiased", tiny_roberta.checkpoint, sha256=digest(tiny_roberta.checkpoint))
    target = tmp_path / "tiny.fast"
    target.mkdir()
    (target / "old").touch()
    parity = optimise(model, TEXTS, target, timed=4)
    assert parity.worst_mean <= 0.02
    assert FastDetoxify(target).labels == model.labels
    assert sorted(path.name for path in target.iterdir()) == ["manifest.json", "model.onnx", "tokenizer.json"]
