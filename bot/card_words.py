"""What stands on a card: a case in short, in the community's language, for people who must judge quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from moderation.case import WAITING, Case, CaseState, Origin
from moderation.desk import Verb, verbs
from moderation.i18n import catalogue, spoken
from moderation.leeway import Why

if TYPE_CHECKING:
    from bot.stores.cases import CaseView
    from bot.stores.queue import Given

LONGEST_QUOTE: Final = 300
"""Characters of one message on a card; the whole text stands in the console."""
MOST_QUOTES: Final = 3
Say = Callable[[str], str]

CODES: Final[Mapping[str, str]] = {
    "uphold": "up",
    "not_a_problem": "np",
    "not_a_problem:quote": "nq",
    "not_a_problem:reclaimed": "nr",
    "not_a_problem:joke": "nj",
    "not_a_problem:wrong_language": "nl",
    "not_a_problem:other": "no",
    "undo": "un",
    "retract": "rt",
    "release": "rl",
    "back": "bk",
}
"""What a button can stand for, with the two letters that mark it in a token."""


def pressable(view: CaseView, *, held: bool) -> tuple[str, ...]:
    """The verbs of the buttons on a card as its case stands. `held` says that a brake holds something in it."""
    said = view.said if view.said is not None and view.said.taken_back_at is None else None
    can = verbs(view.case, said.said if said else None, moved=any(one.taken_back_at is None for one in view.moved))
    waits = view.case.state in WAITING
    shown = {
        "uphold": Verb.UPHOLD in can,
        "not_a_problem": waits and Verb.NOT_A_PROBLEM in can,
        "release": waits and held,
        "undo": Verb.OVERTURN in can and not (waits and Verb.NOT_A_PROBLEM in can),
        "retract": Verb.RETRACT in can,
    }
    return tuple(verb for verb, possible in shown.items() if possible)


def choices() -> tuple[str, ...]:
    """The verbs of the buttons while somebody says why it was no problem."""
    return (*(f"not_a_problem:{why}" for why in Why), "back")


def label(verb: str, case: Case, say: Say) -> str:
    """What stands on a button."""
    asks = case.origin not in (Origin.RULES, Origin.MODERATOR)
    return {
        "uphold": say("Done") if asks else say("It was right"),
        "not_a_problem": say("Not a problem…"),
        "not_a_problem:quote": say("It was a quote"),
        "not_a_problem:reclaimed": say("Their own word for themselves"),
        "not_a_problem:joke": say("It was a joke"),
        "not_a_problem:wrong_language": say("Another language"),
        "not_a_problem:other": say("Another reason"),
        "undo": say("Nothing to do") if asks and case.state is CaseState.OPEN else say("Undo"),
        "retract": say("Take back what was said about the rule"),
        "release": say("Let it go"),
        "back": say("Back"),
    }[verb]


def title(case: Case, name: str, say: Say) -> str:
    """`Case 7: Eve in #general`."""
    words = say("Case {number}").format(number=case.number)
    who = name or (case.member.id if case.member else "")
    if who:
        words += f": {one_line(who)}"
    if case.channel is not None and case.channel.name:
        words += " " + say("in #{channel}").format(channel=case.channel.name)
    return words


def body(
    view: CaseView,
    *,
    language: str,
    why: Callable[[str], Mapping[str, str]],
    given: Sequence[Given],
    before: int,
    who: str,
    url: str,
) -> str:
    """The text of a card. `why` gives a rule's words, `given` the points that weigh on the person, `before` how many
    other cases are about them, `who` the name of whoever changed the case last."""
    say = catalogue(language).gettext
    lines = [
        *written(view, say),
        *_grounds(view, language, why, say),
        *_history(given, before, say),
        *_stands(view.case, who, say),
    ]
    if url:
        lines.append(url)
    return "\n".join(lines)


def written(view: CaseView, say: Say) -> Iterator[str]:
    """What was written, quoted on one line each; adapters see to it that it pings nobody and is no markup."""
    for one in view.evidence[:MOST_QUOTES]:
        yield say("(the text is no longer kept)") if one.text is None else f"“{cut(one_line(one.text))}”"
    more = len(view.evidence) - MOST_QUOTES
    if more > 0:
        yield say("… and {count} more").format(count=more)


def _grounds(view: CaseView, language: str, why: Callable[[str], Mapping[str, str]], say: Say) -> Iterator[str]:
    case = view.case
    for rule in case.rules[:3]:
        words = why(rule)
        told = words.get(spoken(language)) or next(iter(words.values()), "")
        yield f"{rule}: {cut(one_line(told))}" if told else rule
    reason = origin_in_words(case.origin, say)
    if reason:
        yield f"{reason}: {cut(one_line(case.about))}" if case.about else reason
    if case.origin is Origin.REPORT and case.events > 1:
        yield say("Reports: {count}").format(count=case.events)
    told_by = (
        (view.reasons or {}).get("incompatible_content_explanation", {}) if case.origin is Origin.MODERATOR else {}
    )
    yield from (f"“{cut(one_line(words))}”" for words in told_by.values() if words)
    yield from (f"– “{cut(one_line(note.text))}”" for note in view.notes[-3:] if note.text)


def origin_in_words(origin: Origin, say: Say) -> str:
    """Why there is a case; empty where its rules say so."""
    return {
        Origin.RULES: "",
        Origin.UNDECIDED: say("The rules could not decide"),
        Origin.OUTCOME: say("An action did not work"),
        Origin.BRAKE: say("A brake stopped a rule"),
        Origin.PARKED: say("Something could not be worked on"),
        Origin.GAP: say("Messages may be missing"),
        Origin.REPORT: say("Reported by members"),
        Origin.MODERATOR: say("Decided by a moderator"),
    }[origin]


def _history(given: Sequence[Given], before: int, say: Say) -> Iterator[str]:
    points: dict[str, int] = {}
    for one in given:
        points[one.ladder] = points.get(one.ladder, 0) + one.points
    if points:
        listed = ", ".join(f"{ladder} {count}" for ladder, count in points.items())
        yield say("Points now: {points}").format(points=listed)
    if before > 0:
        yield say("Other cases: {count}").format(count=before)


def _stands(case: Case, who: str, say: Say) -> Iterator[str]:
    if case.state in WAITING:
        if case.state is CaseState.APPEALED:
            yield say("Appealed: somebody who did not decide it must look.")
        if case.due_at is not None:
            yield say("An answer is wanted by {time} UTC.").format(time=f"{case.due_at:%Y-%m-%d %H:%M}")
        return
    outcome = {
        CaseState.DECIDED: say("Decided by {who}, {time} UTC"),
        CaseState.UPHELD: say("Upheld by {who}, {time} UTC"),
        CaseState.OVERTURNED: say("Taken back by {who}, {time} UTC"),
    }[case.state]
    yield outcome.format(who=one_line(who), time=f"{case.changed_at:%Y-%m-%d %H:%M}")


def one_line(text: str) -> str:
    """What people wrote, on one line and without anything that moves the text around it."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def cut(text: str) -> str:
    """At most so much of it as fits on a card, cut at a word where one ends near there."""
    if len(text) <= LONGEST_QUOTE:
        return text
    head = text[:LONGEST_QUOTE]
    words = head.rsplit(" ", 1)[0]
    return (words if len(words) > LONGEST_QUOTE - 40 else head) + "…"
