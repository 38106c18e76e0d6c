"""What has fooled moderation bots before, from the packs' point of view: the three example files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.wiring import vocabulary
from moderation.counters import Counters
from moderation.simulate import Person, World
from rules.compile import Engine, compile_rules
from rules.loader import load_folder
from rules.stream import Stream
from tests.rules_engine.helpers import EXAMPLES, Chat, loaded, matched, names, scores

NO_SCORES = scores()


@pytest.fixture(scope="module")
def examples() -> Engine:
    rule_set = load_folder(EXAMPLES, vocabulary()).rule_set
    assert rule_set is not None
    return compile_rules(rule_set)


def test_an_allowed_link_first_hides_no_bad_link_behind_it(examples: Engine) -> None:
    """Every link is looked at."""
    chat = Chat(examples)
    verdict = chat.says("eve", "first https://ourclub.org then https://free-nitro.example")
    assert "delete" in names(verdict)


def test_an_edit_after_approval_is_judged_again(examples: Engine) -> None:
    """Harmless words pass, what they are changed into does not."""
    chat = Chat(examples)
    assert not chat.says("eve", "hello everybody").matched
    assert "slur" in matched(chat.edits("eve", "hello blarg"))


def test_a_false_quotation_is_no_quotation(examples: Engine) -> None:
    """A bare `>` and marks around words nobody said prove nothing."""
    for text in ("> blarg", "```blarg```", 'he called me "blarg"'):
        assert "delete" in names(Chat(examples).says("eve", text)), text


def test_a_genuine_quotation_is_queued_not_punished(examples: Engine) -> None:
    """What another person said in this channel may be shown to moderators."""
    chat = Chat(examples)
    chat.says("eve", "you blarg")
    verdict = chat.says("ana", 'eve said "you blarg", please help')
    assert names(verdict) == {"ask"}
    assert "delete" in names(chat.says("ana", 'eve said "you blarg", she is a blarg herself'))


def test_only_quotations_that_hold_a_hit_are_looked_up(examples: Engine) -> None:
    """Any number of other quotations changes nothing; a text that quotes the word a hundred times quotes nobody."""
    chat = Chat(examples)
    chat.says("eve", "you blarg")
    aside = " ".join(f'"thing {number}"' for number in range(200))
    assert names(chat.says("ana", f'{aside} eve said "you blarg", please help')) == {"ask"}
    assert "delete" in names(chat.says("ana", '"you blarg" ' * 25 + "and what a blarg she is"))


def test_the_moderators_room_may_speak_of_anything(examples: Engine) -> None:
    """Cards and talk about a slur repeat it."""
    chat = Chat(examples)
    assert not chat.says("mod", "blarg", "mod-room").matched
    assert "slur" in matched(chat.says("mod", "blarg", "general"))


def test_an_edit_that_changes_no_word_is_no_second_copy(examples: Engine) -> None:
    """Platforms send an edit when they unfurl a link."""
    chat = Chat(examples)
    for channel in ("general", "help"):
        chat.says("ana", "my talk starts tonight https://github.com/x", channel)
    for _ in range(5):
        assert not chat.edits("ana", "my talk starts tonight https://github.com/x").matched


def test_a_leet_map_that_eats_signs_and_one_that_does_not(examples: Engine) -> None:
    """`z0nkhead!` is the word, and `5OO` is 500 in copies."""
    chat = Chat(examples)
    assert "slur" in matched(chat.says("eve", "z0nkhead!"))
    chat.says("fay", "Earn 500 a day, ask me!", "general")
    chat.says("fay", "Earn  5OO a day, ask me!!", "help")
    assert "copy-paste-wave" in matched(chat.says("fay", "Earn 500 a day, ask me!", "art"))


def test_two_people_cannot_complete_each_others_word(examples: Engine) -> None:
    """Only an author's own messages are joined."""
    chat = Chat(examples)
    assert not chat.says("ana", "bl").matched
    assert not chat.says("bo", "arg").matched


def test_a_split_word_takes_all_its_parts_with_it(examples: Engine) -> None:
    """Delete acts on every message that holds a letter of it."""
    chat = Chat(examples)
    chat.says("eve", "hello")
    for part in ("bl", "a"):
        assert not chat.says("eve", part).matched
    verdict = chat.says("eve", "rg")
    assert matched(verdict) == ["slur"]
    (delete,) = [plan for plan in verdict.actions if plan.action.name == "delete"]
    assert [ref.id for ref in delete.messages] == ["m2", "m3", "m4"]


def test_slow_typing_and_other_channels_are_not_joined(examples: Engine) -> None:
    """Twenty seconds, and one channel."""
    chat = Chat(examples)
    chat.says("ana", "bl")
    chat.wait(seconds=21)
    assert not chat.says("ana", "arg").matched
    chat.says("bo", "bl", "general")
    assert not chat.says("bo", "arg", "art").matched


def test_an_edit_that_completes_a_neighbours_word_is_found(examples: Engine) -> None:
    """The edited message is judged with what stands around it, not with what came much later."""
    chat = Chat(examples)
    chat.says("eve", "bl")
    chat.says("eve", "ok")
    verdict = chat.edits("eve", "arg")
    assert matched(verdict) == ["slur"]


def test_moderators_may_show_a_scam(examples: Engine) -> None:
    """A spared role is spared by that rule alone."""
    chat = Chat(examples)
    chat.world.meet(Person("mod", "mod", None, None, None, frozenset({"moderator"})))
    assert "scam-link" not in matched(chat.says("mod", "do not open https://free-nitro.example"))
    assert "scam-link" in matched(chat.says("eve", "open https://free-nitro.example"))


def test_one_person_reconnecting_is_no_raid(examples: Engine) -> None:
    """Forty joins of one person are one person; thirty people are a raid."""
    chat = Chat(examples)
    assert not any(chat.feed(chat.world.joins("ana")).matched for _ in range(40))
    wave = [chat.feed(chat.world.joins(f"p{number}")) for number in range(30)]
    assert names(wave[-1]) == {"raid", "pause_invites", "ask"}


@pytest.mark.parametrize(
    "text",
    [
        "Nigeria",
        "viable",
        "diabetes",
        "Scunthorpe",
        "disputa",
        "computadora",
        "reputación",
        "the blargon element",
        "blar gone",
    ],
)
def test_innocent_words_pass(examples: Engine, text: str) -> None:
    """A word inside another word is not that word."""
    assert not Chat(examples).says("ana", text, signals=NO_SCORES).matched


def test_a_raid_holds_newcomers_until_it_has_passed(examples: Engine) -> None:
    """Ten quiet minutes after the wave, everything is as before."""
    chat = Chat(examples)
    for number in range(30):
        chat.feed(chat.world.joins(f"p{number}"))
    assert "raid-newcomer-quiet" in matched(chat.says("p3", "hi"))
    assert "raid-newcomer-quiet" not in matched(chat.says("ana", "what is going on?"))
    chat.wait(minutes=10)
    assert "raid-newcomer-quiet" not in matched(chat.says("p3", "hi"))


def test_the_brakes_are_lifted_for_the_wave_alone(examples: Engine) -> None:
    """Somebody who was there before keeps every protection."""
    world, stream = World(), Stream(examples, Counters(examples.needs))
    for number in range(30):
        stream.feed(world.joins(f"p{number}"))
    assert stream.unbraked(stream.note(world.says("p3", "hi")))
    assert not stream.unbraked(stream.note(world.says("ana", "hi")))
    world.wait(timedelta(minutes=11))
    assert not stream.unbraked(stream.note(world.says("p3", "hi")))


def test_strikes_climb_the_ladder_and_are_forgotten() -> None:
    """The second strike brings a timeout; after the time to forget it is the first again."""
    chat = Chat(
        loaded("""\
schema: rules/1
about: A ladder.
lists:
  bad: |
    blarg
ladders:
  conduct:
    forget: 10d
    steps:
      2: [timeout: 1h]
      4: [ask: moderators]
rules:
  - id: slur
    why:
      en: No slurs.
    mode: enforce
    if:
      says: bad
    then: [strike: 1]
""")
    )
    assert [sorted(names(chat.says("eve", "blarg"))) for _ in range(5)] == [
        ["strike"],
        ["strike", "timeout"],
        ["strike"],
        ["ask", "strike"],
        ["ask", "strike"],
    ]
    chat.wait(days=10)
    assert names(chat.says("eve", "blarg")) == {"strike"}
