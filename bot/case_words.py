"""A case in words, as `sereno explain` tells it: only from what was recorded, never decided again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from bot.stores.cases import CaseView, Step
from moderation.actions.strike import Strike
from moderation.actions.warn import Warn
from moderation.case import WAITING, CaseState, Origin
from moderation.leeway import Opinion
from moderation.units import percent

BECAUSE_OF: Final[Mapping[Origin, str]] = {
    Origin.RULES: "rules matched",
    Origin.UNDECIDED: "rules could not be decided, because something they ask for was unknown",
    Origin.OUTCOME: "an enforcement action failed, or nobody knows whether it worked",
    Origin.BRAKE: "more was about to be removed than the brakes allow",
    Origin.PARKED: "an event could not be worked on",
    Origin.GAP: "the platform may have told of things that never arrived",
    Origin.REPORT: "somebody reported it",
    Origin.MODERATOR: "a moderator decided it",
}


def told(view: CaseView) -> str:
    """The whole story: what was written, what decided, what was done, and where the case stands."""
    parts = (
        _head(view),
        _evidence(view),
        _verdict(view.verdict),
        _steps(view),
        _said(view),
        _standing(view),
        _notes(view),
    )
    return "\n".join(line for part in parts for line in part)


def as_json(view: CaseView) -> dict[str, Any]:
    """The same for machines."""
    return asdict(view)


def _head(view: CaseView) -> Iterator[str]:
    case = view.case
    yield f"Case {case.number} ({case.id}), {case.state}, in {case.community} on {case.platform}"
    yield f"opened {case.opened_at:%Y-%m-%d %H:%M:%S} UTC because {BECAUSE_OF[case.origin]}"
    if case.about:
        yield f"about {case.about}"
    if case.member is not None:
        yield f"about {view.name or case.member.id} ({case.member.id})"
    if case.events > 1:
        yield f"{case.events} events are gathered in it"


def _evidence(view: CaseView) -> Iterator[str]:
    if not view.evidence:
        return
    yield "\nWhat was written"
    for one in view.evidence:
        text = "(no longer kept)" if one.text is None else _one_line(one.text)
        yield f"  {one.at:%H:%M:%S} {one.channel}  {text}"


def _verdict(verdict: Mapping[str, Any] | None) -> Iterator[str]:
    if verdict is None:
        return
    yield "\nWhat decided"
    for match in verdict["matched"]:
        yield f"  {match['rule']} ({match['mode']}) asks for {', '.join(action['name'] for action in match['actions']) or 'nothing'}"
        for reason in match["because"]:
            yield f"    {reason['condition']}: {_one_line(reason['saw'])}{_at(reason)}"
        if match["score_only"]:
            yield "    nothing but a model's score speaks against the person"
    for rule in verdict["undecided"]:
        yield f"  {rule} stays undecided; unknown: {', '.join(verdict['missing'])}"


def _steps(view: CaseView) -> Iterator[str]:
    """What was done, and after it what was taken back. Strikes are rows of the case: no step takes them back."""
    sorry = _apology(view)
    listed = [
        f"  {_deed(step, sorry)}: {step.outcome or step.state}{f' ({step.note})' if step.note else ''}"
        for step in view.steps
    ]
    struck = any(step.action == Strike.name and step.outcome == "applied" for step in view.steps)
    if struck and view.case.state is CaseState.OVERTURNED and not view.strikes:
        listed.append("  strike: taken back")
    if listed:
        yield "\nWhat was done"
        yield from listed


def _deed(step: Step, sorry: Step | None) -> str:
    if step is sorry:
        return "told that it was taken back"
    return f"taken back: {step.action}" if step.undoes else step.action


def _apology(view: CaseView) -> Step | None:
    """The step that tells the person of the undo: the last word to whoever had heard of the decision before."""
    words = [step for step in view.steps if step.action == Warn.name and not step.undoes]
    return words[-1] if len(words) > 1 and view.case.state is CaseState.OVERTURNED else None


def _standing(view: CaseView) -> Iterator[str]:
    if view.strikes:
        yield "\nStrikes"
        for strike in view.strikes:
            until = f" until {strike.forgotten_at:%Y-%m-%d}" if strike.forgotten_at else ""
            yield f"  {strike.points} on the ladder {strike.ladder}{until}"
    case = view.case
    if case.state in WAITING:
        yield f"\nWaits for {case.queue or 'a person'}" + (
            f" until {case.due_at:%Y-%m-%d %H:%M} UTC" if case.due_at else ""
        )
    elif case.changed_by:
        yield f"\nLast changed by {case.changed_by} at {case.changed_at:%Y-%m-%d %H:%M:%S} UTC"


def _said(view: CaseView) -> Iterator[str]:
    """What a person said about the rule, and the thresholds that moved by it."""
    said = view.said
    if said is None:
        return
    yield "\nWhat was said about the rule"
    words = "it was right" if said.said is Opinion.UPHELD else f"not a problem ({said.why.replace('_', ' ')})"
    yield f"  {words}, by {said.by} at {said.at:%Y-%m-%d %H:%M:%S} UTC"
    for move in view.moved:
        yield f"  threshold of {move.rule} for {move.label}: from {percent(move.was)} to {percent(move.now)}"
        if move.back_from is not None and move.back_to is not None:
            yield f"    taken back by {move.taken_back_by}: from {percent(move.back_from)} to {percent(move.back_to)}"
    if said.taken_back_at is not None:
        yield f"  taken back by {said.taken_back_by} at {said.taken_back_at:%Y-%m-%d %H:%M:%S} UTC"


def _notes(view: CaseView) -> Iterator[str]:
    for note in view.notes:
        yield f"\nNote by {note.by}: {_one_line(note.text or '(no longer kept)')}"


def _at(reason: Mapping[str, Any]) -> str:
    return "" if reason["start"] is None else f" (characters {reason['start']} to {reason['end']})"


def _one_line(text: str) -> str:
    """What people wrote, on one line and harmless to a terminal."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
