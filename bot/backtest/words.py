"""What the reports for people have in common: the words that decided, cut out of their text, and counts in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from bot.backtest.judged import Judged, Matched
from bot.backtest.scoring import Scored
from bot.backtest.tally import RuleTally, Tally

AROUND: Final = 60
"""Characters shown before the first word that decided, when a text is too long."""
UNJUDGED: Final[Mapping[str, str]] = {
    "off": "off",
    "score": "not judged: an export has no scores",
    "events": "not judged: no export shows the events it listens to",
}
ASSUMPTIONS: Final = (
    "The history is taken as it was: who would have been removed goes on writing.",
    "A message that was changed is judged by its last text, because exports keep no other.",
    "Brakes and a platform's limits are not applied.",
)
"""What a reader must know to weigh the figures."""

WITHOUT_SCORES: Final = "Score rules were not judged, because an export has no scores: {rules}. With --score, the model that ships gives some"
WITHOUT_MODEL: Final = "Score rules were not judged, because no model here gives what they ask for: {rules}"

One = TypeVar("One")
JOINED: Final = re.compile("(?<=[\u2190-\U0010ffff])\u200d(?=[\u2190-\U0010ffff])")
"""The invisible character inside an emoji of several parts, which nobody needs to see."""


class Piece(NamedTuple):
    """Part of a text, and whether it decided."""

    text: str
    decided: bool = False


def pieces(text: str, spans: Sequence[tuple[int, int]], most: int) -> Iterator[Piece]:
    """The text in pieces, cut to about `most` characters around the first span; a cut shows as `…`."""
    known = [(start, end) for start, end in spans if 0 <= start < end <= len(text)]
    first = known[0][0] if known else 0
    begin = max(0, first - AROUND) if len(text) > most else 0
    end = min(len(text), begin + most)
    if begin:
        yield Piece("…")
    at = begin
    for start, stop in known:
        if start >= end:
            break
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start : min(stop, end)], decided=True)
        at = min(stop, end)
    if at < end:
        yield Piece(text[at:end])
    if end < len(text):
        yield Piece("…")


def visible(text: str) -> str:
    """The text with a sign in place of what cannot be seen, or would turn the text around it; as long as before."""
    if text.isprintable():
        return text
    kept = {at.start() for at in JOINED.finditer(text)}
    return "".join(
        character if character.isprintable() or character in "\n\t" or place in kept else "\N{REPLACEMENT CHARACTER}"
        for place, character in enumerate(text)
    )


def spans(judged: Judged, matched: Sequence[Matched]) -> list[tuple[int, int]]:
    """Where in the text of a message stands what decided, overlaps joined."""
    found = sorted(
        (because["start"], because["end"])
        for one in matched
        for because in one["because"]
        if because["start"] is not None and because["end"] is not None and because["message"] == judged["id"]
    )
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def why(matched: Matched) -> str:
    """What decided, in a line; a condition that saw several things is named once."""
    saw: dict[str, list[str]] = {}
    for because in matched["because"]:
        known = saw.setdefault(because["condition"], [])
        if because["saw"] and because["saw"] not in known:
            known.append(because["saw"])
    told = [f"{condition}: {', '.join(things)}" if things else condition for condition, things in saw.items()]
    if matched["together"]:
        told.append(f"together with {counted(len(matched['together']), 'earlier message')}")
    return "; ".join(told)


def does(matched: Matched) -> str:
    """What follows, with the mode where it holds something back."""
    full = ", ".join(matched["in_full"]) or "nothing"
    if matched["actions"] == matched["if_enforced"]:
        return full
    return f"{', '.join(matched['actions']) or 'nothing'} ({matched['mode']}; if enforced: {full})"


def outcome(rule: RuleTally) -> str:
    """What a rule would have done in all."""
    if rule.unjudged:
        return UNJUDGED[rule.unjudged]
    if not rule.if_enforced:
        return "nothing"
    acts = times(rule.actions) or "nothing"
    return acts if rule.actions == rule.if_enforced else f"{acts} (if enforced: {times(rule.if_enforced)})"


def waiting(tally: Tally, scored: Scored | None) -> str:
    """The rules that would need scores which nobody gives, and what can be done; empty when there are none."""
    names = ", ".join(name for name, rule in tally.rules.items() if rule.unjudged == "score")
    return (WITHOUT_MODEL if scored else WITHOUT_SCORES).format(rules=names) if names else ""


def unknown(scored: Scored | None) -> str:
    """Why rules may be undecided."""
    more = ", or the model cannot read the message" if scored else ""
    return f"an export does not tell what the rule asks for{more}"


def asked(scored: Scored) -> str:
    """What the model did."""
    if not scored.texts:
        return "No rule asks for a score, so no message was scored"
    silent = f"; it could not judge {scored.silent:,} of them" if scored.silent else ""
    return f"{scored.model} scored {counted(scored.texts, 'distinct text')}{silent}"


def times(actions: Mapping[str, int]) -> str:
    """Actions with how often, most often first: `delete 12, strike 9`."""
    ordered = sorted(actions.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number:,}" for name, number in ordered)


def counted(number: int, what: str) -> str:
    """`1 message`, `1,234 messages`."""
    if what.endswith("match"):
        return f"{number:,} {what}" if number == 1 else f"{number:,} {what}es"
    if what.endswith("person"):
        return f"{number:,} {what}" if number == 1 else f"{number:,} {what.removesuffix('person')}people"
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def spread(many: Sequence[One], most: int) -> list[One]:
    """At most so many of them, evenly from the first to the last."""
    if len(many) <= most:
        return list(many)
    if most <= 1:
        return list(many[:most])
    return [many[place * (len(many) - 1) // (most - 1)] for place in range(most)]
