"""From what somebody typed or filled in to what a command was given; what is wrong is said with an example beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.commands.spec import WORDS, Kind, Parameter, Spec
from bot.commands.usage import example, in_words
from moderation.errors import UserError
from moderation.model import CommandCalled
from moderation.units import BadDuration, duration

LONGEST: Final = 1_800
"""Characters of one argument; what is said to a person has to fit into one message everywhere."""
_MEMBER: Final = re.compile(r"<@!?([^<>\s]{1,128})>")
_CASE: Final = re.compile(r"#?(\d{1,9}|[0-9a-hjkmnp-tv-z]{10})")
_NO_ID: Final = re.compile(r"[\s<>@]")
_TOKEN: Final = re.compile(r"\S+")

Say = Callable[[str], str]
"""Puts one of our texts into the caller's language."""
Value = str | timedelta


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a command was given, by parameter: a member's id, a case's number or id, a choice, words, a duration."""

    values: Mapping[str, Value] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Words, an id or a choice; empty when nothing was given."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def span(self, name: str) -> timedelta | None:
        """A duration; None when nothing was given."""
        value = self.values.get(name)
        return value if isinstance(value, timedelta) else None


def parse(spec: Spec, event: CommandCalled, say: Say, language: str) -> Arguments:
    """What was given. UserError, in the caller's language, says what is wrong and shows an example.

    A command called on a message is about its author where no member is named.
    """
    reader = _Reader(spec, say, language, event.about.id if event.about is not None else "")
    if WORDS in event.arguments:
        return Arguments(reader.words(event.arguments[WORDS]))
    return Arguments(reader.fields(event.arguments))


@dataclass(slots=True)
class _Reader:
    spec: Spec
    say: Say
    language: str
    about: str
    typed: bool = False
    rest: str = ""

    def fields(self, given: Mapping[str, str]) -> dict[str, Value]:
        """What was filled in, field by field."""
        values: dict[str, Value] = {}
        for parameter in self.spec.parameters:
            raw = given.get(parameter.name, "").strip() or self._unsaid(parameter)
            if raw:
                values[parameter.name] = self._read(parameter, raw)
            elif parameter.required:
                raise self._missing(parameter)
        return values

    def words(self, typed: str) -> dict[str, Value]:
        """What was typed in one go, in the order of the parameters; the last text takes the rest."""
        self.typed, self.rest = True, typed.strip()
        values = self.fields(self._taken())
        if self.rest:
            say = self.say
            raise self._wrong(say("“{words}” is more than this command takes.").format(words=_short(self.rest)))
        return values

    def _taken(self) -> dict[str, str]:
        """Which part of what was typed belongs to which parameter.

        A duration may also stand after the word of a choice: `everywhere 7d` is `7d everywhere`, lest it become a part
        of the reason and the sanction have no end.
        """
        taken: dict[str, str] = {}
        parameters = in_words(self.spec)
        for place, parameter in enumerate(parameters):
            taken[parameter.name] = self._take(parameter, last=place == len(parameters) - 1)
            if parameter.kind is Kind.CHOICE and taken[parameter.name]:
                for skipped in parameters[:place]:
                    if skipped.kind is Kind.DURATION:
                        taken[skipped.name] = taken[skipped.name] or self._take(skipped, last=False)
        return taken

    def _unsaid(self, parameter: Parameter) -> str:
        """Whoever wrote the message a command is called on need not be named."""
        return self.about if parameter.kind is Kind.MEMBER else ""

    def _take(self, parameter: Parameter, *, last: bool) -> str:
        """The part of what was typed that belongs to a parameter; empty when nothing does."""
        if parameter.kind in (Kind.TEXT, Kind.LONG) and last:
            taken, self.rest = self.rest, ""
            return taken
        token = _TOKEN.match(self.rest)
        if token is None or not self._fits(parameter, token[0]):
            return ""
        self.rest = self.rest[token.end() :].lstrip()
        return token[0]

    def _fits(self, parameter: Parameter, token: str) -> bool:
        """Whether a word is meant for a parameter. One that must be given takes what is there, to say what is wrong
        with it; so does a duration, lest `10min` become a part of the reason and the sanction have no end."""
        match parameter.kind:
            case Kind.MEMBER:
                return _MEMBER.fullmatch(token) is not None or (parameter.required and not self.about)
            case Kind.DURATION:
                return parameter.required or token[0].isdigit()
            case Kind.CASE:
                return parameter.required or _CASE.fullmatch(token) is not None
            case Kind.CHOICE:
                return parameter.required or token.casefold() in (parameter.choices or {})
        return True

    def _read(self, parameter: Parameter, raw: str) -> Value:
        match parameter.kind:
            case Kind.MEMBER:
                return self._member(raw)
            case Kind.DURATION:
                return self._span(raw)
            case Kind.CASE:
                return self._case(raw)
            case Kind.CHOICE:
                return self._choice(parameter, raw)
        if len(raw) > LONGEST:
            say = self.say
            words = say("That is {given} characters long; {most} fit.").format(given=len(raw), most=LONGEST)
            raise UserError(words)
        return raw

    def _member(self, raw: str) -> str:
        """Platforms with fields deliver an id; in what was typed, adapters have written people as `<@id>`."""
        mention = _MEMBER.fullmatch(raw)
        if mention is not None:
            return mention[1]
        if raw == self.about:
            return raw  # the platform's own word, whatever its ids look like
        if self.typed or _NO_ID.search(raw):
            say = self.say
            raise self._wrong(say("“{words}” is nobody I know here: pick the person by @.").format(words=_short(raw)))
        return raw

    def _span(self, raw: str) -> timedelta:
        try:
            return duration(raw)
        except BadDuration:
            say = self.say
            words = say("“{words}” is no duration: write a whole number and s, m, h, d or w, such as 30s, 10m or 3d.")
            raise self._wrong(words.format(words=_short(raw))) from None

    def _case(self, raw: str) -> str:
        found = _CASE.fullmatch(raw.casefold())
        if found is None:
            say = self.say
            raise self._wrong(say("“{words}” is no number of a case.").format(words=_short(raw)))
        return found[1]

    def _choice(self, parameter: Parameter, raw: str) -> str:
        chosen = raw.casefold()
        choices = parameter.choices or {}
        if chosen not in choices:
            say = self.say
            words = say("“{words}” is none of {choices}.").format(words=_short(raw), choices=", ".join(choices))
            raise self._wrong(words)
        return chosen

    def _missing(self, parameter: Parameter) -> UserError:
        say = self.say
        if parameter.kind is Kind.MEMBER:
            return self._wrong(say("Whom? Name a person by @."))
        summary = parameter.summary.get(self.language) or parameter.summary["en"]
        return self._wrong(say("Something is missing: {what}.").format(what=summary.rstrip(".")))

    def _wrong(self, words: str) -> UserError:
        say = self.say
        return UserError(words + "\n" + say("For example: {example}").format(example=example(self.spec, self.language)))


def _short(raw: str) -> str:
    """What somebody typed, on one line."""
    line = " ".join("".join(character if character.isprintable() else " " for character in raw).split())
    return line if len(line) <= 60 else line[:59] + "…"
