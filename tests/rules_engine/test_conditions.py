"""What each condition means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.wiring import CONDITIONS
from moderation.model import Event, MemberRef, MessageEdited, MessagePosted, ReactionAdded, ReportFiled
from moderation.simulate import Person, World, newcomer
from rules.conditions.attachments import Attachments
from rules.conditions.author import Author
from rules.conditions.copies import Copies
from rules.conditions.edited_after import EditedAfter
from rules.conditions.flood import Flood
from rules.conditions.hours import Hours
from rules.conditions.joins import Joins
from rules.conditions.links import Links
from rules.conditions.matches import Matches
from rules.conditions.mentions import Mentions
from rules.conditions.quoting import Quoting
from rules.conditions.raid import DuringRaid
from rules.conditions.reports import Reports
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.conditions.shape import Shape
from rules.load_context import LoadContext
from rules.model import Condition
from tests.rules_engine.helpers import facts_of, holds, scores, words

DOMAINS = words("ourclub.org", "github.com/ours", name="good")


def read(kind: type[Condition], value: object, **context: Any) -> Condition:
    """A condition as the loader reads it."""
    return kind.model_validate(kind.expand(value), context=LoadContext(**context))


def said(text: str, **more: Any) -> MessagePosted:
    return World().says("ana", text, **more)


def test_says_finds_words_of_any_of_its_lists_and_says_where() -> None:
    """The card shows the word as it was written, at its place in the raw text."""
    condition = Says(lists=(words("blarg", name="slurs"), words("tonto", name="insults")))
    seen = facts_of(condition, said("you BLARG"))
    assert condition.holds(seen) is True
    (reason,) = condition.because(seen)
    assert (reason.condition, reason.start, reason.end) == ("says a word of slurs", 4, 9)
    assert holds(condition, said("hello there")) is False


def test_says_finds_a_word_inside_others_only_when_asked() -> None:
    """`parablarg` is another word, unless the list is for pieces of words."""
    assert holds(Says(lists=(words("blarg"),)), said("parablarg")) is False
    assert holds(Says(lists=(words("blarg"),), inside_words=True), said("parablarg")) is True


def test_says_without_disguises_takes_the_words_as_they_stand() -> None:
    """A list of common words must not see them in leet."""
    assert holds(Says(lists=(words("blarg"),)), said("b1arg")) is True
    assert holds(Says(lists=(words("blarg"),), disguised=False), said("b1arg")) is False


def test_says_looks_at_the_new_name_of_a_person() -> None:
    """A rename is judged by the name it brings."""
    assert holds(Says(lists=(words("blarg"),)), World().renames("ana", "blarg")) is True
    assert holds(Says(lists=(words("blarg"),)), World().joins("blarg")) is False


def test_says_reads_its_short_and_long_forms() -> None:
    """A name, several names, or options with one list or many."""
    lists = {"slurs": words("blarg", name="slurs"), "insults": words("tonto", name="insults")}
    assert read(Says, "slurs", lists=lists) == Says(lists=(lists["slurs"],))
    assert read(Says, ["slurs", "insults"], lists=lists) == Says(lists=(lists["slurs"], lists["insults"]))
    assert read(Says, {"lists": "slurs", "split": "0s"}, lists=lists) == Says(
        lists=(lists["slurs"],), split=timedelta(0)
    )


def test_an_unknown_list_is_named_with_the_nearest_one() -> None:
    """A slip of the pen is mended by its hint."""
    with pytest.raises(ValidationError) as refused:
        read(Says, "slur", lists={"slurs": words("blarg")})
    error = next(error for error in refused.value.errors() if error["type"] == "unknown_list")
    assert error["ctx"]["hint"] == "did you mean `slurs`?"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"(?i)fr[e3]+ nitro", "get FREE nitro", True),
        (r"\bsub\b", "a sub here", True),
        (r"\bsub\b", "subway", False),
        (r"\bsub\b", "la súbsub", False),
        (r"\baño\b", "buen año a todos", True),
        (r"\baño\b", "señaño", False),
        (r"\bñu\b|\bgnu\b", "un ñu", True),
        (r"^hola$", "hola", True),
        (r"\d{3}", "12", False),
        (r"[A-Z]{4}", "WXYZ", True),
        (r"[A-Z]{4}", "wxyz", False),
    ],
)
def test_matches_knows_words_of_every_alphabet(pattern: str, text: str, found: bool) -> None:
    """A word boundary is Unicode's, although RE2 knows ASCII letters only."""
    assert holds(Matches(patterns=(pattern,)), said(text)) is found


def test_matches_sees_what_the_client_shows_or_the_raw_text() -> None:
    """Markup is gone from the clean view, case from the folded one."""
    assert holds(Matches(patterns=("free nitro",)), said("**free** nitro")) is True
    assert holds(Matches(patterns=(r"\*\*free",), view="raw"), said("**free** nitro")) is True
    assert holds(Matches(patterns=("free nitro",), view="folded"), said("FREE Nitro")) is True


def test_a_match_is_told_in_offsets_of_the_raw_text() -> None:
    """The clean view lost four asterisks, and the card still marks the right stretch."""
    condition = Matches(patterns=("nitro",))
    (reason,) = condition.because(facts_of(condition, said("**free** nitro")))
    assert (reason.start, reason.end) == (9, 14)


@pytest.mark.parametrize(
    ("keys", "text", "found"),
    [
        ({"longer_than": 4}, "hello", True),
        ({"longer_than": 5}, "hello", False),
        ({"shorter_than": 6}, "hello", True),
        ({"capitals": 0.7}, "HELLO everybody", False),
        ({"capitals": 0.7}, "HELLO EVERYBODY", True),
        ({"repeated": 10}, "noooooooooo", True),
        ({"repeated": 10}, "nooo", False),
        ({"emoji": 3}, "😀😀 👍🏽", True),
        ({"emoji": 3}, "😀", False),
        ({"script_outside": ("latin",)}, "привет всем", True),
        ({"script_outside": ("latin",)}, "hola a todos", False),
        ({"script_outside": ("latin", "cyrillic")}, "привет всем", False),
        ({"longer_than": 4, "emoji": 1}, "hello", False),
    ],
)
def test_shape_is_what_a_reader_sees(keys: dict[str, Any], text: str, found: bool) -> None:
    """Every key that is given must fit."""
    assert holds(Shape(**keys), said(text)) is found


@pytest.mark.parametrize(
    ("keys", "text", "found"),
    [
        ({"kind": ("any",)}, "see https://a.example", True),
        ({"kind": ("any",)}, "no link here", False),
        ({"kind": ("invites",)}, "join https://discord.gg/abc", True),
        ({"kind": ("shortened",)}, "https://bit.ly/abc", True),
        ({"kind": ("invites", "shortened")}, "https://bit.ly/abc", True),
        ({"kind": ("hidden",)}, "[ourclub.org](https://evil.example)", True),
        ({"to": (DOMAINS,)}, "https://wiki.ourclub.org/start", True),
        ({"to": (DOMAINS,)}, "https://notourclub.org", False),
        ({"to": (DOMAINS,)}, "https://github.com/ours/repo", True),
        ({"to": (DOMAINS,)}, "https://github.com/theirs", False),
        ({"outside": (DOMAINS,)}, "https://ourclub.org", False),
        ({"outside": (DOMAINS,)}, "https://ourclub.org then https://evil.example", True),
        ({"outside": (DOMAINS,)}, "https://evil.example then https://ourclub.org", True),
        ({"like": (DOMAINS,)}, "https://ourc1ub.org/login", True),
        ({"like": (DOMAINS,)}, "https://ourclub.org/login", False),
        ({"to": (words("x.example"),), "outside": (DOMAINS,)}, "https://x.example", True),
        ({"to": (words("x.example"),), "outside": (words("sub.x.example"),)}, "https://sub.x.example", False),
    ],
)
def test_every_link_is_looked_at(keys: dict[str, Any], text: str, found: bool) -> None:
    """An allowed link in front hides no bad one behind it; several keys speak of the same link."""
    assert holds(Links(**keys), said(text)) is found


def test_mentions_count_distinct_people() -> None:
    """Calling one person five times is one person."""
    assert holds(Mentions(people=2), said("@ana @bo")) is True
    assert holds(Mentions(people=2), said("@bo @bo @bo")) is False
    assert holds(Mentions(everyone=True), said("@everyone hi")) is True
    assert holds(Mentions(everyone=True), said("@ana hi")) is False


@pytest.mark.parametrize(
    ("types", "file", "found"),
    [
        ((), "notes.txt", True),
        (("exe",), "game.EXE", True),
        (("image",), "cat.png", True),
        (("image/*",), "cat.png", True),
        (("image",), "song.mp3", False),
        (("exe", "scr"), "cat.png", False),
    ],
)
def test_attachments_are_told_by_type_or_ending(types: tuple[str, ...], file: str, found: bool) -> None:
    """Platforms state a type or only a name; either will do."""
    assert holds(Attachments(types=types), said("look", files=(file,))) is found
    assert holds(Attachments(types=types), said("look")) is False


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
    assert [ref.id for ref in condition.involved(facts_of(condition, third, before=before))] == ["m1", "m3", "m4"]
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


def test_a_quotation_is_stated_or_found_in_what_another_person_said() -> None:
    """Marks alone prove nothing; words of somebody else between marks do."""
    world = World()
    before = (world.says("bo", "you are a blarg"), world.says("ana", "I say blarg"))
    condition = Quoting(stated=True)
    assert holds(condition, world.says("ana", 'he said "you are a blarg" to me'), before=before) is True
    assert holds(condition, world.says("ana", 'he said "you are a zonk" to me'), before=before) is False
    assert holds(condition, world.says("ana", 'I said "I say blarg" once'), before=before) is False
    assert holds(condition, world.says("ana", "you are a blarg"), before=before) is False
    assert holds(condition, world.says("ana", "whatever", quoting=True), before=before) is True
    assert holds(condition, world.says("ana", '"you are a blarg"', quoting=False), before=before) is False


def test_a_raid_is_a_state_of_the_community() -> None:
    """Without a declaration there is none."""
    assert holds(DuringRaid(on=True), said("x")) is False
    assert holds(DuringRaid(on=False), said("x")) is True


def test_no_condition_says_anything_about_kinds_it_does_not_know() -> None:
    """On other kinds of event it does not hold, which is what the engine compiles."""
    world = World()
    message = world.says("eve", "blarg https://a.example @bo", files=("a.png",))
    edit = world.edits("eve", "blarg")
    events: dict[str, Event] = {
        "message": message,
        "edit": edit,
        "join": world.joins("ana"),
        "leave": world.leaves("ana"),
        "rename": world.renames("ana", "blarg"),
        "report": world.reports("bo", "eve"),
        "reaction": ReactionAdded(key="r", at=world.now, member=world.member("bo"), message=message.message.ref),
    }
    assert isinstance(edit, MessageEdited)
    assert isinstance(events["report"], ReportFiled)
    assert events["report"].about == MemberRef("plaza", "club", "eve")
    some = (
        Says(lists=(words("blarg"),)),
        Matches(patterns=("blarg",)),
        Shape(longer_than=1),
        Links(kind=("any",)),
        Mentions(people=1),
        Attachments(),
        Flood(messages=2, within=timedelta(hours=1)),
        Copies(times=2, within=timedelta(hours=1)),
        Score(labels={"toxicity": 0.0}),
        EditedAfter(span=timedelta(seconds=1)),
        Quoting(stated=False),
    )
    for condition in some:
        for kind, event in events.items():
            if kind not in condition.kinds:
                assert holds(condition, event) is False, (condition, kind)


def test_every_condition_can_be_loosened() -> None:
    """The mutation check asks each plug-in what remains without each of its keys."""
    lists = {"a": words("x", name="a"), "b": words("y", name="b")}
    author = read(Author, {"here_less_than": "3d", "has_role": "x"})
    assert dict(author.looser()) == {
        ("here_less_than",): Author(has_role="x"),
        ("has_role",): Author(here_less_than=timedelta(days=3)),
    }
    several = read(Says, ["a", "b"], lists=lists)
    assert dict(several.looser()) == {
        (): None,
        ("lists", 0): Says(lists=(lists["b"],)),
        ("lists", 1): Says(lists=(lists["a"],)),
    }
    assert dict(read(Copies, {"channels": 3, "within": "2m"}).looser())[("channels",)] is None
    assert len(CONDITIONS) == 16


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Author, {}),
        (Mentions, {}),
        (Links, {}),
        (Shape, {}),
        (Hours, {}),
        (Flood, {"within": "10s"}),
        (Flood, {"messages": 3, "links": 3, "within": "10s"}),
        (Copies, {"within": "10s"}),
        (Shape, {"longer_than": 10, "shorter_than": 5}),
        (Links, "everything"),
        (Quoting, "yes"),
        (Hours, {"from": "25:00"}),
        (Score, {}),
        (Says, {"lists": []}),
        (Says, {"lists": [], "split": "1h"}),
        (DuringRaid, "maybe"),
        (Joins, {"people": 0, "within": "1m"}),
        (Reports, {"people": 3, "within": "1 hour"}),
    ],
)
def test_a_condition_that_means_nothing_is_refused(kind: type[Condition], value: object) -> None:
    """An empty or contradictory condition never reaches the engine."""
    with pytest.raises(ValidationError):
        read(kind, value)
