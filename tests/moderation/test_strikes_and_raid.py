"""Points that weigh, and the state of a community in a wave."""

from __future__ import annotations

from datetime import datetime, timedelta

from moderation.model import MemberRef
from moderation.raid import QUIET, WAVE, RaidPhase, RaidWatch
from moderation.simulate import START
from moderation.strikes import ANY_LADDER, Points, Strike, StrikeBook, on_ladder

ANA, BO = MemberRef("plaza", "club", "ana"), MemberRef("plaza", "club", "bo")
DAY = timedelta(days=1)


def strike(
    case: str, points: int = 1, *, ladder: str = "conduct", score_only: bool = False, days: int | None = 30
) -> Strike:
    return Strike(case, ANA, ladder, points, START, None if days is None else START + days * DAY, score_only=score_only)


def test_points_add_up_per_ladder_and_remember_where_they_come_from() -> None:
    """What only a model gave is left out of the second figure."""
    book = StrikeBook([strike("a", 2), strike("b", 3, score_only=True), strike("c", ladder="spam")])
    assert book.points(ANA, START) == {"conduct": Points(5, 2), "spam": Points(1, 1)}
    assert book.points(BO, START) == {}


def test_strikes_weigh_nothing_once_forgotten_and_nothing_before_they_were_given() -> None:
    """The moment of the question decides, not the present."""
    book = StrikeBook([strike("a", days=30), strike("b", 4, days=None)])
    assert book.points(ANA, START - DAY) == {}
    assert book.points(ANA, START + 30 * DAY) == {"conduct": Points(4, 4)}
    book.forget(START + 31 * DAY)
    assert book.points(ANA, START + DAY) == {"conduct": Points(4, 4)}


def test_the_same_case_strikes_once_and_can_be_taken_back() -> None:
    """Deciding again after a crash adds nothing; an appeal that succeeds removes all of it."""
    book = StrikeBook()
    for _ in range(2):
        book.add(strike("a", 2))
        book.add(strike("a", 1, score_only=True))
    assert book.points(ANA, START) == {"conduct": Points(3, 2)}
    book.remove("a")
    book.remove("never seen")
    assert book.points(ANA, START) == {}
    assert not book


def test_a_number_without_a_ladder_counts_on_every_ladder() -> None:
    """As an outside source states it."""
    stated = {ANY_LADDER: Points(2, 2), "conduct": Points(1, 0)}
    assert on_ladder(stated, "conduct") == Points(3, 2)
    assert on_ladder(stated, "spam") == Points(2, 2)
    assert on_ladder({}, "spam") == Points()


def person(number: int) -> MemberRef:
    return MemberRef("plaza", "club", f"p{number}")


def wave(watch: RaidWatch, start: datetime = START, people: int = WAVE) -> datetime:
    for number in range(people):
        watch.joined(person(number), start + timedelta(seconds=number))
    return start + timedelta(seconds=people - 1)


def test_a_community_is_calm_watchful_in_a_raid_and_calm_again() -> None:
    """A wave alone is watched; a raid is declared and ends by itself."""
    watch = RaidWatch()
    assert watch.phase(START) is RaidPhase.CALM
    end = wave(watch)
    assert watch.phase(end) is RaidPhase.WATCH
    watch.declare(end)
    assert watch.phase(end + QUIET - timedelta(seconds=1)) is RaidPhase.RAID
    assert watch.ends_at() == end + QUIET
    assert watch.phase(end + QUIET) is RaidPhase.CALM


def test_another_wave_keeps_a_raid_going_and_single_people_do_not() -> None:
    """Ten quiet minutes are ten minutes without a wave."""
    watch = RaidWatch()
    end = wave(watch)
    watch.declare(end)
    again = wave(watch, end + timedelta(minutes=9))
    assert watch.active(end + timedelta(minutes=15))
    for minute in range(1, 9):
        watch.joined(person(100 + minute), again + timedelta(minutes=minute))
    assert not watch.active(again + QUIET)


def test_the_wave_is_those_who_came_with_it() -> None:
    """Only for them are brakes lifted, and only while it lasts."""
    watch = RaidWatch()
    watch.joined(ANA, START - timedelta(hours=1))
    end = wave(watch)
    watch.declare(end)
    watch.joined(BO, end + timedelta(minutes=5))
    assert watch.in_wave(person(3), end)
    assert watch.in_wave(BO, end + timedelta(minutes=5))
    assert not watch.in_wave(ANA, end)
    assert not watch.in_wave(person(3), end + QUIET)


def test_one_person_reconnecting_is_no_wave() -> None:
    """Distinct people count."""
    watch = RaidWatch()
    for second in range(40):
        watch.joined(ANA, START + timedelta(seconds=second))
    assert watch.phase(START + timedelta(seconds=40)) is RaidPhase.CALM


def test_a_person_may_declare_and_end_a_raid() -> None:
    """Without any wave, too."""
    watch = RaidWatch()
    watch.declare(START)
    assert watch.active(START)
    watch.end()
    assert not watch.active(START)
    assert watch.ends_at() is None
