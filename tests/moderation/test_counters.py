"""The recent past in bounded windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from moderation.counters import MOST_MESSAGES, Counters, Needs
from moderation.model import Event, MessagePosted
from moderation.past import MOST_OF_ONE, Past
from moderation.simulate import Person, World

NEEDS = Needs(author=60, copies=120, joins=60, reports=3600, split=20, quotes=3600)


def texts(past: Past, within: float = 60) -> list[str]:
    return [said.text for said in past.by_author(within)]


def test_an_author_is_one_person_in_all_channels_of_one_community() -> None:
    """Others, and the same id elsewhere, are somebody else."""
    counters = Counters(NEEDS)
    here, elsewhere = World(), World(community="other")
    counters.note(here.says("ana", "one"))
    counters.note(here.says("bo", "two"))
    counters.note(elsewhere.says("ana", "three"))
    assert texts(counters.note(here.says("ana", "four", "art"))) == ["one", "four"]


def test_a_window_ends_with_the_event_and_begins_just_after_its_span() -> None:
    """Eight messages in ten seconds are not nine in eleven."""
    counters, world = Counters(NEEDS), World()
    past = [counters.note(world.says("ana", str(number))) for number in range(5)][-1]
    assert texts(past, 3) == ["2", "3", "4"]
    assert texts(past, 4.5) == ["0", "1", "2", "3", "4"]


def test_an_edit_replaces_the_text_and_is_no_further_message() -> None:
    """The same message delivered twice is one message, too."""
    counters, world = Counters(NEEDS), World()
    first = world.says("ana", "one")
    counters.note(first)
    counters.note(first)
    assert texts(counters.note(world.edits("ana", "changed"))) == ["changed"]
    assert len(counters) == 1


def test_events_that_come_late_still_make_a_flood() -> None:
    """Told backwards, the window that holds most of them counts."""
    world = World()
    events = [world.says("ana", str(number)) for number in range(5)]
    counters = Counters(NEEDS)
    past = [counters.note(event) for event in reversed(events)]
    assert [len(texts(one, 10)) for one in past] == [1, 2, 3, 4, 5]
    assert len(texts(past[-1], 2.5)) == 3


def test_one_event_from_the_far_future_forgets_nothing() -> None:
    """A wrong clock somewhere must not open the door to a flood."""
    counters, world = Counters(NEEDS), World()
    counters.note(world.says("ana", "one"))
    late = world.says("bo", "from the future")
    counters.note(replace(late, at=late.at + timedelta(days=3650)))
    for number in range(20):
        counters.note(world.says("cy", str(number)))
    assert "one" in texts(counters.note(world.says("ana", "two")))


def test_what_nobody_needs_is_not_kept() -> None:
    """Memory is for windows that some rule looks at."""
    counters, world = Counters(Needs()), World()
    past = counters.note(world.says("ana", "one"))
    assert (len(counters), texts(past), past.same_text(60), past.others_here()) == (0, [], (), ())


def test_memory_is_bounded_by_time_and_by_number() -> None:
    """What lies outside every window goes; no flood fills the memory."""
    counters, world = Counters(NEEDS), World()
    for number in range(500):
        counters.note(world.says(f"p{number % 7}", f"text {number}"))
    assert len(counters) < 200
    world.wait(timedelta(hours=1))
    for number in range(200):
        counters.note(world.says("ana", str(number)))
    assert len(counters) <= 200
    assert MOST_OF_ONE < MOST_MESSAGES


def test_a_view_of_one_author_is_bounded() -> None:
    """However fast somebody posts."""
    counters, world = Counters(NEEDS), World()
    for number in range(MOST_OF_ONE + 50):
        world.wait(timedelta(milliseconds=1))
        counters.note(world.says("eve", str(number)))
    assert len(counters.note(world.says("eve", "again")).by_author(60)) == MOST_OF_ONE


def test_others_here_are_earlier_messages_of_other_people_in_this_channel() -> None:
    """What a quotation can be a quotation of."""
    counters, world = Counters(NEEDS), World()
    for who, text, channel in (("bo", "one", "general"), ("ana", "two", "general"), ("bo", "three", "art")):
        counters.note(world.says(who, text, channel))
    past = counters.note(world.says("ana", "four"))
    counters.note(world.says("bo", "later"))
    assert [said.text for said in past.others_here()] == ["one"]


def test_the_messages_of_somebody_whose_arrival_was_seen_are_counted() -> None:
    """Of anybody else nobody knows."""
    counters, world = Counters(NEEDS), World()
    world.meet(Person("ana", "ana", None, None, None))
    assert counters.note(world.says("ana", "x")).messages_of_author() is None
    counters.note(world.joins("bo"))
    counters.note(world.says("bo", "one"))
    counters.note(world.edits("bo", "one!"))
    assert counters.note(world.says("bo", "two")).messages_of_author() == 2


def test_a_report_about_a_message_is_one_about_its_author() -> None:
    """Three messages of one person reported once each are three reports about the person."""
    counters, world = Counters(NEEDS), World()
    counters.note(world.says("eve", "x"))
    report = world.reports("ana", "eve")
    counters.note(replace(report, about=None))
    assert counters.note(replace(world.reports("bo", "eve"), message=None)).reports(3600) == 2
    assert counters.note(world.says("eve", "y")).reports(3600) == 2
    assert counters.note(world.says("cy", "y")).reports(3600) == 0


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from(["hi", "buy my carpets", "Buy my carpets!", "..."]), st.integers(1, 40)
    ),
    min_size=1,
    max_size=25,
)


def chat(lines: list[tuple[str, str, int]]) -> list[Event]:
    world, events = World(), list[Event]()
    for who, text, pause in lines:
        world.wait(timedelta(seconds=pause))
        events.append(world.says(who, text, "xyz"[pause % 3]))
    return events


@given(EVENTS)
def test_windows_agree_with_counting_by_hand(lines: list[tuple[str, str, int]]) -> None:
    """For events in order, what is counted is what lies in the window."""
    counters, seen = Counters(NEEDS), list[MessagePosted]()
    for event in chat(lines):
        assert isinstance(event, MessagePosted)
        past = counters.note(event)
        seen.append(event)
        mine = [
            e
            for e in seen
            if e.message.author == event.message.author or e.message.author.ref == event.message.author.ref
        ]
        recent = [e.message.ref for e in mine if (event.at - e.at).total_seconds() < 60]
        assert [said.ref for said in past.by_author(60)] == recent
        same = [e for e in seen if _plain(e) == _plain(event) and (event.at - e.at).total_seconds() < 120]
        assert [said.ref for said in past.same_text(120)] == ([e.message.ref for e in same] if _plain(event) else [])


def _plain(event: MessagePosted) -> str:
    return "".join(char for char in event.message.text.lower() if char.isalpha())


@given(EVENTS, EVENTS)
def test_rebuilding_from_events_gives_the_same_past(
    before: list[tuple[str, str, int]], more: list[tuple[str, str, int]]
) -> None:
    """After a restart nothing has been forgotten, and nothing counts twice."""
    events = chat([*before, *more])
    lived = Counters(NEEDS)
    for event in events[:-1]:
        lived.note(event)
    rebuilt = Counters(NEEDS)
    rebuilt.note(events[-1])
    rebuilt.rebuild(events[:-1])
    one, other = lived.note(events[-1]), rebuilt.note(events[-1])
    assert one.by_author(60) == other.by_author(60)
    assert one.same_text(120) == other.same_text(120)


@given(EVENTS, EVENTS)
def test_what_is_accepted_later_changes_no_earlier_view(
    before: list[tuple[str, str, int]], after: list[tuple[str, str, int]]
) -> None:
    """A view is taken once and stays."""
    events = chat([*before, *after])
    counters = Counters(replace(NEEDS, author=7200, copies=7200))
    for event in events[: len(before) - 1]:
        counters.note(event)
    past = counters.note(events[len(before) - 1])
    seen = (list(past.by_author(7200)), list(past.same_text(7200)), list(past.others_here()))
    for event in events[len(before) :]:
        counters.note(event)
    assert (list(past.by_author(7200)), list(past.same_text(7200)), list(past.others_here())) == seen
