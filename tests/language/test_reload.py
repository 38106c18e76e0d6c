"""The rules in force while people edit their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.wiring import vocabulary
from rules.compare import Changes
from rules.loader import Loaded, load_folder
from rules.model import RuleSet
from rules.problems import Problem
from rules.reload import Look, RuleBook
from tests.language.reading import ONE_RULE


class Diary:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.loaded: list[tuple[int, Changes]] = []
        self.refused: list[list[str]] = []

    def on_loaded(self, engine: int, changed: Changes) -> None:
        self.loaded.append((engine, changed))

    def on_refused(self, problems: Sequence[Problem]) -> None:
        self.refused.append([problem.code for problem in problems])


def opened(folder: Path) -> tuple[RuleBook[int], Diary]:
    diary = Diary()
    book = RuleBook([folder], lambda: load_folder(folder, vocabulary()), lambda rule_set: len(rule_set.rules), diary)
    book.open()
    return book, diary


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.yaml").write_text(ONE_RULE)
    return rules


def settle(book: RuleBook[int]) -> Look:
    """Two looks in a row, as when nobody writes any more."""
    book.poll()
    return book.poll()


def test_a_change_comes_into_force_as_a_whole(folder: Path) -> None:
    """The listener hears which rules came, went and changed."""
    book, diary = opened(folder)
    (folder / "a.yaml").write_text(ONE_RULE.replace("[delete]", "[hold]"))
    (folder / "b.yaml").write_text(ONE_RULE.replace("no-spam", "new-one"))
    assert settle(book) is Look.LOADED
    assert diary.loaded == [(1, Changes(added=("no-spam",))), (2, Changes(added=("new-one",), changed=("no-spam",)))]
    (folder / "a.yaml").unlink()
    assert settle(book) is Look.LOADED
    assert diary.loaded[-1] == (1, Changes(removed=("no-spam",)))


def test_nothing_new_is_nothing_to_do(folder: Path) -> None:
    """Touching a file or saving it unchanged loads nothing."""
    book, diary = opened(folder)
    (folder / "a.yaml").write_text(ONE_RULE)
    assert [book.poll(), book.poll()] == [Look.SAME, Look.SAME]
    assert len(diary.loaded) == 1


def test_an_error_keeps_the_last_good_set(folder: Path) -> None:
    """The old rules stay until the files are whole again; the refusal is told once."""
    book, diary = opened(folder)
    before = book.in_force
    (folder / "a.yaml").write_text(ONE_RULE.replace("says: spam", "says: spem"))
    assert settle(book) is Look.REFUSED
    assert settle(book) is Look.SAME
    assert book.in_force is before
    assert diary.refused == [["E200"]]
    assert [problem.code for problem in book.problems] == ["E200"]
    (folder / "a.yaml").write_text(ONE_RULE)
    assert settle(book) is Look.LOADED
    assert not diary.loaded[-1][1]


def test_a_file_that_is_still_being_written_is_left_alone(folder: Path) -> None:
    """However far the writer has come, each look finds other bytes and waits."""
    book, diary = opened(folder)
    longer = ONE_RULE + ONE_RULE.split("rules:\n")[1].replace("no-spam", "second")
    for end in range(0, len(longer), 40):
        (folder / "a.yaml").write_text(longer[:end])
        assert book.poll() is Look.SETTLING
    (folder / "a.yaml").write_text(longer)
    assert settle(book) is Look.LOADED
    assert diary.refused == []
    assert diary.loaded[-1][1] == Changes(added=("second",))


def test_a_change_while_loading_is_not_half_taken(folder: Path) -> None:
    """What was read while somebody wrote is thrown away."""
    book, diary = opened(folder)

    def writes_meanwhile() -> Loaded:
        (folder / "b.yaml").write_text(ONE_RULE.replace("no-spam", "late"))
        return load_folder(folder, vocabulary())

    book._load = writes_meanwhile
    (folder / "a.yaml").write_text(ONE_RULE.replace("[delete]", "[hold]"))
    assert settle(book) is Look.SETTLING
    assert len(diary.loaded) == 1
    assert settle(book) is Look.LOADED
    assert diary.loaded[-1][1] == Changes(added=("late",), changed=("no-spam",))


def test_a_folder_that_vanishes_does_not_take_the_rules_with_it(folder: Path) -> None:
    """An unmounted disk is no decision of an admin."""
    book, diary = opened(folder)
    book._load = lambda: Loaded(RuleSet(()))
    folder.rename(folder.with_name("elsewhere"))
    assert settle(book) is Look.REFUSED
    assert book.in_force is not None
    assert diary.refused == [["E007"]]


def test_a_list_file_is_part_of_the_rules(folder: Path) -> None:
    """A new word in a list changes the rules that use the list."""
    (folder / "spam.txt").write_text("free money\n")
    (folder / "a.yaml").write_text(ONE_RULE.replace("spam: |\n    free money", "spam: {file: spam.txt}"))
    book, diary = opened(folder)
    (folder / "spam.txt").write_text("free money\ngratis\n")
    assert settle(book) is Look.LOADED
    assert diary.loaded[-1][1] == Changes(changed=("no-spam",))


def test_moving_a_rule_changes_nothing(folder: Path) -> None:
    """Comments, blank lines and the file a rule stands in say nothing about what it does."""
    book, diary = opened(folder)
    (folder / "a.yaml").rename(folder / "z.yaml")
    (folder / "z.yaml").write_text("# moved\n\n" + ONE_RULE)
    assert settle(book) is Look.LOADED
    assert not diary.loaded[-1][1]


def test_a_start_with_bad_rules_has_nothing_in_force(folder: Path) -> None:
    """Nothing is made up in place of rules that cannot be read."""
    (folder / "a.yaml").write_text("schema: rules/1\n")
    book, diary = opened(folder)
    assert book.in_force is None
    assert diary.refused == [["E103"]]
    (folder / "a.yaml").write_text(ONE_RULE)
    assert settle(book) is Look.LOADED
    assert book.in_force is not None
    assert book.in_force.rule_set != RuleSet(())
