"""A backtest with scores: rules that ask for them are tried on what a model says of every message."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.backtest import Result, as_text, backtest, scoring, write_html
from bot.cli import main
from bot.wiring import vocabulary
from moderation.errors import DetectorError
from tests.backtest.helpers import NO_ZONK, Told, export, rule, rules, told
from tests.commands_toxicity.doubles import Foreseen

TOXIC = "rules:\n" + rule("toxic", "{score: {toxicity: 80%}}", "[delete]")
EITHER = rule("either", "{any: [{says: bad}, {score: {toxicity: 80%}}]}", "[hold]")


def ran(tmp_path: Path, chat: str, body: str, model: Foreseen | None, against: str | None = None) -> Result:
    before = rules(tmp_path / "before", against) if against is not None else None
    house, where = rules(tmp_path / "rules", body), export(tmp_path / "export", chat)
    return backtest(where, house, vocabulary(), against=before, model=model)


def tried(tmp_path: Path, chat: str, body: str, model: Foreseen | None, against: str | None = None) -> Told:
    with ran(tmp_path, chat, body, model, against) as result:
        return told(result)


def test_score_rules_decide_when_a_model_is_asked(tmp_path: Path) -> None:
    """Messages with a high score match, others do not, and none is undecided."""
    found = tried(tmp_path, "eve: how rude\nana: hello\nbo: zonkhead", TOXIC + EITHER, Foreseen())
    assert found.texts == ["how rude", "zonkhead"]
    toxic, either = found.rule("toxic"), found.rule("either")
    assert (toxic["messages"], toxic["undecided"], toxic["not_judged"]) == (1, 0, None)
    assert (either["messages"], either["undecided"]) == (2, 0)
    assert found.all["scored"] == {"model": "foreseen", "texts": 3, "silent": 0}
    (because,) = found.all["messages"][0]["matched"][0]["because"]
    assert because["saw"] == "90%"


def test_without_a_model_the_way_to_one_is_told_once(tmp_path: Path) -> None:
    """Score rules are named as not tried, with the option that tries them."""
    with ran(tmp_path, "eve: how rude", TOXIC, None) as result:
        shown = as_text(result)
        assert told(result).all["scored"] is None
    assert shown.count("--score") == 1
    assert "because an export has no scores: toxic. With --score" in shown


def test_a_message_the_model_cannot_judge_is_undecided(tmp_path: Path) -> None:
    """A missing score is never taken for a low one."""
    with ran(tmp_path, "eve: привет\nana: crash\nbo: hello", TOXIC, Foreseen()) as result:
        shown, found = as_text(result), told(result)
    assert found.rule("toxic")["undecided"] == 2
    assert found.texts == []
    assert "foreseen scored 3 distinct texts; it could not judge 2 of them" in shown
    assert "or the model cannot read the message:\n  toxic: 2 messages" in shown


def test_what_no_model_gives_stays_untried(tmp_path: Path) -> None:
    """A label the model has none of leaves its rules out, and the reader is not sent to an option already used."""
    body = TOXIC + rule("lewd", "{score: {sexual_explicit: 80%}}", "[delete]")
    with ran(tmp_path, "eve: how rude", body, Foreseen()) as result:
        shown, found = as_text(result), told(result)
    assert found.rule("lewd")["not_judged"] == "score"
    assert found.rule("toxic")["messages"] == 1
    assert "no model here gives what they ask for: lewd" in shown
    assert "--score" not in shown


def test_the_same_text_is_scored_once(tmp_path: Path) -> None:
    """Also when it was changed, was said long before, or two rule sets ask."""
    model = Foreseen()
    chat = "\n".join(["eve: hello", "bo (edited 30s): how rude", "ana: good night"] * 2_000)
    found = tried(tmp_path, chat, TOXIC, model, TOXIC.replace("80%", "95%"))
    assert sorted(text for batch in model.batches for text in batch) == ["good night", "hello", "how rude"]
    assert found.rule("toxic")["messages"] == 2_000
    assert found.all["against"]["counts"]["new"] == 2_000


def test_scores_are_forgotten_before_they_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A history of nothing but different texts keeps only those met last, and judges all the same."""
    monkeypatch.setattr(scoring, "REMEMBERED", 0)
    monkeypatch.setattr(scoring, "BLOCK", 10)
    model = Foreseen()
    chat = "\n".join(f"eve: message {number}{' rude' if number % 10 == 0 else ''}" for number in range(200))
    assert tried(tmp_path, f"{chat}\nana: message 0 rude", TOXIC, model).rule("toxic")["messages"] == 21
    assert sum(map(len, model.batches)) == 201


def test_no_model_is_asked_when_no_rule_wants_a_score(tmp_path: Path) -> None:
    """Nobody waits for scores that nothing looks at."""
    model = Foreseen()
    with ran(tmp_path, "eve: zonkhead", NO_ZONK, model) as result:
        assert "No rule asks for a score" in as_text(result)
    assert model.batches == []


def test_a_broken_model_ends_the_backtest(tmp_path: Path) -> None:
    """A report that says nothing about scores must not look like one that does."""
    with pytest.raises(DetectorError, match="out of order"):
        ran(tmp_path, "eve: how rude\nana: hello", TOXIC, Foreseen(broken=True))


def test_the_page_says_the_same(tmp_path: Path) -> None:
    """What was scored stands among the things to know."""
    with ran(tmp_path, "eve: how rude\nana: привет", TOXIC, Foreseen()) as result:
        write_html(result, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "foreseen scored 2 distinct texts; it could not judge 1 of them" in page


def test_the_command_asks_the_model_that_ships(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A threat in an old export is found by the rule that somebody wants to try."""
    where = export(tmp_path / "export", "eve: I will find you and kill you\nana: have a nice day, everybody")
    house = rules(tmp_path / "rules", TOXIC.replace("80%", "50%"))
    assert main(["backtest", str(where), "--rules", str(house), "--score"]) == 0
    shown = capsys.readouterr().out
    assert "shipped scored 2 distinct texts" in shown
    assert "I will find you and kill you" in shown
    assert "have a nice day" not in shown
