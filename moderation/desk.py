"""What people may do with a case, and who: the rules of the desk, without any storage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from moderation.case import APPEAL_WINDOW, MOVES, Case, CaseState, Origin
from moderation.errors import UserError
from moderation.leeway import Opinion


class AnotherPerson(UserError):
    """Whoever decided something does not also judge it."""


class NotTheirs(UserError):
    """Only the person a case is about can appeal it."""


class TooLate(UserError):
    """The time for an appeal has passed."""


class Verb(StrEnum):
    """What a person can say about a case."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"
    NOT_A_PROBLEM = "not_a_problem"
    RETRACT = "retract"
    APPEAL = "appeal"


_UPHELD: Final[Mapping[CaseState, CaseState]] = {
    CaseState.OPEN: CaseState.DECIDED,
    CaseState.HELD: CaseState.DECIDED,
    CaseState.APPEALED: CaseState.UPHELD,
}


def verbs(case: Case, opinion: Opinion | None = None, *, moved: bool = False) -> tuple[Verb, ...]:
    """What can still be said about a case. `opinion` is what somebody has said about its rule and not taken back;
    `moved` whether a threshold moved by that."""
    can = MOVES[case.state]
    said = {
        Verb.UPHOLD: case.state in _UPHELD,
        Verb.OVERTURN: CaseState.OVERTURNED in can,
        Verb.NOT_A_PROBLEM: case.origin is Origin.RULES and opinion is not Opinion.NOT_A_PROBLEM,
        Verb.RETRACT: moved,
        Verb.APPEAL: CaseState.APPEALED in can and case.member is not None,
    }
    return tuple(verb for verb, possible in said.items() if possible)


def upheld(case: Case, *, by: str, at: datetime, decided_by: str = "") -> Case:
    """The case after somebody said that it was right; saying it twice changes nothing."""
    to = _UPHELD.get(case.state, CaseState.DECIDED)
    if case.state is to:
        return case
    another_human(case, by, decided_by)
    return case.moved(to, by=by, at=at)


def appealed(case: Case, *, by: str, at: datetime) -> Case:
    """The case after the person it is about objected, which they can do for half a year."""
    if case.member is None:
        raise UserError(f"case {case.number} is about nobody: there is nothing to appeal")
    if by != f"{case.member.platform}:{case.member.id}":
        raise NotTheirs(f"only the person whom case {case.number} is about can appeal it")
    if at > case.opened_at + APPEAL_WINDOW:
        raise TooLate(f"case {case.number} could be appealed for {APPEAL_WINDOW.days} days; they have passed")
    return case.moved(CaseState.APPEALED, by=by, at=at)


def about_a_rule(case: Case) -> None:
    """Only what a rule found can be no problem; an outage or a lost action says nothing about a rule."""
    if case.origin is not Origin.RULES:
        raise UserError(f"no rule decided case {case.number}: there is nothing to say about one")


def another_human(case: Case, by: str, decided_by: str) -> None:
    """An appeal is decided by somebody who did not decide before."""
    if case.state is CaseState.APPEALED and by == decided_by:
        raise AnotherPerson(f"you decided case {case.number} yourself: another person must look at the appeal")


def second_person(case: Case, by: str, opened_by: str, *, held: bool) -> None:
    """What a brake held of somebody's own decision is let go by somebody else."""
    if held and case.origin is Origin.MODERATOR and by == opened_by:
        raise AnotherPerson(f"case {case.number} is your own decision: a second person must let it go")
