"""A case: everything that is done about a person hangs on one, and everything that needs a person is one.

open ──► decided ──► appealed ──► upheld
  ▲         │  │         └──────► overturned
  └─────────┘  └────────────────► overturned      (undo; also from open, held and upheld)
held ──► decided

Moving is compare-and-set: who comes second is told who was first and when.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from moderation.errors import AlreadyMoved, UserError
from moderation.model import ChannelRef, MemberRef

APPEAL_WINDOW: Final = timedelta(days=183)
"""How long a person may appeal at least: six months, as article 20 of the EU Digital Services Act asks of platforms."""


class CaseState(StrEnum):
    """Where a case stands. `open` and `held` wait for a person; `held` hides a message meanwhile."""

    OPEN = "open"
    HELD = "held"
    DECIDED = "decided"
    APPEALED = "appealed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Origin(StrEnum):
    """Why there is a case."""

    RULES = "rules"
    UNDECIDED = "undecided"
    OUTCOME = "outcome"
    BRAKE = "brake"
    PARKED = "parked"
    GAP = "gap"
    REPORT = "report"
    MODERATOR = "moderator"
    """A person decided it themselves, by a command."""


MOVES: Final[Mapping[CaseState, frozenset[CaseState]]] = {
    CaseState.OPEN: frozenset({CaseState.DECIDED, CaseState.OVERTURNED}),
    CaseState.HELD: frozenset({CaseState.DECIDED, CaseState.OVERTURNED, CaseState.OPEN}),
    CaseState.DECIDED: frozenset({CaseState.APPEALED, CaseState.OVERTURNED, CaseState.OPEN}),
    CaseState.APPEALED: frozenset({CaseState.UPHELD, CaseState.OVERTURNED}),
    CaseState.UPHELD: frozenset({CaseState.OVERTURNED}),
    CaseState.OVERTURNED: frozenset(),
}
"""From decided back to open: an action failed or its outcome is unknown, and a person must look."""

WAITING: Final = frozenset({CaseState.OPEN, CaseState.HELD, CaseState.APPEALED})
"""What lies on the desk."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `version` grows with every move; `events` counts what an outage or a brake has gathered in one case."""

    id: str
    number: int
    state: CaseState
    version: int
    origin: Origin
    platform: str
    community: str
    opened_at: datetime
    changed_at: datetime
    changed_by: str
    about: str = ""
    member: MemberRef | None = None
    channel: ChannelRef | None = None
    rules: tuple[str, ...] = ()
    queue: str = ""
    severity: int = 0
    urgent: bool = False
    due_at: datetime | None = None
    events: int = 1

    def moved(self, to: CaseState, *, by: str, at: datetime) -> Case:
        """The case after a move; AlreadyMoved says who made that impossible, UserError that it never was possible."""
        if to not in MOVES[self.state]:
            if self.version:
                raise AlreadyMoved(self.id, str(self.state), self.changed_by, self.changed_at)
            raise UserError(f"case {self.number} is {self.state}: it cannot become {to}")
        return replace(self, state=to, version=self.version + 1, changed_by=by, changed_at=at)


_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


def case_id(reason: str) -> str:
    """The id of the case that this reason opens (an event's key; `undecided|rule|since`): 50 bits, the same each time.

    Letters and digits of Crockford's base 32, which reads well aloud.
    """
    number = int.from_bytes(hashlib.sha256(f"case|{reason}".encode("utf-8", "surrogatepass")).digest()[:8]) >> 14
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(45, -5, -5))


def priority(case: Case, now: datetime) -> float:
    """What a moderator should look at first: severity, doubled when urgent, growing by its own size every hour."""
    hours = max(0.0, (now - case.opened_at).total_seconds() / 3600)
    return (1 + case.severity) * (2 if case.urgent else 1) * (1 + hours)
