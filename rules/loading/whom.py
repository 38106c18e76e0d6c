"""Whether a rule can ever match, and whether it matches everything."""

from __future__ import annotations

from typing import Final

from moderation.model import KINDS
from rules.loading.file import File
from rules.model import All, AnyOf, Condition, Holds, Use
from rules.yaml_nodes import MappingNode

_EVERY: Final = frozenset(KINDS)
_WRITTEN: Final = frozenset({"message", "edit"})


def kinds_of(part: Holds | None) -> frozenset[str]:
    """The kinds of event on which a tree of conditions may hold; `not` may hold on any."""
    if isinstance(part, Condition):
        return part.kinds
    if isinstance(part, All):
        return frozenset.intersection(_EVERY, *(kinds_of(inner) for inner in part.parts))
    if isinstance(part, AnyOf):
        return frozenset[str]().union(*(kinds_of(inner) for inner in part.parts))
    if isinstance(part, Use):
        return kinds_of(part.part)
    return _EVERY


def judged(file: File, block: MappingNode, name: str, kinds: frozenset[str], condition: Holds | None) -> None:
    """Complain about a rule that no event can match, and about one that matches whatever anybody writes."""
    possible = kinds_of(condition)
    where = block.key("on") if "on" in block.entries else block.key("if")
    if not kinds & possible:
        can = ", ".join(sorted(possible)) or "nothing"
        said = f"the rule `{name}` looks at {', '.join(sorted(kinds))}, which its conditions say nothing about"
        file.report.say(where, "E231", said, f"its conditions can judge: {can}")
    elif "on" in block.entries and kinds - possible:
        missing = ", ".join(sorted(kinds - possible))
        said = f"the conditions of `{name}` never hold for: {missing}"
        file.report.say(where, "W231", said, "remove it from `on`, or write a rule of its own for it")
    if condition is None and kinds & _WRITTEN and "only_in" not in block.entries:
        said = f"the rule `{name}` has no condition and would match every message"
        file.report.say(block.key("id"), "E131", said, "add `if:` with a condition such as `says: name-of-a-list`")
