"""Rules that cannot be decided for a while: one case per rule and outage, not one per message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from moderation.case import case_id

QUIET: Final = timedelta(minutes=10)
"""An outage is over when the rule could be decided for so long."""


@dataclass(slots=True)
class _Outage:
    case: str
    last: datetime


class Outages:
    """Which rules are in an outage, and the case of each."""

    def __init__(self) -> None:
        self._open: dict[str, _Outage] = {}

    def recall(self, rule: str, case: str, last: datetime) -> None:
        """An outage that was open before a restart."""
        self._open[rule] = _Outage(case, last)

    def cases(self, undecided: Iterable[str], seq: int, now: datetime) -> tuple[tuple[str, str], ...]:
        """Each undecided rule with the case of its present outage; `seq` names an outage that begins here."""
        found = []
        for rule in undecided:
            outage = self._open.get(rule)
            if outage is None or now - outage.last > QUIET:
                outage = self._open[rule] = _Outage(case_id(f"undecided|{rule}|{seq}"), now)
            outage.last = max(outage.last, now)
            found.append((rule, outage.case))
        return tuple(found)
