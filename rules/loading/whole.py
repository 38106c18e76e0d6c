"""What can only be seen with all files side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rules.loading.report import Report
from rules.model import Place, Policy
from rules.yaml_nodes import MappingNode


def whole(report: Report, policies: Sequence[tuple[Policy, MappingNode]]) -> None:
    """Rule ids and ladders carry history: each name may exist once."""
    rules: dict[str, Place] = {}
    ladders: dict[str, Policy] = {}
    for policy, document in policies:
        for rule in policy.rules:
            first = rules.setdefault(rule.id, rule.place)
            if first is not rule.place:
                where = f"line {first.line} of {first.file}"
                report.at(rule.place, "E111", f"there is already a rule `{rule.id}`, in {where}", "choose another id")
        for name in policy.ladders:
            other = ladders.setdefault(name, policy)
            if other is not policy:
                said = f"there is already a ladder `{name}`, in {other.name}"
                block = document.get("ladders")
                place = block.key(name) if isinstance(block, MappingNode) else document
                report.say(place, "E235", said, "strikes would be mixed: choose another name")
