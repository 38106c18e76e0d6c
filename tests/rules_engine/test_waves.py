"""One wave is one deed, however many messages it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.strike import Strike
from moderation.actions.timeout import Timeout
from moderation.model import MemberRef
from moderation.strikes import StrikeBook
from moderation.units import duration
from moderation.verdict import Verdict
from rules.conditions.copies import Copies
from rules.conditions.flood import Flood
from rules.conditions.says import Says
from rules.model import AnyOf, Condition, Ladder, Rule
from tests.rules_engine.helpers import Chat, engine, names, rule, words

EVE = MemberRef("plaza", "club", "eve")
SLUR = Says(lists=(words("blarg", name="slurs"),))
FLOOD = Flood(messages=4, within=timedelta(seconds=10))
COPIES = Copies(times=3, within=timedelta(minutes=1))
LADDER = Ladder("spam", timedelta(days=30), ((2, (Timeout(span=duration("1d")),)),))


def striking(condition: Condition | AnyOf, points: int = 1, name: str = "wave") -> Rule:
    return rule(condition, Delete(), Strike(points=(("spam", points),)), name=name)


def club(*rules: Rule) -> Chat:
    return Chat(engine(*rules, ladders={"spam": LADDER}))


def points(chat: Chat, who: MemberRef = EVE) -> int:
    weighing = chat.stream.strikes.points(who, chat.world.now + timedelta(days=1))
    return weighing["spam"].total if "spam" in weighing else 0


def removed(verdict: Verdict) -> list[str]:
    return [ref.id for plan in verdict.actions if isinstance(plan.action, Delete) for ref in plan.messages]


def actions(verdict: Verdict) -> list[tuple[Action, ...]]:
    return [match.actions for match in verdict.matched]


def test_a_flood_strikes_once_and_goes_on_being_removed() -> None:
    """Ten messages where four are too many: one strike, no step of the ladder, seven verdicts that delete."""
    chat = club(striking(FLOOD))
    verdicts = [chat.says("eve", f"line {number}") for number in range(10)]
    assert [names(verdict) for verdict in verdicts] == [set()] * 3 + [{"delete", "strike"}] + [{"delete"}] * 6
    assert points(chat) == 1


def test_what_an_earlier_match_removed_is_not_removed_again() -> None:
    """The match still names every message; it acts on those that came since the strike."""
    chat = club(striking(FLOOD))
    *_, struck, following = [chat.says("eve", f"line {number}") for number in range(5)]
    assert removed(struck) == ["m1", "m2", "m3", "m4"]
    assert [ref.id for ref in following.matched[0].messages] == ["m1", "m2", "m3", "m4", "m5"]
    assert removed(following) == ["m4", "m5"]


def test_another_flood_is_another_deed() -> None:
    """Once none of the messages before the strike counts any more."""
    chat = club(striking(FLOOD))
    for number in range(5):
        chat.says("eve", f"line {number}")
    chat.wait(minutes=5)
    verdicts = [chat.says("eve", f"line {number}") for number in range(5)]
    assert names(verdicts[3]) == {"delete", "strike", "timeout"}
    assert points(chat) == 2


def test_a_word_that_stands_in_one_message_strikes_every_time() -> None:
    """Also in the middle of a flood, and beside a word that was split."""
    chat = club(striking(AnyOf((SLUR, FLOOD))))
    for _ in range(6):
        chat.says("eve", "blarg")
    assert points(chat) == 6


def test_a_word_split_over_messages_strikes_once() -> None:
    """Editing its parts, or writing on, makes no second deed of it; a second word does."""
    chat = club(striking(SLUR))
    chat.says("eve", "bla")
    assert names(chat.says("eve", "rg")) == {"delete", "strike"}
    assert names(chat.edits("eve", "rg!")) == {"delete"}
    assert points(chat) == 1
    chat.wait(minutes=2)
    chat.says("eve", "bla")
    chat.says("eve", "rg")
    assert points(chat) == 2


def test_copies_strike_once_and_every_copy_goes() -> None:
    """The same text again and again; another text begins while the first still counts."""
    chat = club(striking(COPIES))
    first = [chat.says("eve", text) for text in ("buy my carpets", "buy my lamps", "buy my carpets", "buy my carpets")]
    assert (names(first[-1]), points(chat)) == ({"delete", "strike"}, 1)
    chat.says("eve", "buy my lamps")
    lamps = chat.says("eve", "buy my lamps")
    assert (names(lamps), removed(lamps)) == ({"delete"}, ["m2", "m5", "m6"])
    assert points(chat) == 1


def test_two_rules_about_one_wave_strike_once() -> None:
    """The copies reached their limit first; that they are a flood as well adds nothing."""
    chat = club(striking(COPIES, name="copies"), striking(FLOOD, name="flood"))
    for _ in range(8):
        chat.says("eve", "buy my carpets")
    assert points(chat) == 1


def test_a_graver_rule_about_the_same_wave_still_strikes() -> None:
    """Three points are not paid for by one."""
    chat = club(striking(COPIES, name="copies"), striking(FLOOD, 3, name="flood"))
    for _ in range(8):
        chat.says("eve", "buy my carpets")
    assert points(chat) == 4


def test_a_strike_that_was_taken_back_excuses_nothing() -> None:
    """Whoever goes on after being pardoned has done it again."""
    chat = club(striking(FLOOD))
    events = [chat.world.says("eve", f"line {number}") for number in range(4)]
    assert names([chat.feed(event) for event in events][-1]) == {"delete", "strike"}
    chat.stream.strikes.remove(events[-1].key)
    assert names(chat.says("eve", "on and on")) == {"delete", "strike"}


def test_a_restart_in_the_middle_of_a_wave_changes_nothing() -> None:
    """Strikes come back from the database in whole milliseconds, and the wave is still the same deed."""
    chat = club(striking(FLOOD))
    chat.wait(microseconds=777)
    events = [chat.world.says("eve", f"line {number}") for number in range(9)]
    before = [chat.feed(event) for event in events]
    rows = chat.stream.strikes.given_to(EVE, events[-1].at)
    again = Chat(chat.engine)
    again.stream.counters.rebuild(events[:4])
    kept = StrikeBook(replace(row, at=row.at.replace(microsecond=row.at.microsecond // 1000 * 1000)) for row in rows)
    again.stream.strikes = kept
    assert [actions(again.feed(event)) for event in events[4:]] == [actions(verdict) for verdict in before[4:]]


def test_the_strikes_of_others_excuse_nobody() -> None:
    """Several people post the same; each is struck for it once."""
    chat = club(striking(Copies(authors=2, within=timedelta(minutes=1))))
    for who in ("ana", "eve", "ana", "eve"):
        chat.says(who, "buy my carpets")
    assert (points(chat), points(chat, MemberRef("plaza", "club", "ana"))) == (1, 1)
