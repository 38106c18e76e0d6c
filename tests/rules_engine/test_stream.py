"""The one path of an event, and what it leaves behind."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from moderation.actions.strike import Strike
from moderation.counters import Counters
from moderation.model import ReportFiled
from moderation.simulate import World
from rules.conditions.copies import Copies
from rules.conditions.flood import Flood
from rules.conditions.hours import Hours
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.explain import explained, marked
from rules.model import Ladder
from rules.stream import Stream
from tests.rules_engine.helpers import Chat, engine, matched, names, rule, rules, scores, words

SLUR = Says(lists=(words("blarg", name="slurs"),))
MINUTE = timedelta(minutes=1)


def test_a_late_verdict_sees_the_past_as_it_was() -> None:
    """Detectors may be slow; what was accepted meanwhile does not count."""
    world, stream = World(), Stream(engine(rule(Flood(messages=2, within=MINUTE))))
    first = stream.note(world.says("eve", "one"))
    second = stream.note(world.says("eve", "two"))
    third = stream.note(world.edits("eve", "two, changed"))
    assert not stream.decide(first).matched
    verdict = stream.decide(second)
    assert matched(verdict) == ["r"]
    assert [ref.id for ref in verdict.matched[0].messages] == ["m1", "m2"]
    assert [said.text for said in second.past.by_author(60)] == ["one", "two"]
    assert [said.text for said in third.past.by_author(60)] == ["one", "two, changed"]


def test_deciding_again_says_the_same() -> None:
    """A decision that could not be written is made again."""
    world, stream = World(), Stream(engine(rule(SLUR)))
    noted = stream.note(world.says("eve", "blarg"))
    assert stream.decide(noted) == stream.decide(noted)


def test_new_rules_judge_with_what_was_counted_before() -> None:
    """A reload forgets nothing, even where only the new rules want fingerprints."""
    world, stream = World(), Stream(engine(rule(Flood(messages=50, within=MINUTE))))
    for channel in ("a", "b"):
        stream.feed(world.says("eve", "buy my carpets", channel))
    stream.swap(engine(rule(Copies(channels=3, within=MINUTE))))
    assert stream.feed(world.says("eve", "buy my carpets!", "c")).matched


def test_a_strike_is_booked_for_the_person_it_is_aimed_at() -> None:
    """The one who was reported, not the one who reports; with the day it is forgotten."""
    ladder = Ladder("conduct", timedelta(days=9), ())
    judging = engine(
        rule(None, Strike(points=(("conduct", 2),)), on=frozenset({"report"})), ladders={"conduct": ladder}
    )
    world, stream = World(), Stream(judging)
    noted = stream.note(world.reports("ana", "eve"))
    (strike,) = stream.settle(noted, stream.decide(noted), "case-1")
    assert isinstance(noted.event, ReportFiled)
    assert (strike.member, strike.case, strike.points) == (noted.event.about, "case-1", 2)
    assert strike.forgotten_at == noted.event.at + timedelta(days=9)
    assert not strike.score_only


def test_points_keep_their_provenance() -> None:
    """What only a model's score adds to the firm points is told apart."""
    judging = engine(
        rule(SLUR, Strike(points=(("conduct", 1),)), name="a"),
        rule(Score(labels={"toxicity": 0.9}), Strike(points=(("conduct", 3),)), name="b"),
    )
    world, stream = World(), Stream(judging)
    noted = stream.note(world.says("eve", "blarg"))
    given = stream.settle(noted, stream.decide(noted, scores(toxicity=0.99)), "case-1")
    assert [(strike.points, strike.score_only, strike.rule) for strike in given] == [(1, False, "a"), (2, True, "b")]


def test_hours_are_the_communitys_own() -> None:
    """Noon in London is evening in Kolkata."""
    judging = engine(rule(Hours(start=time(17), end=time(18))))
    noon = World().says("ana", "hello")
    assert not Stream(judging).feed(noon).matched
    assert Stream(judging, zones={"club": ZoneInfo("Asia/Kolkata")}).feed(noon).matched


def test_events_no_rule_looks_at_cost_nothing_and_say_nothing() -> None:
    """A clean verdict."""
    stream = Stream(engine(rule(SLUR)), Counters())
    assert not stream.feed(World().joins("ana")).matched


def test_a_verdict_in_words_marks_the_stretch_that_decided() -> None:
    """As it was written, with a little of the text around it."""
    chat = Chat(rules(rule(SLUR)))
    event = chat.world.says("eve", "hey, you BL4RG of a man")
    verdict = chat.feed(event)
    assert list(explained(verdict, {event.message.ref: event.message.text})) == [
        "r (enforce) asks for delete",
        "  says a word of slurs: blarg",
        "    hey, you ⟦BL4RG⟧ of a man",
    ]
    reason = verdict.matched[0].because[0]
    assert marked("x" * 200 + " BL4RG " + "y" * 200, reason.__class__("", "", None, 201, 206)).startswith("…x")
    assert names(verdict) == {"delete"}
