"""Which model judges, and what log and doctor say of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

import bot.detecting
from bot.config import Settings, settings_from
from bot.detecting import Chosen, LogDiary, detectors, shipped_folder, toxicity_model
from bot.doctor import State, model
from bot.model_checks import unwell
from bot.wiring import load_rules, vocabulary
from moderation.errors import DetectorError
from moderation.toxicity.labels import LABELS
from tests.house.programs import ROOT
from tests.toxicity.models import Model


def settings(folder: Path, text: str = "") -> Settings:
    file = folder / "sereno.yaml"
    file.write_text(text)
    return settings_from(file, {"SERENO_DATA_DIR": str(folder / "data")})


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The files of the shipped model are not there."""
    monkeypatch.setattr(bot.detecting, "shipped_folder", lambda: tmp_path / "nowhere")


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Model:
    """Files of a shipped model are there; what is made of them is a double."""
    made = Model()
    (tmp_path / "model.json").touch()
    monkeypatch.setattr(bot.detecting, "shipped_folder", lambda: tmp_path)
    monkeypatch.setattr(bot.detecting, "_make_shipped", lambda: made)
    monkeypatch.setattr("bot.model_checks._altered", lambda folder=None: [])
    return made


def test_the_folder_is_the_one_the_model_is_read_from() -> None:
    """Two places name it, because one of them must not import what reads it."""
    from moderation.toxicity import shipped

    assert shipped_folder() == shipped.shipped_folder() and bot.detecting.SHIPPED == shipped.SHIPPED


@pytest.mark.parametrize("text", ["", "toxicity: {model: auto}", "toxicity: {model: shipped}"])
def test_without_a_word_the_model_that_ships_judges(present: Model, tmp_path: Path, text: str) -> None:
    """And rules may name it."""
    chosen = toxicity_model(settings(tmp_path, text))
    assert chosen.name == "shipped" and chosen.labels == set(LABELS)
    assert len(detectors(chosen)) == 1
    assert vocabulary(settings(tmp_path, text)).models == {"shipped"}


def test_a_missing_model_is_nobody(absent: None, tmp_path: Path) -> None:
    """No detector, no labels, no model for rules to name, and the reason in words."""
    chosen = toxicity_model(settings(tmp_path))
    assert detectors(chosen) == () and chosen.labels == chosen.names == frozenset()
    assert "missing" in chosen.why and chosen.mend
    assert vocabulary().models == frozenset()


@pytest.mark.parametrize("name", ["detoxify:unbiased", "./models/mine.ckpt"])
def test_a_model_that_somebody_names_is_not_replaced_by_another(present: Model, tmp_path: Path, name: str) -> None:
    """Whoever asks for Detoxify without its weights learns so, instead of being judged by something else."""
    chosen = toxicity_model(settings(tmp_path, f'toxicity: {{model: "{name}"}}'))
    assert chosen.make is None and name.removeprefix("./") in chosen.why


def test_a_rule_may_name_the_family_of_a_model() -> None:
    """`model: detoxify` is any of them."""
    assert Chosen("detoxify:unbiased", Model).names == {"detoxify", "detoxify:unbiased"}


def test_the_rules_that_ship_load_without_a_warning_with_and_without_the_model(absent: None, tmp_path: Path) -> None:
    """They name no model, so they wait for any."""
    asked = settings(tmp_path)
    assert load_rules(asked, asked.communities[0]).problems == ()


def test_the_doctor_names_the_model_that_answers(present: Model, tmp_path: Path) -> None:
    """It is loaded, asked once, and let go."""
    (found,) = model(settings(tmp_path))
    assert found.state is State.WELL and "shipped" in found.says
    assert present.closed


def test_the_doctor_says_for_which_languages_the_model_was_not_made(present: Model, tmp_path: Path) -> None:
    """A community that writes Japanese learns what to expect before it wonders."""
    notes = list(model(settings(tmp_path, "communities: [{id: a, languages: [ja, en]}]")))
    assert [found.state for found in notes] == [State.WELL, State.NOTE]
    assert "ja" in notes[1].says and "en" not in notes[1].says.split(" for ")[1].split(":")[0]


def broken() -> Model:
    raise DetectorError("torn")


def no_answer() -> Model:
    return Model(labels=frozenset(), trouble=RuntimeError(), says=lambda texts: [])


@pytest.mark.parametrize(
    ("chosen", "altered", "says"),
    [
        (Chosen("shipped", None, "missing", "mend"), list, "missing"),
        (Chosen("shipped", Model), lambda: ["stage-1.onnx"], "stage-1.onnx"),
        (Chosen("shipped", broken), list, "torn"),
        (Chosen("mine", broken), lambda: ["not asked"], "torn"),
        (Chosen("mine", no_answer), list, "RuntimeError"),
    ],
    ids=["missing", "altered", "cannot be made", "a file that cannot be read", "does not answer"],
)
def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(
    chosen: Chosen, altered: Callable[[], list[str]], says: str
) -> None:
    """Every way in which a model may be of no use is told apart."""
    trouble = unwell(chosen, altered)
    assert trouble is not None
    assert says in trouble[0] and trouble[1]


@pytest.fixture
def log() -> Iterator[LogCapture]:
    captured = LogCapture()
    structlog.configure(processors=[captured])
    yield captured
    structlog.reset_defaults()


def test_messages_that_are_missed_are_counted_not_listed(log: LogCapture) -> None:
    """An outage under load writes a line a minute, not a line a message."""
    moments = iter([0.0, 1.0, 59.0, 61.0, 62.0])
    diary = LogDiary(now=lambda: next(moments))
    for _ in range(5):
        diary.missed("the toxicity model hangs")
    assert [entry["messages"] for entry in log.entries] == [1, 3]


def test_what_becomes_of_the_model_is_told_at_once(log: LogCapture) -> None:
    """Down is an error, up is news."""
    diary = LogDiary()
    diary.down("the toxicity model hangs")
    diary.up("shipped")
    assert [(entry["log_level"], entry.get("why", entry.get("model"))) for entry in log.entries] == [
        ("error", "the toxicity model hangs"),
        ("info", "shipped"),
    ]


@pytest.mark.parametrize("command", [["--help"], ["check", "rules/packs"], ["test", "rules/packs/10-conduct.yaml"]])
def test_commands_that_score_nothing_load_nothing_that_scores(command: list[str]) -> None:
    """Checking rules stays quick: numpy and the model's runtime are not imported."""
    code = (
        "import json, sys\nfrom bot.cli import main\n"
        f"sys.argv = ['sereno', *{command!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(ran.stdout.splitlines()[-1]))
    assert "bot" in loaded
    assert loaded.isdisjoint({"numpy", "onnxruntime", "sentencepiece", "tokenizers", "torch", "detoxify"})
