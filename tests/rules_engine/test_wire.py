"""The lines of `sereno judge`."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire import BadLine, EventReader, verdict_line
from moderation.actions.ask import Ask
from moderation.actions.delete import Delete
from moderation.actions.timeout import Timeout
from moderation.model import (
    MemberJoined,
    MemberRef,
    MemberRenamed,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReportFiled,
)
from moderation.strikes import Points
from moderation.units import duration
from rules.conditions.author import Author
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.model import All
from rules.stream import Stream
from tests.rules_engine.helpers import engine, rule, words

LABELS = frozenset({"toxicity", "insult"})


def line(**keys: Any) -> str:
    return json.dumps({"id": "1", "kind": "message", "author": {"id": "ana"}, **keys})


def test_a_line_says_everything_an_event_can() -> None:
    """Every key of the format has its place in the event."""
    told = EventReader(LABELS).read(
        line(
            id="m1",
            text="hello @bo",
            at="2026-05-01T10:00:00+02:00",
            channel="help",
            platform="slack",
            community="ours",
            author={
                "id": "ana",
                "name": "Ana",
                "roles": ["trusted"],
                "here_since": "2026-01-01T00:00:00Z",
                "account_created": "2025-01-01",
                "messages": 3,
                "is_bot": True,
            },
            reply_to="m0",
            quoting=True,
            scores={"toxicity": 0.5},
            mentions=["bo", "everyone"],
            attachments=[{"name": "a.png", "type": "image/png", "size": 3}, "b.exe"],
            strikes={"conduct": 2},
        )
    )
    assert told is not None
    event = told.event
    assert isinstance(event, MessagePosted)
    message = event.message
    assert event.at == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert (message.ref.id, message.ref.channel.name, message.ref.channel.platform) == ("m1", "help", "slack")
    assert message.author.ref == MemberRef("slack", "ours", "ana")
    assert (message.author.name, message.author.messages, message.author.is_bot) == ("Ana", 3, True)
    assert message.author.here_since == datetime(2026, 1, 1, tzinfo=UTC)
    assert message.reply_to is not None
    assert (message.mentions, message.mentions_everyone, message.quoting) == (("bo",), True, True)
    assert [(file.name, file.type) for file in message.attachments] == [("a.png", "image/png"), ("b.exe", "")]
    assert told.signals.score("toxicity") == 0.5
    assert told.signals.silent == {"insult"}
    assert told.strikes == {"conduct": Points(2, 2)}


def test_a_missing_time_is_a_second_after_the_last_one() -> None:
    """Lines without times are a chat in order."""
    reader = EventReader()
    times = [told.event.at for text in (line(), line(at="2026-05-01T10:00:00Z"), line()) if (told := reader.read(text))]
    assert times[2] - times[1] == timedelta(seconds=1)


def test_what_nobody_says_about_the_author_is_unknown() -> None:
    """An absent key is not a zero."""
    told = EventReader().read(line())
    assert told is not None
    assert isinstance(told.event, MessagePosted)
    author = told.event.message.author
    assert (author.here_since, author.account_created, author.messages) == (None, None, None)
    assert told.strikes is None


def test_every_kind_of_event_has_a_line() -> None:
    """Edits, reactions and reports name their target; a report knows who wrote it."""
    reader = EventReader()

    def read(**keys: Any) -> Any:
        told = reader.read(line(**keys))
        assert told is not None
        return told.event

    posted = read(id="m1", text="hello", author={"id": "eve"})
    edited = read(id="e1", kind="edit", target="m1", text="blarg", author={"id": "eve"})
    assert isinstance(edited, MessageEdited)
    assert (edited.message.ref, edited.message.at) == (posted.message.ref, posted.at)
    report = read(id="r1", kind="report", target="m1")
    assert isinstance(report, ReportFiled)
    assert (report.message, report.about) == (posted.message.ref, posted.message.author.ref)
    about_person = read(id="r2", kind="report", target="eve")
    assert (about_person.message, about_person.about) == (None, posted.message.author.ref)
    assert isinstance(read(id="j", kind="join"), MemberJoined)
    renamed = read(id="n", kind="rename", text="new name")
    assert isinstance(renamed, MemberRenamed)
    assert renamed.member.name == "new name"
    assert isinstance(read(id="x", kind="reaction", target="m1"), ReactionAdded)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "an event is a JSON object"),
        ("null", "an event is a JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": "1"}', "`kind`"),
        (line(kind="shout"), "`kind`"),
        (line(author={}), "`author.id`"),
        (line(scores={"toxicity": 2}), "`scores.toxicity`"),
        ('{"id":"1","kind":"message","author":{"id":"a"},"scores":{"toxicity":NaN}}', "`scores.toxicity`"),
        (line(at="yesterday"), "`at`"),
        (line(quoting="yes"), "`quoting`"),
        (line(kind="report"), "needs `target`"),
        (line(strikes=-1), "`strikes"),
        (line(text="x" * 1_000_001), "longer than"),
    ],
)
def test_a_bad_line_is_named_with_its_number(text: str | bytes, reason: str) -> None:
    """And the reader goes on with the next one."""
    reader = EventReader()
    reader.read("")
    with pytest.raises(BadLine) as refused:
        reader.read(text)
    assert str(refused.value).startswith("line 2: ")
    assert reason in str(refused.value)
    assert reader.read(line()) is not None


def test_a_verdict_names_actions_and_keeps_their_arguments_apart() -> None:
    """Scripts compare lists of names; everything else stands under `details`."""
    rules = engine(
        rule(
            Says(lists=(words("blarg", name="slurs"),)),
            Delete(),
            Timeout(span=duration("1h")),
            Ask(span=duration("2h"), urgent=True),
            name="slur",
        ),
        rule(Score(labels={"toxicity": 0.9}), name="toxic"),
    )
    reader, stream = EventReader(rules.labels), Stream(rules)
    told = reader.read(line(id="m7", text="you blarg"))
    assert told is not None
    answer = verdict_line(told.id, stream.feed(told.event, told.signals, strikes=told.strikes))
    assert json.loads(json.dumps(answer)) == {
        "id": "m7",
        "matched": [{"rule": "slur", "mode": "enforce", "actions": ["delete", "timeout", "ask"]}],
        "undecided": ["toxic"],
        "actions": ["delete", "timeout", "ask"],
        "details": {
            "actions": [
                {"name": "delete", "arguments": {}, "rules": ["slur"], "messages": ["m7"]},
                {"name": "timeout", "arguments": {"for": "1h"}, "rules": ["slur"], "messages": ["m7"]},
                {
                    "name": "ask",
                    "arguments": {"who": "moderators", "within": "2h", "urgent": True},
                    "rules": ["slur"],
                    "messages": ["m7"],
                },
            ],
            "matched": [
                {
                    "rule": "slur",
                    "messages": ["m7"],
                    "score_only": False,
                    "because": [
                        {"condition": "says a word of slurs", "saw": "blarg", "message": "m7", "start": 4, "end": 9}
                    ],
                }
            ],
            "missing": ["toxicity"],
        },
    }


def test_strikes_that_a_line_states_count_for_that_line() -> None:
    """A number stands for every ladder."""
    rules = engine(rule(All((Says(lists=(words("blarg"),)), Author(strikes_at_least=3)))))
    reader, stream = EventReader(), Stream(rules)
    for strikes, found in ((None, False), (3, True), ({"a": 1, "b": 2}, True), (2, False)):
        told = reader.read(line(id=str(strikes), text="blarg", **({} if strikes is None else {"strikes": strikes})))
        assert told is not None
        assert bool(stream.feed(told.event, told.signals, strikes=told.strikes).matched) is found


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_json_raises_anything_else(value: object) -> None:
    """Whatever stands in a line, it is an event or a bad line."""
    for text in (json.dumps(value), line(text=value), line(author={"id": value}), line(scores=value), line(at=value)):
        with suppress(BadLine):
            assert EventReader().read(text) is not None
