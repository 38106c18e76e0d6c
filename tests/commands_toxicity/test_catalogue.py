"""Which models there are, what state their files are in, and how each is found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from moderation.errors import UserError
from moderation.toxicity.catalogue import SHIPPED, State, entry, find, models
from moderation.toxicity.files import DETOXIFY
from moderation.toxicity.labels import LABELS
from tests.commands_toxicity.doubles import CONTENT, model, pinned
from tests.house.programs import ROOT, sereno


def test_every_model_says_what_it_is(tmp_path: Path) -> None:
    """In two languages, with its licence, its labels, and where its files lie below the data folder."""
    known = models(tmp_path)
    assert [one.name for one in known] == ["shipped", "detoxify:original", "detoxify:unbiased", "detoxify:multilingual"]
    for one in known:
        assert set(one.about) == {"en", "es"}
        assert one.licence
        assert set(one.labels) <= set(LABELS)
    assert all(one.folder.parent == tmp_path / "models" for one in known[1:])


@pytest.mark.parametrize("name", DETOXIFY)
def test_a_published_model_names_all_its_files(name: str) -> None:
    """The checkpoint, a vocabulary and two files of settings; what is fetched has an https address and a pin."""
    checkpoint, *others = DETOXIFY[name].files
    assert checkpoint.name.endswith(f"-{checkpoint.sha256[:8]}.ckpt")
    assert {"config.json", "tokenizer_config.json"} < {file.name for file in others}
    for file in DETOXIFY[name].files:
        assert bool(file.text) != file.url.startswith("https://")
        assert bool(file.text) == (not file.sha256)
        if file.text:
            assert json.loads(file.text)


def test_the_state_of_a_model_is_told_by_its_files(tmp_path: Path) -> None:
    """Missing, verified, altered; a size that takes long to read is only present until somebody verifies it."""
    one = model(tmp_path, pinned(digits=8))
    assert (one.state(), one.size) == (State.MISSING, 0)
    (tmp_path / "model.ckpt").write_bytes(CONTENT)
    assert (one.state(), one.size) == (State.VERIFIED, len(CONTENT))
    (tmp_path / "model.ckpt").write_bytes(CONTENT[1:])
    assert one.state() is State.ALTERED
    with (tmp_path / "model.ckpt").open("r+b") as file:
        file.truncate(100 << 20)
    assert one.state() is State.PRESENT
    assert [file.name for file in one.altered()] == ["model.ckpt"]


@pytest.mark.parametrize(
    ("name", "clue"),
    [
        ("orignal", "did you mean detoxify:original?"),
        ("shiped", "did you mean shipped?"),
        ("detoxify:multilingal", "did you mean detoxify:multilingual?"),
        ("poems", "there are shipped, detoxify:original, detoxify:unbiased, detoxify:multilingual"),
        ("no/such/model.ckpt", "there is no file or folder no/such/model.ckpt"),
        ("detoxify:unbiased", "run `sereno models fetch detoxify:unbiased`"),
    ],
)
def test_a_model_that_cannot_be_had_is_answered_with_what_can(tmp_path: Path, name: str, clue: str) -> None:
    """The nearest name, all names, or the command that brings the weights."""
    with pytest.raises(UserError) as told:
        find(name, tmp_path)
    assert clue in str(told.value)


def test_a_folder_without_a_model_is_said_to_be_none(tmp_path: Path) -> None:
    """Neither an optimised model nor a checkpoint, or several between which nobody can choose."""
    with pytest.raises(UserError, match="neither an optimised model"):
        find(str(tmp_path), tmp_path)
    (tmp_path / "one.ckpt").touch()
    (tmp_path / "two.ckpt").touch()
    with pytest.raises(UserError, match="exactly one checkpoint"):
        find(str(tmp_path), tmp_path)


def test_the_shipped_model_of_the_catalogue_is_the_one_in_the_package(tmp_path: Path) -> None:
    """All its files are there and as they were made, and no data folder is needed."""
    one = entry(SHIPPED, tmp_path)
    assert one.state() is State.VERIFIED
    assert find(SHIPPED, tmp_path)().name == SHIPPED


def test_the_catalogue_loads_without_torch() -> None:
    """`sereno models list` answers at once, on a machine with nothing but the defaults."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from moderation.toxicity.catalogue import models\n"
        "models(Path('nowhere'))\n"
        "print(sorted({'torch', 'detoxify', 'transformers', 'onnxruntime', 'requests'} & set(sys.modules)))\n"
    )
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_models_are_listed_for_people_and_for_machines(tmp_path: Path) -> None:
    """Name, tier, state, size, labels, licence; in a Spanish terminal what they are is told in Spanish."""
    listed = sereno("models", "list", SERENO_DATA_DIR=str(tmp_path), LC_ALL="C.UTF-8")
    assert listed.returncode == 0
    assert "detoxify:multilingual  detoxify  missing" in listed.stdout
    assert "Detoxify for English, French, Spanish" in listed.stdout
    assert "en francés" not in listed.stdout
    assert "Detoxify para inglés" in sereno("models", "list", LC_ALL="es_ES.UTF-8").stdout
    told = {one["name"]: one for one in json.loads(sereno("models", "list", "--json").stdout)}
    assert told["detoxify:original"]["state"] == "missing"
    assert told["detoxify:original"]["files"][0]["whole"]
    assert not told["detoxify:unbiased"]["files"][0]["whole"]
    assert told["shipped"].keys() >= {"name", "tier", "state", "size", "labels", "licence", "about", "folder"}


def test_verifying_ends_with_1_when_a_file_is_not_what_it_should_be(tmp_path: Path) -> None:
    """And says which, and what to do; models that are not here are nobody's fault unless they are named."""
    folder = tmp_path / "models/detoxify-original"
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("not the vocabulary")
    verified = sereno("models", "verify", "detoxify:original", SERENO_DATA_DIR=str(tmp_path))
    assert verified.returncode == 1
    assert "vocab.txt is not what it should be" in verified.stdout
    assert "toxic_original-c1212f89.ckpt is missing" in verified.stdout
    assert "sereno models fetch detoxify:original" in verified.stdout
    machine = sereno("models", "verify", "detoxify:original", "--json", SERENO_DATA_DIR=str(tmp_path))
    assert json.loads(machine.stdout)[0]["altered"] == ["vocab.txt"]
    assert sereno("models", "verify", "detoxify:original", SERENO_DATA_DIR=str(tmp_path / "empty")).returncode == 1
    (folder / "vocab.txt").unlink()
    assert sereno("models", "verify", SERENO_DATA_DIR=str(tmp_path)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "clue"),
    [
        (["score", "--model", "orignal"], "detoxify:original"),
        (["score", "--model", "detoxify:original"], "sereno models fetch detoxify:original"),
        (["score", "--config", "no/such/sereno.yaml"], "no/such/sereno.yaml"),
        (["models", "fetch", "poems"], "there is no model 'poems'"),
        (["models", "fetch", "detoxify:original", "--from", "no/such/folder"], "no/such/folder"),
        (["models", "verify", "shiped"], "did you mean shipped?"),
        (["models", "optimise", "shipped"], "Detoxify"),
        (["models", "optimise", "detoxify:original"], "sereno models fetch detoxify:original"),
        (["models", "lst"], "list"),
        (["models", "fetch"], "NAME"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments: list[str], clue: str, tmp_path: Path) -> None:
    """Whoever mistypes reads what to mend, not a traceback."""
    ended = sereno(*arguments, stdin="", SERENO_DATA_DIR=str(tmp_path))
    assert ended.returncode == 2, ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert clue in ended.stderr


def test_what_is_unsafe_to_ask_is_not_asked(tmp_path: Path) -> None:
    """An http address ends with 1, plain words, and the way that works without a network."""
    ended = sereno(
        "models", "fetch", "detoxify:original", "--from", "http://models.example/", SERENO_DATA_DIR=str(tmp_path)
    )
    assert ended.returncode == 1
    assert "only https:// addresses are fetched from" in ended.stderr
    assert "--from FOLDER" in ended.stderr
    assert not list(tmp_path.rglob("*.part"))


def test_a_broken_optimised_form_is_found(tmp_path: Path) -> None:
    """It would be used in place of the model, so `verify` looks at it too."""
    fast = tmp_path / "models/detoxify-original/toxic_original-c1212f89.fast"
    fast.mkdir(parents=True)
    (fast / "manifest.json").write_text("{}")
    listed = json.loads(sereno("models", "list", "--json", SERENO_DATA_DIR=str(tmp_path)).stdout)
    assert [one["name"] for one in listed if one["optimised"]] == ["detoxify:original"]
    verified = sereno("models", "verify", "detoxify:original", SERENO_DATA_DIR=str(tmp_path))
    assert verified.returncode == 1
    assert f"{fast / 'manifest.json'} is broken" in verified.stdout
