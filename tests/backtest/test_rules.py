"""What a backtest says about each rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.backtest import BadRules, backtest
from bot.wiring import vocabulary
from moderation.errors import UserError
from tests.backtest.helpers import LADDER, NO_ZONK, export, person, rule, rules, tried


def test_a_rule_says_which_messages_it_would_have_removed(tmp_path: Path) -> None:
    """The admin reads what was written, by whom, where, when, and what decided."""
    told = tried(tmp_path, "ana: hello\neve #art: you zonkhead, really\nana: bye", NO_ZONK)
    found = told.rule("no-zonk")
    assert (found["messages"], found["people"], found["actions"]) == (1, 1, {"delete": 1})
    (message,) = told.all["messages"]
    assert message["text"] == "you zonkhead, really"
    assert message["author"] == {"id": person("eve"), "name": "eve"}
    assert message["channel"]["name"] == "art"
    assert message["at"] == "2024-03-01T12:00:02+00:00"
    (because,) = message["matched"][0]["because"]
    assert message["text"][because["start"] : because["end"]] == "zonkhead"


def test_a_shadow_rule_does_nothing_and_says_what_it_would_do(tmp_path: Path) -> None:
    """Shadow mode is where a rule begins; what turning it on means must be visible."""
    body = "rules:\n" + rule("quiet", "{says: bad}", "[delete, {timeout: 1h}]", mode="shadow")
    found = tried(tmp_path, "eve: zonkhead", body).rule("quiet")
    assert found["actions"] == {}
    assert found["if_enforced"] == {"delete": 1, "timeout": 1}


def test_a_rule_in_review_asks_people(tmp_path: Path) -> None:
    """In review a removal is one question."""
    body = "rules:\n" + rule("careful", "{says: bad}", "[delete]", mode="review")
    found = tried(tmp_path, "eve: zonkhead", body).rule("careful")
    assert found["actions"] == {"ask": 1}
    assert found["if_enforced"] == {"delete": 1}


def test_a_message_that_was_changed_is_one_message(tmp_path: Path) -> None:
    """Exports show an edited message twice with the same words; it is counted once."""
    told = tried(tmp_path, "eve (edited 30s): zonkhead\neve: hello", NO_ZONK)
    assert told.all["export"]["events"] == 3
    assert told.all["export"]["messages"] == 2
    assert told.rule("no-zonk")["messages"] == 1
    assert told.rule("no-zonk")["actions"] == {"delete": 1}
    assert len(told.all["messages"]) == 1


def test_a_message_that_was_changed_is_one_strike(tmp_path: Path) -> None:
    """Three points make a timeout: one edited insult and another one are two deeds, not three."""
    body = LADDER + "rules:\n" + rule("insult", "{says: bad}", "[strike: 1]")
    two = tried(tmp_path / "two", "eve (edited 3s): zonkhead\n+9s eve: blorfface", body)
    assert two.rule("insult")["actions"] == {"strike": 2}
    three = tried(tmp_path / "three", "eve (edited 3s): zonkhead\n+9s eve: blorfface\n+9s eve: zonkhead", body)
    assert three.rule("insult")["actions"] == {"strike": 3, "timeout": 1}


def test_an_edit_that_earns_nothing_takes_no_strike_back(tmp_path: Path) -> None:
    """A rule that listens only to new messages has spoken when the edit comes."""
    body = LADDER + "rules:\n" + rule("insult", "{says: bad}", "[strike: 1]", more="on: [message]")
    told = tried(tmp_path, "eve (edited 3s): zonkhead\n+9s eve: blorfface\n+9s eve: zonkhead", body)
    assert told.rule("insult")["actions"] == {"strike": 3, "timeout": 1}


def test_a_flood_acts_on_its_earlier_messages_too(tmp_path: Path) -> None:
    """The fourth message makes the flood, and all four would have gone."""
    body = "rules:\n" + rule("flood", "{flood: {messages: 4, within: 10s}}", "[delete]")
    told = tried(tmp_path, "eve: one\neve: two\neve: three\neve: four\nana: hi", body)
    assert told.rule("flood")["messages"] == 1
    assert told.rule("flood")["acted_on"] == 4
    (message,) = told.all["messages"]
    assert len(message["matched"][0]["together"]) == 3


def test_messages_that_flood_and_were_flooded_count_once(tmp_path: Path) -> None:
    """The fifth message finds the flood again; its earlier messages are the same ones."""
    body = "rules:\n" + rule("flood", "{flood: {messages: 4, within: 10s}}", "[delete]")
    told = tried(tmp_path, "eve: one\neve: two\neve: three\neve: four\neve: five", body)
    assert told.rule("flood")["messages"] == 2
    assert told.rule("flood")["acted_on"] == 5


def test_staff_and_bots_are_counted_apart(tmp_path: Path) -> None:
    """Automation never touches them, so the figures must not promise that it would."""
    told = tried(tmp_path, "mod (moderator): zonkhead\nfeed (bot): zonkhead\neve: zonkhead", NO_ZONK)
    found = told.rule("no-zonk")
    assert (found["messages"], found["protected"], found["actions"]) == (3, 2, {"delete": 1})


def test_score_rules_are_not_judged_and_said_so(tmp_path: Path) -> None:
    """An export has no scores; a rule that waits for one is named instead of matching nothing in silence."""
    body = "rules:\n" + rule("toxic", "{score: {toxicity: 90%}}", "[delete]")
    body += rule("either", "{any: [{says: bad}, {score: {toxicity: 90%}}]}", "[delete]")
    told = tried(tmp_path, "eve: zonkhead\nana: hello", body)
    assert told.rule("toxic")["not_judged"] == "score"
    assert told.rule("toxic")["undecided"] == 0
    either = told.rule("either")
    assert (either["not_judged"], either["messages"], either["undecided"]) == (None, 1, 1)
    assert either["scores"] == ["toxicity"]


def test_what_an_export_does_not_tell_leaves_a_rule_undecided(tmp_path: Path) -> None:
    """A Discord export does not say since when people are here: unknown is counted, never taken for a no."""
    body = "rules:\n" + rule("newcomer", "{says: bad, author: {here_less_than: 1d}}", "[delete]")
    found = tried(tmp_path, "eve (edited 5s): zonkhead\nana: hello", body).rule("newcomer")
    assert (found["messages"], found["undecided"]) == (0, 1)


def test_rules_that_are_off_or_listen_to_what_no_export_shows_are_named(tmp_path: Path) -> None:
    """Nothing is found for two quite different reasons, and both are said."""
    body = "rules:\n" + rule("asleep", "{says: bad}", "[delete]", mode="off")
    body += rule("reported", "{reports: {people: 2, within: 1h}}", "[{ask: moderators}]", more="on: [report]")
    told = tried(tmp_path, "eve: zonkhead", body)
    assert told.rule("asleep")["not_judged"] == "off"
    assert told.rule("reported")["not_judged"] == "events"


def test_people_who_would_have_been_sanctioned_most_come_first(tmp_path: Path) -> None:
    """Who would have felt the rules, and how."""
    body = LADDER + "rules:\n" + rule("insult", "{says: bad}", "[delete, {strike: 1}]")
    told = tried(tmp_path, "bo: zonkhead\neve: zonkhead\neve: blorfface\nmod (admin): zonkhead", body)
    assert [(one["name"], one["messages"]) for one in told.all["people"]] == [("eve", 2), ("bo", 1)]
    assert told.all["people"][0]["actions"] == {"delete": 2, "strike": 2}


def test_a_brake_that_would_have_been_pulled_is_named(tmp_path: Path) -> None:
    """Two removals a minute are allowed; the third and fourth would have become questions."""
    body = "brakes:\n  calm:\n    max: 2\n    within: 1m\nrules:\n"
    body += rule("no-zonk", "{says: bad}", "[delete]", more="brake: calm")
    told = tried(tmp_path, "\n".join(["eve: zonkhead"] * 4 + ["+90s eve: zonkhead"]), body)
    brake = told.rule("no-zonk")["brake"]
    assert (brake["pulled_at"], brake["asked"]) == ("2024-03-01T12:00:03+00:00", 2)
    assert told.rule("no-zonk")["actions"] == {"delete": 5}


def test_a_brake_that_holds_nothing_back_is_not_pulled(tmp_path: Path) -> None:
    """Removals far enough apart stay below it."""
    body = "brakes:\n  calm:\n    max: 2\n    within: 1m\nrules:\n"
    body += rule("no-zonk", "{says: bad}", "[delete]", more="brake: calm")
    told = tried(tmp_path, "\n".join(["+50s eve: zonkhead"] * 6), body)
    assert told.rule("no-zonk")["brake"]["pulled_at"] is None


def test_broken_empty_and_foreign_files_are_counted_and_named(tmp_path: Path) -> None:
    """A folder of a thousand files always holds some that are none."""
    where = export(tmp_path / "export", "eve: zonkhead")
    (where / "empty.json").write_text("")
    (where / "broken.json").write_text('{"guild": {"id"')
    (where / "holiday.txt").write_text("sun and sea")
    told = tried(tmp_path, "eve: zonkhead", NO_ZONK)
    assert {one["path"] for one in told.all["export"]["skipped"]} == {"empty.json", "broken.json", "holiday.txt"}
    assert told.rule("no-zonk")["messages"] == 1


def test_rules_with_errors_are_refused_with_their_places(tmp_path: Path) -> None:
    """As `sereno check` says it, before anything is read."""
    where = export(tmp_path / "export", "eve: zonkhead")
    folder = rules(tmp_path / "rules", "rules:\n" + rule("bad", "{says: nosuchlist}", "[delete]"))
    with pytest.raises(BadRules) as refused:
        backtest(where, folder, vocabulary())
    assert "10-house.yaml" in str(refused.value)
    assert "^" in str(refused.value)


@pytest.mark.parametrize("content", [{}, {"empty.json": ""}])
def test_an_export_without_a_message_is_a_mistake_to_be_told(tmp_path: Path, content: dict[str, str]) -> None:
    """Whoever names the wrong folder must not read that the rules match nothing."""
    where = tmp_path / "export"
    where.mkdir()
    for name, text in content.items():
        (where / name).write_text(text)
    with pytest.raises(UserError, match="export"):
        backtest(where, rules(tmp_path / "rules", NO_ZONK), vocabulary())
