"""`/warn`: a moderator tells a person what must stop."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.sanctioning import Wish, sanction
from bot.commands.shared import EVERYWHERE, MEMBER
from bot.commands.spec import Audience, Kind, Parameter, Spec
from moderation.model import Capability


class WarnSomebody:
    """Warns a person, as privately as the platform allows."""

    spec: ClassVar = Spec(
        "warn",
        {"en": "Warn a person, in private", "es": "Avisar a una persona, en privado"},
        (
            MEMBER,
            Parameter("reason", Kind.TEXT, {"en": "What they shall read", "es": "Lo que debe leer"}),
            EVERYWHERE,
        ),
        audience=Audience.MODERATORS,
        needs=Capability.DELETE,
    )

    async def run(self, call: Call) -> Reply:
        """A warning takes nothing away; whoever may remove messages may give one."""
        say = call.say
        wish = Wish((), call.arguments.text("reason"), say("{name} was warned."), needs=self.spec.needs)
        return await sanction(call, wish)
