"""The lines of a scene: who does what, with which facts about them.

    [+5s] name [#channel] [(facts)]: text
    name joins · 30 people join · 30 people join, 2m apart · ana joins 40 times · ana leaves
    ana edits: new text · ana renames: new name · ana reports bo · 3 people report bo

Facts: `new, quoting, here 3d, account 2d, 40 messages, 2 strikes, role x, bot, toxicity 98%, during raid, file a.png,
at 22:30, sat 22:30`. Those about the person stay true for the rest of the scene.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from moderation.units import duration, share

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST: Final = 1000
_NAME: Final = r"[^\s:#()+][^\s:#()]*"
_WAIT: Final = re.compile(r"\+(\S+)\s+")
_SAYS: Final = re.compile(
    rf"(?P<who>{_NAME})(?:\s+#(?P<channel>[^\s:()]+))?(?:\s+\((?P<facts>[^()]*)\))?(?:\s+#(?P<after>[^\s:()]+))?"
    r"(?:\s+(?P<verb>edits|renames))?:(?:\s(?P<text>.*))?"
)
_CROWD: Final = re.compile(
    rf"(?P<people>\d+)\s+people\s+(?:join(?:,\s*(?P<apart>\S+)\s+apart)?|report\s+(?P<about>{_NAME}))"
)
_DOES: Final = re.compile(
    rf"(?P<who>{_NAME})\s+(?:(?P<joins>joins)(?:\s+(?P<times>\d+)\s+times)?(?:,\s*(?P<apart>\S+)\s+apart)?"
    rf"|(?P<leaves>leaves)|reports\s+(?P<about>{_NAME}))"
)
_COUNT: Final = re.compile(r"(\d+)\s+(messages?|strikes?)")
_CLOCK: Final = re.compile(rf"(?:at|({'|'.join(DAYS)}))\s+(\d\d?):(\d\d)")
_SCORE: Final = re.compile(r"([a-z_]+)\s+(\S+%)")


class SceneError(ValueError):
    """A line of a scene that cannot be understood; `column` counts from 0."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


@dataclass(frozen=True, slots=True)
class SceneFacts:
    """What stands in the brackets; None where nothing is said."""

    new: bool = False
    quoting: bool | None = None
    here: timedelta | None = None
    account: timedelta | None = None
    messages: int | None = None
    strikes: int | None = None
    roles: frozenset[str] = frozenset()
    is_bot: bool = False
    scores: tuple[tuple[str, float], ...] = ()
    during_raid: bool = False
    files: tuple[str, ...] = ()
    clock: tuple[int | None, int, int] | None = None
    """Day of the week (0 is Monday), hour, minute."""


@dataclass(frozen=True, slots=True)
class SceneLine:
    """One line. `verb` is says, edits, renames, joins, leaves or reports; `who` is None for a nameless crowd."""

    verb: str
    who: str | None = None
    text: str = ""
    channel: str | None = None
    facts: SceneFacts = field(default_factory=SceneFacts)
    wait: timedelta | None = None
    times: int = 1
    apart: timedelta | None = None
    about: str | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody named."""
        return tuple(name for name in (self.who, self.about) if name)


def parse_line(text: str) -> SceneLine:
    """What a line of a scene says; SceneError, in words and with a column, when it cannot be understood."""
    start = len(text) - len(text.lstrip())
    wait = None
    waits = _WAIT.match(text, start)
    if waits:
        wait = _span(waits[1], waits.start(1))
        start = waits.end()
    rest = text[start:].rstrip()
    said = _SAYS.fullmatch(rest)
    if said:
        return _said(said, start, wait)
    crowd = _CROWD.fullmatch(rest)
    if crowd:
        times = _number(crowd["people"], start)
        verb = "reports" if crowd["about"] else "joins"
        return SceneLine(verb, wait=wait, times=times, apart=_apart(crowd, start), about=crowd["about"])
    does = _DOES.fullmatch(rest)
    if does:
        verb = "joins" if does["joins"] else "leaves" if does["leaves"] else "reports"
        times = _number(does["times"], start) if does["times"] else 1
        return SceneLine(verb, does["who"], wait=wait, times=times, apart=_apart(does, start), about=does["about"])
    raise _unclear(rest, start)


def _said(said: re.Match[str], start: int, wait: timedelta | None) -> SceneLine:
    facts = _facts(said["facts"], start + said.start("facts")) if said["facts"] is not None else SceneFacts()
    return SceneLine(
        verb=said["verb"] or "says",
        who=said["who"],
        text=said["text"] or "",
        channel=said["channel"] or said["after"],
        facts=facts,
        wait=wait,
    )


def _unclear(rest: str, start: int) -> SceneError:
    if not rest:
        return SceneError("this line is empty", start)
    if ":" not in rest:
        return SceneError("a line says who does what, as in `ana: hello` or `ana joins`", start)
    known = re.match(rf"{_NAME}(?:\s+#[^\s:()]+)?", rest)
    column = start + (known.end() if known else 0)
    return SceneError("before the colon stand a name, a #channel and (facts), in this order", column)


def _facts(text: str, start: int) -> SceneFacts:
    known: dict[str, object] = {}
    roles: set[str] = set()
    scores: list[tuple[str, float]] = []
    files: list[str] = []
    column = start
    for part in text.split(","):
        fact = " ".join(part.split())
        place = column + len(part) - len(part.lstrip())
        column += len(part) + 1
        word, _, rest = fact.partition(" ")
        if word == "role" and rest:
            roles.add(rest)
        elif word == "file" and rest:
            files.append(rest)
        elif score := _SCORE.fullmatch(fact):
            scores.append((score[1], _share(score[2], place)))
        else:
            known.update(_fact(fact, word, rest, place))
    return SceneFacts(**known, roles=frozenset(roles), scores=tuple(scores), files=tuple(files))  # type: ignore[arg-type]


def _fact(fact: str, word: str, rest: str, place: int) -> dict[str, object]:
    if fact in {"new", "quoting"}:
        return {fact: True}
    if fact == "bot":
        return {"is_bot": True}
    if fact == "during raid":
        return {"during_raid": True}
    if word in {"here", "account"} and rest:
        return {word: _span(rest, place + len(word) + 1)}
    count = _COUNT.fullmatch(fact)
    if count:
        return {"messages" if count[2].startswith("message") else "strikes": int(count[1])}
    clock = _CLOCK.fullmatch(fact)
    if clock and int(clock[2]) < 24 and int(clock[3]) < 60:
        return {"clock": (DAYS.index(clock[1]) if clock[1] else None, int(clock[2]), int(clock[3]))}
    known = "new, quoting, here 3d, account 2d, 40 messages, role x, toxicity 98%, during raid"
    raise SceneError(f"`{fact}` is no fact; known: {known}" if fact else "a fact is missing here", place)


def _apart(match: re.Match[str], start: int) -> timedelta | None:
    return _span(match["apart"], start + match.start("apart")) if match["apart"] else None


def _number(digits: str, column: int) -> int:
    number = int(digits) if len(digits) <= 4 else _MOST + 1
    if not 1 <= number <= _MOST:
        raise SceneError(f"a number between 1 and {_MOST} is needed here", column)
    return number


def _span(text: str, column: int) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise SceneError(str(error), column) from error


def _share(text: str, column: int) -> float:
    try:
        return share(text)
    except ValueError as error:
        raise SceneError(str(error), column) from error
