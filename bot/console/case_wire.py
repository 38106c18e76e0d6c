"""Cases over HTTP: short for the queue, whole for whoever has to judge."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from bot.console.wire import Wire
from moderation.leeway import Why

Verb = Literal["undo", "uphold", "not-a-problem", "retract"]
"""What a moderator may say, as the last part of an address."""
State = Literal["open", "held", "decided", "appealed", "upheld", "overturned", "waiting"]
"""What `?state=` takes; `waiting` is everything that lies on the desk."""


class WhyIn(Wire):
    """Why something that a rule found is not a problem."""

    why: Why


class PersonOut(BaseModel):
    """Whom a case is about."""

    id: str
    name: str


class CaseOut(BaseModel):
    """A case as it stands in the queue."""

    id: str
    number: int
    state: str
    origin: str
    about: str
    rules: list[str]
    member: PersonOut | None
    platform: str
    community: str
    channel: str | None
    queue: str
    severity: int
    urgent: bool
    due_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    changed_by: str
    events: int


class EvidenceOut(BaseModel):
    """A message a case rests on; `spans` are the deciding parts, counted in characters of `text`.

    `text` is null when it is no longer kept."""

    id: str
    channel: str
    author: str
    at: datetime
    text: str | None
    spans: list[tuple[int, int]]


class BecauseOut(BaseModel):
    """One condition that held, and what it saw."""

    condition: str
    saw: str


class ScoreOut(BaseModel):
    """A model's score without which a rule would not have held; shares of 1. `asked` is the rule's own figure, `here`
    what applied in this community after moderators' verdicts."""

    label: str
    model: str
    asked: float
    here: float
    score: float


class RuleOut(BaseModel):
    """A rule that decided, with its words to the person by language."""

    id: str
    mode: str
    why: dict[str, str]
    because: list[BecauseOut]
    scores: list[ScoreOut] = []


class ActionOut(BaseModel):
    """Something done or to be done; `words` says how much of it (a time, a number of points)."""

    name: str
    words: str


class ReceiptOut(ActionOut):
    """What became of an action; `undoes` marks one that took another back."""

    outcome: str
    note: str
    at: datetime | None
    undoes: bool


class StepOut(BaseModel):
    """A step of a ladder: from so many points on, these actions."""

    points: int
    actions: list[ActionOut]


class StandingOut(BaseModel):
    """Where a person stands on one ladder now, and what this case gave."""

    ladder: str
    points: int
    given: int
    forgotten_at: datetime | None
    steps: list[StepOut]


class SaidOut(BaseModel):
    """What was said last about the rule behind a case: `not_a_problem` and why, or `upheld`."""

    said: str
    why: str | None
    by: str
    at: datetime
    taken_back_at: datetime | None
    taken_back_by: str | None


class MoveOut(BaseModel):
    """A threshold before and after what was said, or before and after that was taken back; shares of 1."""

    rule: str
    label: str
    model: str
    asked: float
    was: float
    now: float
    by: str
    at: datetime
    taken_back_at: datetime | None
    taken_back_by: str | None


class CaseFileOut(CaseOut):
    """A case with everything that is known about it. `verbs` are what may be done with it now."""

    messages: list[EvidenceOut]
    decided_by: list[RuleOut]
    actions: list[ReceiptOut]
    standing: list[StandingOut]
    told: list[str]
    reasons: dict[str, object] | None
    verbs: list[Verb]
    said: SaidOut | None = None
    moved: list[MoveOut] = []


class AuditOut(BaseModel):
    """One row of the audit: who did what, and the hash that chains it to the row before."""

    seq: int
    at: datetime
    actor: str
    what: str
    case: str
    detail: object
    hash: str
