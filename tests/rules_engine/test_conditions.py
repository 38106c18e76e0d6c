"""What each condition means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.wiring import CONDITIONS
from moderation.model import Event, MemberRef, MessageEdited, MessagePosted, ReactionAdded, ReportFiled
from moderation.simulate import World
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
from tests.rules_engine.helpers import facts_of, holds, words

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
