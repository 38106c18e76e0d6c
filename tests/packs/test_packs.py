from __future__ import annotations

from pathlib import Path

import pytest

from bot.checks import check
from bot.wiring import vocabulary
from moderation.verdict import Mode
from rules.compile import Engine
from rules.examples import examine
from rules.loader import SHIPPED, load_folder
from rules.model import Rule
from tests.packs.helpers import EXAMPLES, tried

LISTS = SHIPPED / "lists"


@pytest.mark.parametrize("folder", [SHIPPED, EXAMPLES], ids=["packs", "examples"])
def test_shipped_rules_check_clean(folder: Path) -> None:
    """An admin who starts with the shipped rules sees neither an error nor a warning: every example is green, and every
    list, narrowing key and exception is needed by one."""
    checked = check([folder], vocabulary(), examine=examine)
    assert not checked.problems, checked.text()


def test_every_rule_gives_its_reason_in_both_languages(packs: Engine) -> None:
    """The statement of reasons is there for whoever reads English or Spanish."""
    assert all({"en", "es"} <= rule.why.keys() for rule in packs.rule_set.rules)


def test_every_rule_has_examples(packs: Engine) -> None:
    """A rule without an example could not be trusted after the next change."""
    assert all(rule.hits or rule.scenes for rule in packs.rule_set.rules)


def test_what_does_harm_is_enforced_from_the_first_day(packs: Engine) -> None:
    """The rules that a community expects to work at once do."""
    modes = {rule.id: rule.mode for rule in packs.rule_set.rules}
    at_once = ("slur", "insult", "threat", "known-scam-link", "message-flood", "same-text-in-channels")
    assert {modes[name] for name in at_once} == {Mode.ENFORCE}


def test_people_in_danger_are_never_punished(packs: Engine) -> None:
    """Whoever speaks of harming themselves meets a person, nothing else."""
    rule = _rule(packs, "person-in-danger")
    assert {action.name for action in rule.then} == {"label", "ask"}


def test_newcomer_care_punishes_nobody(packs: Engine) -> None:
    """The gentle pack labels, holds and asks."""
    care = next(policy for policy in packs.rule_set.policies if policy.name.startswith("40-"))
    assert {action.name for rule in care.rules for action in rule.then} <= {"label", "hold", "ask"}


def test_a_community_can_build_on_the_starter(tmp_path: Path) -> None:
    """A file of three lines takes the starter over and changes one rule by its id."""
    file = tmp_path / "mine.yaml"
    file.write_text("schema: rules/1\nextends: starter\nrules:\n  - id: starter-flood\n    mode: enforce\n")
    loaded = load_folder(tmp_path, vocabulary())
    assert loaded.rule_set is not None, loaded.problems
    modes = {rule.id: rule.mode for rule in loaded.rule_set.rules}
    assert modes == {"starter-words": Mode.ENFORCE, "starter-links": Mode.SHADOW, "starter-flood": Mode.ENFORCE}


@pytest.mark.parametrize("file", sorted(LISTS.glob("*-e[ns].txt")), ids=lambda path: path.stem)
def test_every_word_list_names_its_source_and_has_no_entry_twice(file: Path) -> None:
    """Who reads a list learns where its words come from; the licences of the sources lie beside it."""
    lines = file.read_text(encoding="utf-8").splitlines()
    comments = " ".join(line for line in lines if line.startswith("#"))
    entries = [line for line in lines if line and not line.startswith("#")]
    assert "Own work" in comments or {"LICENSE-cuss.txt", "LICENSE-naughty-words.txt"} <= set(
        comments.replace(",", " ").replace(")", " ").split()
    )
    assert len({entry.casefold() for entry in entries}) == len(entries) > 0
    assert entries == [entry.strip() for entry in entries]


@pytest.mark.parametrize("name", ["cuss", "naughty-words"])
def test_the_licences_of_the_word_lists_are_shipped(name: str) -> None:
    """Both sources ask for their licence to travel with the words."""
    assert "icen" in (LISTS / f"LICENSE-{name}.txt").read_text(encoding="utf-8")


def test_words_that_are_only_suspicious_in_disguise_pass_in_plain_letters(conduct: Engine) -> None:
    """The rule about veiled words names them twice, as a list and as patterns; both agree on every word."""
    files = [LISTS / "veiled-en.txt", LISTS / "veiled-es.txt"]
    words = [
        line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    written = [form for word in words for form in (word, word.upper(), f"**{word}**!", f"el {word}, the {word}.")]
    met = [one for one in tried(conduct, [{"text": text} for text in written]) if "veiled-word" in one.rules]
    assert not met, "\n".join(map(str, met))


def _rule(engine: Engine, name: str) -> Rule:
    return next(rule for rule in engine.rule_set.rules if rule.id == name)
