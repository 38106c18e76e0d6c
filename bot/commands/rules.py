"""`/rules`: what holds here, in the words that people are told when it is applied to them."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.spec import Spec
from moderation.verdict import Mode


class Rules:
    """Tells the rules in force. Those that are only tried out, or switched off, bind nobody."""

    spec: ClassVar = Spec("rules", {"en": "The rules that hold here", "es": "Las normas de aquí"})

    async def run(self, call: Call) -> Reply:
        """Each sentence once: several rules may say the same to people."""
        in_force = [rule for rule in call.services.rules.rule_set.rules if rule.mode in (Mode.ENFORCE, Mode.REVIEW)]
        told = dict.fromkeys(" ".join(call.in_words(rule.why).split()) for rule in in_force)
        lines = [f"• {words}" for words in told if words]
        say = call.say
        return Reply("\n".join(lines) if lines else say("No rules are in force here at the moment."))
