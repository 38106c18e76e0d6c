"""What people type, and what they are told when it cannot be understood."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.twin import Twin
from bot.commands.parsing import Arguments, parse
from bot.commands.spec import Kind, Parameter, Spec
from moderation.errors import UserError
from moderation.i18n import catalogue
from tests.pipeline.stage import SteppingClock

WHO = Parameter("member", Kind.MEMBER, {"en": "Who", "es": "Quién"})
HOW_LONG = Parameter("for", Kind.DURATION, {"en": "For how long", "es": "Cuánto tiempo"})
MAYBE_LONG = Parameter("for", Kind.DURATION, {"en": "For how long", "es": "Cuánto tiempo"}, required=False)
WHY = Parameter("reason", Kind.TEXT, {"en": "Why", "es": "Por qué"}, required=False)
WORDS = Parameter("words", Kind.LONG, {"en": "Your words", "es": "Tus palabras"})
CASE = Parameter("case", Kind.CASE, {"en": "Which case", "es": "Qué caso"})
MODE = Parameter("mode", Kind.CHOICE, {"en": "Mode", "es": "Modo"}, choices={"on": {"en": "On"}, "off": {"en": "Off"}})

TIMEOUT = Spec("timeout", {"en": "Silence"}, (WHO, HOW_LONG, WHY))
BAN = Spec("ban", {"en": "Remove"}, (WHO, MAYBE_LONG, WHY))
APPEAL = Spec("appeal", {"en": "Object"}, (CASE, WORDS))
SET = Spec("set", {"en": "Set"}, (MODE,))


def typed(spec: Spec, words: str, language: str = "en") -> Arguments:
    return parse(spec, Twin(SteppingClock()).calls("mod", spec.name, words), catalogue(language).gettext, language)


def wrong(spec: Spec, words: str, language: str = "en") -> str:
    with pytest.raises(UserError) as error:
        typed(spec, words, language)
    return str(error.value)


def test_words_are_taken_in_order_and_the_last_text_takes_the_rest() -> None:
    """Whatever stands after the duration is the reason, as it was written."""
    given = typed(TIMEOUT, "<@eve>  10m  calm   down,\nplease ")
    assert given.text("member") == "eve" and given.span("for") == timedelta(minutes=10)
    assert given.text("reason") == "calm   down,\nplease"


def test_what_may_be_left_out_is_left_out() -> None:
    """A ban without a time lasts until somebody lifts it."""
    given = typed(BAN, "<@!eve> rude again")
    assert given.text("member") == "eve" and given.span("for") is None and given.text("reason") == "rude again"


def test_a_number_where_a_time_could_be_is_meant_as_one() -> None:
    """`10min` never becomes the first word of a reason and the ban one for ever."""
    said = wrong(BAN, "<@eve> 10min rude")
    assert said == (
        "“10min” is no duration: write a whole number and s, m, h, d or w, such as 30s, 10m or 3d.\n"
        "For example: /ban @eve 10m please stay polite"
    )


def test_a_call_on_a_message_is_about_its_author() -> None:
    """Whoever is answered need not be named, and can be."""
    twin = Twin(SteppingClock())
    ref = twin.says("eve", "rude").message.ref
    say = catalogue("en").gettext
    assert parse(TIMEOUT, twin.calls("mod", "timeout", "10m enough", on=ref), say, "en").text("member") == "eve"
    assert parse(TIMEOUT, twin.calls("mod", "timeout", "<@bo> 10m", on=ref), say, "en").text("member") == "bo"


def test_fields_are_read_by_name() -> None:
    """Platforms with fields deliver them as they were filled in; empty is not given."""
    event = Twin(SteppingClock()).calls("mod", "ban", fields={"member": "42", "for": "7d", "reason": " "})
    given = parse(BAN, event, catalogue("en").gettext, "en")
    assert (given.text("member"), given.span("for"), given.text("reason")) == ("42", timedelta(days=7), "")


def test_cases_are_named_by_number_or_id() -> None:
    """With or without the sign people put before numbers."""
    assert typed(APPEAL, "#12 it was a quote").text("case") == "12"
    assert typed(APPEAL, "3K9ZQ0WXYA it was a quote").text("case") == "3k9zq0wxya"


@pytest.mark.parametrize(
    ("spec", "words", "says"),
    [
        (TIMEOUT, "", "Whom? Name a person by @."),
        (TIMEOUT, "@eve 10m", "“@eve” is nobody I know here: pick the person by @."),
        (TIMEOUT, "<@eve>", "Something is missing: For how long."),
        (
            TIMEOUT,
            "<@eve> soon",
            "“soon” is no duration: write a whole number and s, m, h, d or w, such as 30s, 10m or 3d.",
        ),
        (APPEAL, "twelve it was a quote", "“twelve” is no number of a case."),
        (APPEAL, "12", "Something is missing: Your words."),
        (SET, "perhaps", "“perhaps” is none of on, off."),
        (SET, "on and on", "“and on” is more than this command takes."),
    ],
)
def test_a_mistake_is_named_with_an_example_beside_it(spec: Spec, words: str, says: str) -> None:
    """One line says what is wrong, the next how it is written."""
    first, example = wrong(spec, words).splitlines()
    assert first == says and example.startswith(f"For example: /{spec.name} ")


def test_mistakes_are_explained_in_spanish_too() -> None:
    """Who reads Spanish is not taught in English."""
    assert wrong(TIMEOUT, "<@eve> pronto", "es") == (
        "«pronto» no es una duración: escribe un número entero y s, m, h, d o w, por ejemplo 30s, 10m o 3d.\n"
        "Por ejemplo: /timeout @eve 10m por favor, sé amable"
    )


def test_what_does_not_fit_into_a_message_is_refused() -> None:
    """Nothing is cut off behind anybody's back."""
    assert wrong(APPEAL, "12 " + "x" * 1801) == "That is 1801 characters long; 1800 fit."


@pytest.mark.parametrize("odd", ["<@>", "< @eve>", "\u202eeve", "{0.__class__}", "<@eve\n>", "@everyone", "<" * 500])
def test_odd_names_are_refused_in_words(odd: str) -> None:
    """Nothing that people type breaks the parser or comes back with lines of its own."""
    assert len(wrong(TIMEOUT, f"{odd} 10m").splitlines()) == 2
