"""`model: auto`: which models judge when one of Detoxify's is in the data folder, and what rules and doctor call them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

import bot.cascading
import bot.detecting
from bot.cascading import CAUTIOUS, PREFERRED, Complaints, band_for, idle_in, joined, place_in, second_in
from bot.cli import main
from bot.config import Settings, settings_from
from bot.detecting import detectors, toxicity_model
from bot.doctor import State, model
from bot.wiring import vocabulary
from moderation.errors import DetectorError
from moderation.model import Signal, Signals
from moderation.simulate import World
from moderation.toxicity.band import Band
from moderation.toxicity.port import Toxicity
from rules.conditions.score import Score
from rules.stream import Stream
from tests.rules_engine.helpers import engine, rule
from tests.toxicity.models import Model, scores


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Model:
    """Files of a shipped model are there; what is made of them is a double."""
    made, folder = Model(), tmp_path / "shipped"
    folder.mkdir()
    (folder / "model.json").write_text("{}")
    monkeypatch.setattr(bot.detecting, "shipped_folder", lambda: folder)
    monkeypatch.setattr("bot.model_checks.shipped_folder", lambda: folder)
    monkeypatch.setattr(bot.detecting, "_make_shipped", lambda: made)
    monkeypatch.setattr("bot.model_checks._altered", lambda folder=None: [])
    monkeypatch.setattr(bot.cascading, "torch_installed", lambda: False)
    return made


def settings(folder: Path, text: str = "") -> Settings:
    file = folder / "sereno.yaml"
    file.write_text(text)
    return settings_from(file, {"SERENO_DATA_DIR": str(folder / "data")})


def optimised(folder: Path, *names: str) -> None:
    for name in names:
        place = place_in(folder / "data", name)
        place.fast.mkdir(parents=True)
        (place.fast / "manifest.json").write_text("{}")


def fetched(folder: Path, name: str) -> None:
    place = place_in(folder / "data", name)
    place.folder.mkdir(parents=True, exist_ok=True)
    place.checkpoint.touch()
    (place.folder / "config.json").touch()


def no_torch() -> bool:
    return False


def with_torch() -> bool:
    return True


def test_the_one_that_reads_most_languages_is_preferred(tmp_path: Path) -> None:
    """Multilingual before unbiased before original, whichever was fetched first; a checkpoint counts like its faster form."""
    found = []
    for name in reversed(PREFERRED):
        fetched(tmp_path, name)
        found.append(second_in(tmp_path / "data", with_torch))
    assert found == ["detoxify:original", "detoxify:unbiased", "detoxify:multilingual"]


def test_a_checkpoint_that_nothing_here_can_read_is_not_in_use(tmp_path: Path) -> None:
    """Without torch only an optimised form counts, also one of a model that is less preferred."""
    fetched(tmp_path, "detoxify:multilingual")
    assert second_in(tmp_path / "data", no_torch) is None
    optimised(tmp_path, "detoxify:original")
    assert second_in(tmp_path / "data", no_torch) == "detoxify:original"
    assert idle_in(tmp_path / "data", no_torch) == ("detoxify:multilingual",)
    assert idle_in(tmp_path / "data", with_torch) == ()


@pytest.mark.parametrize("text", ["", "toxicity: {model: auto}"])
def test_auto_joins_both(shipped: Model, tmp_path: Path, text: str) -> None:
    """One detector on the pair, all labels, and its names in the vocabulary of rules."""
    optimised(tmp_path, "detoxify:unbiased")
    chosen = toxicity_model(settings(tmp_path, text))
    assert chosen.name == "cascade:detoxify:unbiased" and chosen.pair is not None
    assert [one.name for one in chosen.pair] == ["shipped", "detoxify:unbiased"]
    assert len(detectors(chosen)) == 1
    assert vocabulary(settings(tmp_path)).models == {"cascade", "cascade:detoxify", "cascade:detoxify:unbiased"}


def test_auto_is_the_shipped_model_alone_without_another(shipped: Model, tmp_path: Path) -> None:
    """As `shipped` is always, whatever lies in the data folder."""
    assert toxicity_model(settings(tmp_path)).name == "shipped"
    optimised(tmp_path, "detoxify:original")
    assert toxicity_model(settings(tmp_path, "toxicity: {model: shipped}")).name == "shipped"
    assert toxicity_model().name == "shipped"


@pytest.mark.parametrize(
    ("named", "matches"),
    [
        (None, True),
        ("cascade", True),
        ("cascade:detoxify:unbiased", True),
        ("cascade:detoxify:original", False),
        ("shipped", False),
        ("detoxify", False),
    ],
)
def test_rules_name_the_pair_not_its_halves(named: str | None, matches: bool) -> None:
    """A rule that asks for one model by name is not served by two that share the work."""
    judging = engine(rule(Score(labels={"toxicity": 0.9}, model=named), name="named"))
    given = Signals((Signal("toxicity", 0.95, "cascade:detoxify:unbiased"),))
    assert bool(Stream(judging).feed(World().says("eve", "x"), given).matched) is matches


def second() -> Model:
    return Model("detoxify:unbiased", says=lambda texts: [scores(toxicity=0.33) for _ in texts])


def pair(folder: Path, first: Toxicity, make: Callable[[], Toxicity], told: list[str]) -> Toxicity:
    return joined("detoxify:unbiased", folder, folder / "model.json", lambda: first, make, told.append)


def test_the_pair_calls_itself_as_rules_call_it_before_the_second_is_there(tmp_path: Path) -> None:
    """So the detector's signals carry the name that the vocabulary has."""
    made = pair(tmp_path, Model(), second, [])
    assert made.name == "cascade:detoxify:unbiased" and "sexual_explicit" in made.labels


def test_the_doctor_tells_both_and_the_band(shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that it was not measured, where it was not."""
    optimised(tmp_path, "detoxify:multilingual")
    made = second()
    monkeypatch.setattr(bot.detecting, "_make_apart", lambda name, data: made)
    found = list(model(settings(tmp_path, "communities: [{id: a, languages: [tr, es]}]")))
    assert [one.state for one in found] == [State.WELL, State.WELL]
    assert "shipped" in found[0].says
    assert found[1].says == "detoxify:multilingual judges what is in doubt, a toxicity of 0.02 to 0.98, not measured"
    assert made.closed


def test_the_doctor_tells_a_second_model_that_is_of_no_use(
    shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipped one judges alone, and that is said."""
    optimised(tmp_path, "detoxify:original")

    def broken(name: str, data: Path) -> Model:
        raise DetectorError("torn")

    monkeypatch.setattr(bot.detecting, "_make_apart", broken)
    found = list(model(settings(tmp_path)))
    assert [one.state for one in found] == [State.WELL, State.WRONG]
    assert "torn" in found[1].says and "alone" in found[1].says and "detoxify:original" in found[1].mend


def test_the_doctor_warns_when_the_last_word_is_in_another_language(
    shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model for English must not be what decides Spanish doubts without anybody knowing."""
    optimised(tmp_path, "detoxify:original")
    monkeypatch.setattr(bot.detecting, "_make_apart", lambda name, data: second())
    notes = list(model(settings(tmp_path, "communities: [{id: a, languages: [es-MX, en]}]")))
    assert notes[-1].state is State.NOTE and "detoxify:original reads no es-MX" in notes[-1].says


def test_the_doctor_names_a_checkpoint_that_waits_for_torch(shipped: Model, tmp_path: Path) -> None:
    """Whoever fetched it learns what is still to be done."""
    fetched(tmp_path, "detoxify:original")
    note = list(model(settings(tmp_path)))[-1]
    assert note.state is State.NOTE and "sereno models optimise detoxify:original" in note.mend


def test_check_knows_the_models_of_the_sereno_yaml_it_is_given(
    shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule that names the pair is no mistake there, and one that names another model still is."""
    optimised(tmp_path, "detoxify:original")
    text = "communities: [{id: a, rules: [rules]}]\n"
    (tmp_path / "rules").mkdir()
    settings(tmp_path, text)
    lines = [
        f"  - id: {name}\n    why: {{en: x}}\n    if: {{score: {{toxicity: 97%, model: {named}}}}}\n    then: [ask]\n"
        for name, named in (("one", "cascade"), ("two", "detoxify"))
    ]
    (tmp_path / "rules/10-scores.yaml").write_text("schema: rules/1\nrules:\n" + "".join(lines))
    monkeypatch.setenv("SERENO_DATA_DIR", str(tmp_path / "data"))
    said = []
    for path in ("sereno.yaml", "."):
        assert main(["check", str(tmp_path / path)]) == 0
        said.append(capsys.readouterr().out)
    assert all("`detoxify` is not installed" in one and "`cascade` is not" not in one for one in said)


@pytest.fixture
def log() -> Iterator[LogCapture]:
    captured = LogCapture()
    structlog.configure(processors=[captured])
    yield captured
    structlog.reset_defaults()


def test_what_a_second_model_fails_at_is_told_once_a_minute(log: LogCapture) -> None:
    """Not for every message."""
    moments = iter([0.0, 1.0, 59.0, 61.0, 62.0])
    tell = Complaints(now=lambda: next(moments))
    for _ in range(5):
        tell("detoxify:unbiased could not judge 1 texts: gone")
    assert [entry["times"] for entry in log.entries] == [1, 3]


def test_without_a_measured_band_the_cautious_one_counts(tmp_path: Path) -> None:
    """It holds every threshold of the shipped rules."""
    assert band_for("detoxify:original", tmp_path, tmp_path / "model.json").band == Band(*CAUTIOUS)
    assert all(CAUTIOUS[0] < asked < CAUTIOUS[1] for asked in (0.75, 0.80, 0.97))
