"""What conditions about people, the recent past, scores and time mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from moderation.model import MessagePosted
from moderation.simulate import Person, World, newcomer
from rules.conditions.author import Author
from rules.conditions.copies import Copies
from rules.conditions.edited_after import EditedAfter
from rules.conditions.flood import Flood
from rules.conditions.hours import Hours
from rules.conditions.joins import Joins
from rules.conditions.raid import DuringRaid
from rules.conditions.reports import Reports
from rules.conditions.score import Score
from rules.load_context import LoadContext
from rules.model import Condition
from tests.rules_engine.helpers import facts_of, holds, scores, words


def read(kind: type[Condition], value: object, **context: Any) -> Condition:
    """A condition as the loader reads it."""
    return kind.model_validate(kind.expand(value), context=LoadContext(**context))


def said(text: str, **more: Any) -> MessagePosted:
    return World().says("ana", text, **more)


def test_what_the_platform_does_not_say_about_the_author_is_unknown() -> None:
    """Nobody is a newcomer because a platform keeps silent, and nobody is cleared by it."""
    world = World()
    world.meet(Person("ana", "ana", None, None, None))
    hello = world.says("ana", "hello")
    assert holds(Author(account_younger_than=timedelta(days=3)), hello) is None
    assert holds(Author(here_less_than=timedelta(days=3)), hello) is None
    assert holds(Author(fewer_messages_than=10), hello) is None


def test_the_author_is_judged_by_every_key_that_is_given() -> None:
    """Two keys narrow each other."""
    world = World()
    world.meet(replace(newcomer("ana"), messages=40, roles=frozenset({"helper"})))
    hello = world.says("ana", "hello")
    assert holds(Author(here_less_than=timedelta(days=3)), hello) is True
    assert holds(Author(here_less_than=timedelta(days=3), fewer_messages_than=10), hello) is False
    assert holds(Author(has_role="helper"), hello) is True
    assert holds(Author(lacks_role="helper"), hello) is False
    assert holds(Author(lacks_role="trusted", is_bot=False), hello) is True
    assert holds(Author(is_bot=True), hello) is False
    assert holds(Author(strikes_at_least=1), hello) is False


def test_a_name_is_looked_at_whatever_its_bearer_does() -> None:
    """A slur as a name is there on joining and with every message."""
    world = World()
    world.meet(replace(newcomer("ana"), name="bl4rg"))
    condition = Author(name_says=words("blarg"))
    assert holds(condition, world.joins("ana")) is True
    assert holds(condition, world.says("ana", "hello")) is True
    assert holds(condition, world.says("bo", "hello")) is False


def test_a_flood_is_many_messages_of_one_author_in_all_channels() -> None:
    """Others do not add to it, and what lies outside the window does not either."""
    world = World()
    before = (world.says("ana", "one"), world.says("bo", "two"), world.says("ana", "three", "art"))
    third = world.says("ana", "four")
    condition = Flood(messages=3, within=timedelta(seconds=10))
    assert holds(condition, third, before=before) is True
    assert [part.message.id for part in condition.involved(facts_of(condition, third, before=before))] == [
        "m1",
        "m3",
        "m4",
    ]
    assert holds(Flood(messages=3, within=timedelta(seconds=3)), third, before=before) is False
    assert holds(Flood(messages=4, within=timedelta(seconds=10)), third, before=before) is False


def test_a_flood_may_be_one_of_links_mentions_or_images() -> None:
    """What counts is what stands in the messages."""
    world = World()
    before = (world.says("ana", "https://a.example https://b.example @bo", files=("a.png", "b.png")),)
    last = world.says("ana", "https://c.example @cy", files=("c.png",))
    span = timedelta(seconds=10)
    assert holds(Flood(links=3, within=span), last, before=before) is True
    assert holds(Flood(mentions=2, within=span), last, before=before) is True
    assert holds(Flood(images=3, within=span), last, before=before) is True
    assert holds(Flood(images=4, within=span), last, before=before) is False


def test_copies_ignore_small_changes_and_count_channels_times_or_authors() -> None:
    """One author in several channels is something else than several authors."""
    world = World()
    before = (world.says("eve", "Earn 500 a day!", "general"), world.says("eve", "Earn  5OO a day!!", "help"))
    third = world.says("eve", "Earn 500 a day", "art")
    span = timedelta(minutes=2)
    assert holds(Copies(channels=3, within=span), third, before=before) is True
    assert holds(Copies(times=3, within=span), third, before=before) is True
    assert holds(Copies(times=4, within=span), third, before=before) is False
    assert holds(Copies(authors=2, within=span), third, before=before) is False
    by_bo = world.says("bo", "earn 500 a day", "art")
    condition = Copies(authors=2, within=span)
    seen = facts_of(condition, by_bo, before=(*before, third))
    assert condition.holds(seen) is True
    assert len(condition.involved(seen)) == 4


def test_a_text_that_says_nothing_is_nobodys_copy() -> None:
    """Three dots are no campaign."""
    world = World()
    before = (world.says("ana", "..."), world.says("ana", "... ", "help"))
    third = world.says("ana", "...", "art")
    assert holds(Copies(channels=3, within=timedelta(minutes=2)), third, before=before) is False


def test_an_edit_into_the_same_text_is_a_copy() -> None:
    """Harmless words first, the advertisement afterwards: that is how it is tried."""
    world = World()
    before = (world.says("eve", "buy my carpets now", "general"), world.says("eve", "hello", "help"))
    edited = world.edits("eve", "buy my carpets now!")
    assert holds(Copies(channels=2, within=timedelta(minutes=2)), edited, before=before) is True


def test_joins_count_distinct_people() -> None:
    """Somebody with a bad connection is no wave."""
    world = World()
    again = tuple(world.joins("ana") for _ in range(9))
    assert holds(Joins(people=2, within=timedelta(minutes=1)), world.joins("ana"), before=again) is False
    assert holds(Joins(people=2, within=timedelta(minutes=1)), world.joins("bo"), before=again) is True


def test_reports_count_distinct_people_about_the_same_person_or_message() -> None:
    """One person reporting three times is one person."""
    world = World()
    before = (world.says("eve", "hello"), world.reports("ana", "eve"), world.reports("ana", "eve"))
    other = world.reports("cy", "bo")
    second = world.reports("bo", "eve")
    condition = Reports(people=2, within=timedelta(hours=1))
    assert holds(condition, other, before=before) is False
    assert holds(condition, second, before=(*before, other)) is True


def test_a_silent_label_is_unknown_and_a_score_is_not() -> None:
    """A model that crashed never reads as "this is fine"."""
    condition = Score(labels={"toxicity": 0.9})
    assert holds(condition, said("x"), scores(toxicity=0.95)) is True
    assert holds(condition, said("x"), scores(toxicity=0.2)) is False
    assert holds(condition, said("x"), scores()) is False
    assert holds(condition, said("x"), scores(silent=("toxicity",))) is None
    assert holds(condition, said("x"), scores(silent=("toxicity",), toxicity=0.95)) is True
    both = Score(labels={"toxicity": 0.9, "insult": 0.5})
    assert holds(both, said("x"), scores(silent=("toxicity",), insult=0.1)) is False
    assert holds(both, said("x"), scores(silent=("toxicity",), insult=0.9)) is None


def test_a_score_may_be_one_models_alone() -> None:
    """Other detectors' opinions do not count then."""
    condition = read(
        Score, {"toxicity": "50%", "model": "test"}, labels=frozenset({"toxicity"}), models=frozenset({"test"})
    )
    assert holds(condition, said("x"), scores(toxicity=0.6)) is True
    other = Score(labels={"toxicity": 0.5}, model="detoxify")
    assert holds(other, said("x"), scores(toxicity=0.6)) is False


def test_a_model_that_is_not_installed_is_a_warning() -> None:
    """The rule sleeps; the file is still good."""
    context = LoadContext(labels=frozenset({"toxicity"}))
    condition = Score.model_validate(Score.expand({"toxicity": "90%", "model": "big"}), context=context)
    assert condition.asleep
    assert [warning.type for warning in context.warnings] == ["unknown_model"]


@pytest.mark.parametrize(
    ("at", "keys", "found"),
    [
        ("2026-01-07T23:00", {"start": "22:00", "end": "07:00"}, True),
        ("2026-01-07T06:59", {"start": "22:00", "end": "07:00"}, True),
        ("2026-01-07T07:00", {"start": "22:00", "end": "07:00"}, False),
        ("2026-01-07T12:00", {"start": "09:00", "end": "17:00"}, True),
        ("2026-01-07T17:00", {"start": "09:00", "end": "17:00"}, False),
        ("2026-01-10T12:00", {"days": ("sat", "sun")}, True),
        ("2026-01-12T12:00", {"days": ("sat", "sun")}, False),
        ("2026-01-11T23:00", {"start": "22:00", "end": "07:00", "days": ("sun",)}, True),
        ("2026-01-12T06:00", {"start": "22:00", "end": "07:00", "days": ("sun",)}, True),
        ("2026-01-11T06:00", {"start": "22:00", "end": "07:00", "days": ("sun",)}, False),
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin(at: str, keys: dict[str, Any], found: bool) -> None:
    """Sunday night ends on Monday morning."""
    event = replace(said("x"), at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert holds(Hours(**keys), event) is found


def test_edited_after_is_the_time_between_posting_and_edit() -> None:
    """A quick correction is no trick."""
    world = World()
    world.says("ana", "hello")
    world.wait(timedelta(minutes=10))
    edited = world.edits("ana", "hello!")
    assert holds(EditedAfter(span=timedelta(minutes=10)), edited) is True
    assert holds(EditedAfter(span=timedelta(minutes=11)), edited) is False
    assert holds(EditedAfter(span=timedelta(seconds=1)), said("hello")) is False


def test_a_raid_is_a_state_of_the_community() -> None:
    """Without a declaration there is none."""
    assert holds(DuringRaid(on=True), said("x")) is False
    assert holds(DuringRaid(on=False), said("x")) is True
