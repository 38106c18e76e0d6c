"""Which rules differ between two sets: by id, and by everything that decides what a rule does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from pydantic import BaseModel

from rules.model import Policy, Rule, RuleSet, WordList

_MEANINGLESS: Final = frozenset({"place", "key_places", "policy"})
"""Where something stands says nothing about what it does."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of rules, each in the order of its set."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def changes(before: RuleSet, after: RuleSet) -> Changes:
    """What became of the rules; one whose list, ladder or brake changed counts as changed."""
    old, new = _meanings(before), _meanings(after)
    return Changes(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(name for name in new if name in old and old[name] != new[name]),
    )


def _meanings(rule_set: RuleSet) -> dict[str, Any]:
    return {rule.id: _of_rule(policy, rule) for policy in rule_set.policies for rule in policy.rules}


def _of_rule(policy: Policy, rule: Rule) -> Any:
    ladders = {name: policy.ladders[name] for name in _struck(rule) if name in policy.ladders}
    brake = policy.brakes.get(rule.brake) if rule.brake else None
    return (_meaning(rule), _meaning(ladders), _meaning(brake))


def _struck(rule: Rule) -> list[str]:
    points = [getattr(action, "points", ()) for action in rule.then if action.name == "strike"]
    return [name for pairs in points for name, _ in pairs]


def _meaning(value: Any) -> Any:
    """A value as plain tuples that compare by what they say."""
    if isinstance(value, WordList):
        return value.entries
    if isinstance(value, BaseModel):
        return (type(value).__name__, *((name, _meaning(getattr(value, name))) for name in type(value).model_fields))
    if is_dataclass(value) and not isinstance(value, type):
        inner = (one.name for one in fields(value) if one.name not in _MEANINGLESS)
        return (type(value).__name__, *((name, _meaning(getattr(value, name))) for name in inner))
    if isinstance(value, Mapping):
        return tuple((_meaning(key), _meaning(inner)) for key, inner in value.items())
    if isinstance(value, (tuple, list)):
        return tuple(_meaning(inner) for inner in value)
    return value
