"""Lines of scenes, and what examples and the mutation check make of a file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.wiring import vocabulary
from rules.examples import examine, parse_line, run_examples, unnoticed
from rules.loader import load_folder
from rules.model import RuleSet
from rules.scenes import SceneError, SceneFacts, SceneLine
from tests.rules_engine.helpers import EXAMPLES, loaded

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ana: hello: you", SceneLine("says", "ana", "hello: you")),
        ("ana:", SceneLine("says", "ana", "")),
        ("+5s eve #help: hi", SceneLine("says", "eve", "hi", "help", wait=timedelta(seconds=5))),
        ("ana (quoting): x", SceneLine("says", "ana", "x", facts=SceneFacts(quoting=True))),
        ("mod #mod-room (quoting): x", SceneLine("says", "mod", "x", "mod-room", SceneFacts(quoting=True))),
        (
            "ana (here 3d, account 2d, 40 messages, role x, role y, toxicity 98%, during raid): x",
            SceneLine(
                "says",
                "ana",
                "x",
                facts=SceneFacts(
                    here=3 * DAY,
                    account=2 * DAY,
                    messages=40,
                    roles=frozenset({"x", "y"}),
                    scores=(("toxicity", 0.98),),
                    during_raid=True,
                ),
            ),
        ),
        ("eve (new): x", SceneLine("says", "eve", "x", facts=SceneFacts(new=True))),
        ("ana joins", SceneLine("joins", "ana")),
        ("ana joins 40 times", SceneLine("joins", "ana", times=40)),
        ("30 people join", SceneLine("joins", times=30)),
        ("30 people join, 2m apart", SceneLine("joins", times=30, apart=timedelta(minutes=2))),
        ("ana edits: new text", SceneLine("edits", "ana", "new text")),
        ("ana renames: bo", SceneLine("renames", "ana", "bo")),
        ("ana reports eve", SceneLine("reports", "ana", about="eve")),
        ("3 people report eve", SceneLine("reports", times=3, about="eve")),
    ],
)
def test_a_line_reads_like_a_chat(text: str, line: SceneLine) -> None:
    """Who, where, with which facts, and what."""
    assert parse_line(text) == line


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 0),
        ("hello there", 0),
        ("ana bo: hello", 3),
        ("ana (tired): hello", 5),
        ("ana (new, tired): hello", 10),
        ("ana (here long): hello", 10),
        ("ana (toxicity 300%): x", 5),
        ("+soon ana: x", 1),
        ("0 people join", 0),
    ],
)
def test_a_line_nobody_understands_is_refused_with_its_place(text: str, column: int) -> None:
    """The caret stands under the culprit."""
    with pytest.raises(SceneError) as refused:
        parse_line(text)
    assert refused.value.column == column


def test_the_three_example_files_are_green_and_need_every_line() -> None:
    """They are the tutorial: every example holds, and every key is covered by one."""
    rule_set = load_folder(EXAMPLES, vocabulary()).rule_set
    assert rule_set is not None
    results = run_examples(rule_set)
    assert len(results) > 30
    assert [result for result in results if not result.ok] == []
    assert unnoticed(rule_set) == []


FILE = """\
schema: rules/1
about: Test.
lists:
  a: |
    blarg
  b: |
    zonk
conditions:
  newcomer:
    author:
      here_less_than: 3d
      fewer_messages_than: 10
rules:
  - id: slur
    why:
      en: Why.
    mode: enforce
    spare: [moderator]
    except_in: [mod-*]
    if:
      use: newcomer
      any:
        - says: [a, b]
        - matches: xyz+
    unless:
      quoting: true
    then: [delete]
    hits: |
      blarg
      zonk
      xyzz
    misses: |
      hello
    scenes:
      - name: regulars
        chat: |
          ana (here 90d, 2 messages): blarg
          bo (here 1d, 40 messages): blarg
          mod (new, role moderator): blarg
          cy #mod-room (new): blarg
          dora (new, quoting): blarg
"""


def without(line: str) -> RuleSet:
    assert FILE.count(line) == 1
    return loaded(FILE.replace(line, ""))


def test_a_file_whose_examples_cover_everything_is_silent() -> None:
    """Nothing to report."""
    assert examine(loaded(FILE)) == []


@pytest.mark.parametrize(
    ("example", "dropped", "culprit"),
    [
        ("      blarg\n", "`says: lists: item 1`", "a, b]"),
        ("      zonk\n", "`says: lists: item 2`", "b]"),
        ("      xyzz\n", "member 2 of `any`", "matches: xyz+"),
        ("          ana (here 90d, 2 messages): blarg\n", "author: here_less_than", "use: newcomer"),
        ("          bo (here 1d, 40 messages): blarg\n", "author: fewer_messages_than", "use: newcomer"),
        ("          mod (new, role moderator): blarg\n", "`spare: moderator`", "moderator]"),
        ("          cy #mod-room (new): blarg\n", "`except_in: mod-*`", "mod-*]"),
        ("          dora (new, quoting): blarg\n", "`unless`", "unless:"),
    ],
)
def test_deleting_the_only_example_of_a_key_is_reported(example: str, dropped: str, culprit: str) -> None:
    """At the place of the key that nobody would miss."""
    missing = unnoticed(without(example))
    assert [dropped in gap.message for gap in missing] == [True], [gap.message for gap in missing]
    before = FILE.replace(example, "").split(culprit)[0]
    place = missing[0].place
    assert (place.line, place.column) == (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)


def test_a_red_example_says_what_was_expected_and_what_came() -> None:
    """An error at the line of the example; the mutation check waits until all are green."""
    problems = examine(loaded(FILE.replace("      hello\n", "      hello blarg\n")))
    assert [(problem.code, problem.line) for problem in problems] == [("E300", 33)]
    assert problems[0].message == "`hello blarg` must be no match of `slur`, and it is a match"


def test_a_scene_is_the_whole_file_as_if_every_rule_were_enforced() -> None:
    """Rules in shadow and rules that are off count too; ladder steps are part of it."""
    text = """\
schema: rules/1
about: Test.
lists:
  a: |
    blarg
ladders:
  conduct:
    forget: 10d
    steps:
      2: [timeout: 1h]
      4: [ask: moderators]
rules:
  - id: one
    why:
      en: Why.
    mode: off
    if:
      says: a
    then: [strike: 1]
    scenes:
      - name: twice
        chat: |
          eve: blarg
          eve: blarg
          ana: hello
        expect: {eve: [strike, timeout, hold]}
      - name: hold is gone
        chat: |
          eve: hello
        expect: {community: [ask]}
  - id: two
    why:
      en: Why.
    if:
      says: a
    then: [hold]
"""
    first, second = run_examples(loaded(text))
    assert first.ok
    assert (second.ok, second.expected, second.got) == (False, "community: ask", "nothing")


def test_examples_play_where_the_rule_is_in_force() -> None:
    """A rule for one channel, and one about names, have examples too."""
    text = """\
schema: rules/1
about: Test.
lists:
  a: |
    blarg
rules:
  - id: here
    why:
      en: Why.
    only_in: [help-*]
    if:
      says: a
    then: [delete]
    hits: |
      blarg
    misses: |
      hello
  - id: name
    why:
      en: Why.
    on: [join]
    if:
      author:
        name_says: a
    then: [ask: moderators]
    hits: |
      b1arg
    misses: |
      ana
"""
    assert all(result.ok for result in run_examples(loaded(text)))


def test_hours_and_reports_can_be_played() -> None:
    """A scene may name the time of day and have people report somebody."""
    text = """\
schema: rules/1
about: Test.
rules:
  - id: night
    why:
      en: Why.
    if:
      hours: {from: 22:00, to: 07:00, days: [sat]}
    then: [label: night]
    scenes:
      - name: by day and by night
        chat: |
          ana: hello
          bo (sat 23:30): hello
          +2h cy: hello
          dora (sun 23:30): hello
        expect: {bo: [label], cy: [label]}
  - id: many-reports
    why:
      en: Why.
    on: [report]
    if:
      reports: {people: 3, within: 1h}
    then: [ask: moderators]
    scenes:
      - name: three people
        chat: |
          eve: hello
          3 people report eve
        expect: {eve: [ask]}
      - name: one person three times
        chat: |
          eve: hello
          ana reports eve
          ana reports eve
          bo reports eve
      - name: three people in a day
        chat: |
          eve: hello
          ana reports eve
          +2h bo reports eve
          +2h cy reports eve
"""
    results = run_examples(loaded(text))
    assert [result.got for result in results if not result.ok] == []
