"""What the rules decided about one event, before anything is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from moderation.actions.base import Action
from moderation.model import MessageRef


class Mode(StrEnum):
    """How far a rule may go: not at all, only counting, asking people, acting."""

    OFF = "off"
    SHADOW = "shadow"
    REVIEW = "review"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that decided: the condition in words, what it saw, and where in which message (raw offsets)."""

    condition: str
    saw: str
    message: MessageRef | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class ScoreSeen:
    """A model's score without which a rule would not hold: what the rule asks, what applies here, and what was given.

    Shares between 0 and 1. `here` differs from `asked` where moderators' verdicts moved it (moderation/leeway.py).
    """

    label: str
    model: str
    asked: float
    here: float
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, with the actions it asks for as written (its mode not yet applied, ladder steps included).

    `messages` are all that made the match; `covered` those of them on which an earlier match of the rule has had its
    effect. `score_only` says that nothing but a model's score spoke against the
    person: such a match never kicks or bans for good, and its strikes carry that provenance. `scores` are what decided.
    """

    rule: str
    mode: Mode
    actions: tuple[Action, ...]
    messages: tuple[MessageRef, ...] = ()
    because: tuple[Because, ...] = ()
    score_only: bool = False
    brake: str | None = None
    covered: tuple[MessageRef, ...] = ()
    scores: tuple[ScoreSeen, ...] = ()

    @property
    def targets(self) -> tuple[MessageRef, ...]:
        """The messages this match shall act on."""
        return tuple(ref for ref in self.messages if ref not in self.covered) if self.covered else self.messages


@dataclass(frozen=True, slots=True)
class Planned:
    """An action that shall be enforced, the rules that asked for it, and the messages it covers."""

    action: Action
    rules: tuple[str, ...]
    messages: tuple[MessageRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything the rules say about one event: matched rules in file order, rules nobody could decide (their ids and
    the labels or facts that were missing), and the merged actions, strictest of each kind."""

    matched: tuple[Match, ...] = ()
    undecided: tuple[str, ...] = ()
    actions: tuple[Planned, ...] = ()
    missing: frozenset[str] = frozenset()


CLEAN: Final = Verdict()
"""The verdict on nearly every message: nothing matched."""
