"""Two rule sets over the same chat."""

from __future__ import annotations

from pathlib import Path

from tests.backtest.helpers import LADDER, NO_ZONK, rule, tried

CHAT = "ana: hello\neve: zonkhead\nbo: z0nkhead\ncy: blorfface\nana: bye"
PLAIN = "rules:\n" + rule("no-zonk", "{says: {lists: bad, disguised: false}}", "[delete]")


def changes(tmp_path: Path, body: str, against: str, chat: str = CHAT) -> dict[str, str]:
    """Text → how it fares."""
    told = tried(tmp_path, chat, body, against)
    return {message["text"]: message["change"] for message in told.all["messages"]}


def test_the_same_rules_make_no_difference(tmp_path: Path) -> None:
    """Only what really changes is shown."""
    told = tried(tmp_path, CHAT, NO_ZONK, NO_ZONK)
    assert told.all["against"]["counts"] == {"new": 0, "gone": 0, "changed": 0, "same": 3}
    assert told.all["against"]["differences"] == []


def test_messages_that_are_newly_matched_are_named(tmp_path: Path) -> None:
    """Seeing through disguises finds one more."""
    found = changes(tmp_path, NO_ZONK, PLAIN)
    assert found == {"zonkhead": "same", "z0nkhead": "new", "blorfface": "same"}


def test_messages_that_are_no_longer_matched_are_named(tmp_path: Path) -> None:
    """The other way round it is lost, and the report must show it although the new rules say nothing about it."""
    told = tried(tmp_path, CHAT, PLAIN, NO_ZONK)
    (gone,) = [message for message in told.all["messages"] if message["change"] == "gone"]
    assert gone["text"] == "z0nkhead"
    assert gone["matched"] == []
    assert gone["against"][0]["rule"] == "no-zonk"
    assert told.rule("no-zonk")["messages"] == 2
    assert told.all["against"]["rules"][0]["messages"] == 3


def test_other_actions_for_the_same_messages_are_named(tmp_path: Path) -> None:
    """A longer timeout is a difference, though it has the same name."""
    one, other = ("rules:\n" + rule("no-zonk", "{says: bad}", f"[timeout: {time}]") for time in ("1h", "2h"))
    assert set(changes(tmp_path, one, other).values()) == {"changed"}


def test_turning_a_rule_on_is_a_difference(tmp_path: Path) -> None:
    """From shadow to enforce the same messages are matched, and something happens to them."""
    shadow = "rules:\n" + rule("no-zonk", "{says: bad}", "[delete]", mode="shadow")
    told = tried(tmp_path, CHAT, NO_ZONK, shadow)
    assert told.all["against"]["counts"]["changed"] == 3
    assert told.all["against"]["differences"] == [{"rule": "no-zonk", "new": 0, "gone": 0, "changed": 3}]


def test_each_side_keeps_its_own_strikes(tmp_path: Path) -> None:
    """Two points a time reach the timeout with the second message, one point with the third."""
    one, two = (LADDER + "rules:\n" + rule("insult", "{says: bad}", f"[strike: {points}]") for points in (1, 2))
    told = tried(tmp_path, "\n".join(["+60s eve: zonkhead"] * 3), one, two)
    acts = [
        ("timeout" in message["matched"][0]["actions"], "timeout" in message["against"][0]["actions"])
        for message in told.all["messages"]
    ]
    assert acts == [(False, False), (False, True), (True, False)]


def test_an_edited_message_is_compared_as_one(tmp_path: Path) -> None:
    """A rule that speaks when the message comes and one that speaks when it changes match the same message."""
    late = "rules:\n" + rule("no-zonk", "{says: bad}", "[delete]", more="on: [edit]")
    early = "rules:\n" + rule("no-zonk", "{says: bad}", "[delete]", more="on: [message]")
    assert changes(tmp_path, late, early, "eve (edited 9s): zonkhead") == {"zonkhead": "same"}


def test_a_renamed_rule_is_one_gone_and_one_new(tmp_path: Path) -> None:
    """The message is still matched; by which rule is a difference of its own."""
    renamed = "rules:\n" + rule("zonk", "{says: bad}", "[delete]")
    told = tried(tmp_path, "eve: zonkhead", renamed, NO_ZONK)
    assert told.all["against"]["counts"]["changed"] == 1
    assert {one["rule"]: (one["new"], one["gone"]) for one in told.all["against"]["differences"]} == {
        "zonk": (1, 0),
        "no-zonk": (0, 1),
    }
