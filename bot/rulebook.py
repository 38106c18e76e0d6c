"""What plans and brakes must know about the rules in force."""

from __future__ import annotations

from collections.abc import Mapping

from moderation.brakes import Limit
from rules.model import Rule, RuleSet


class RulesInForce:
    """The words and brakes of the present rule set; replaced as a whole on reload."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.replace(rule_set)

    def replace(self, rule_set: RuleSet) -> None:
        """Other rules are in force from now on."""
        self.rule_set = rule_set
        self._rules: dict[str, Rule] = {rule.id: rule for rule in rule_set.rules}
        self._limits = {
            f"{policy.name}/{brake.name}": Limit(brake.most, brake.within)
            for policy in rule_set.policies
            for brake in policy.brakes.values()
        }

    def why(self, rule: str) -> Mapping[str, str]:
        """The rule's words to the person, by language."""
        found = self._rules.get(rule)
        return found.why if found else {}

    def brake(self, rule: str) -> str:
        """The full name of the rule's brake; empty when it has none."""
        found = self._rules.get(rule)
        return f"{found.policy}/{found.brake}" if found and found.brake else ""

    def limits(self) -> Mapping[str, Limit]:
        """All brakes by full name."""
        return self._limits
