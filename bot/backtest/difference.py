"""Two rule sets over one history, message by message."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from bot.backtest.judged import CHANGED, CHANGES, GONE, NEW, SAME, Judged, Matched


@dataclass(slots=True)
class RuleDifference:
    """How many messages one rule matches only now, only before, or with other actions than before."""

    new: int = 0
    gone: int = 0
    changed: int = 0


@dataclass(slots=True)
class Difference:
    """Numbers in the archive of the messages that fare differently, by how they do; `same` is only counted."""

    same: int = 0
    records: dict[str, array[int]] = field(default_factory=lambda: {how: array("L") for how in (NEW, GONE, CHANGED)})
    rules: dict[str, RuleDifference] = field(default_factory=dict)

    def take(self, number: int, judged: Judged) -> None:
        """Count one message that either rule set matches."""
        how = judged.get("change", "")
        if how in self.records:
            self.records[how].append(number)
        else:
            self.same += 1
        now = {matched["rule"]: matched for matched in judged["matched"]}
        before = {matched["rule"]: matched for matched in judged.get("against", [])}
        for rule in now | before:
            self._count(rule, now.get(rule), before.get(rule))

    def counts(self) -> dict[str, int]:
        """How many messages fare how."""
        return {how: self.same if how == SAME else len(self.records[how]) for how in CHANGES}

    def _count(self, rule: str, now: Matched | None, before: Matched | None) -> None:
        if now is not None and before is not None and _does(now) == _does(before):
            return
        counted = self.rules.setdefault(rule, RuleDifference())
        if before is None:
            counted.new += 1
        elif now is None:
            counted.gone += 1
        else:
            counted.changed += 1


def _does(matched: Matched) -> tuple[list[str], list[str]]:
    return sorted(matched["actions"]), sorted(matched["in_full"])
