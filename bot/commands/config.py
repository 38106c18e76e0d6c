"""`/config`: whether the rule files, as they lie there now, could come into force."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.spec import Audience, Kind, Parameter, Spec
from moderation.errors import UserError


class Config:
    """Checks the rule files. Which rules act is written in them, and read again within two seconds of a change."""

    spec: ClassVar = Spec(
        "config",
        {"en": "Check the rule files", "es": "Comprobar los ficheros de normas"},
        (
            Parameter(
                "what",
                Kind.CHOICE,
                {"en": "What to do", "es": "Qué hacer"},
                choices={"check": {"en": "Say what is wrong with them", "es": "Decir qué está mal en ellos"}},
            ),
        ),
        audience=Audience.ADMINS,
    )

    async def run(self, call: Call) -> Reply:
        """What `sereno check` would say."""
        say, check = call.say, call.services.check
        if check is None:
            raise UserError(say("The rules of this bot lie in no files."))
        problems = await check()
        count = len(call.services.rules.rule_set.rules)
        return Reply(problems or say("All is well. Rules in force: {count}.").format(count=count))
