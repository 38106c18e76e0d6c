"""`/timeout`: a moderator silences a person for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final

from bot.commands.call import Call, Reply
from bot.commands.sanctioning import Wish, sanction
from bot.commands.shared import EVERYWHERE, MEMBER, REASON
from bot.commands.spec import Audience, Kind, Parameter, Spec
from moderation.actions.timeout import Timeout
from moderation.errors import UserError
from moderation.model import Capability
from moderation.units import written

LONGEST: Final = timedelta(days=28)
"""As long as Discord allows, which is the least of all platforms."""


class TimeoutSomebody:
    """Silences a person for a time."""

    spec: ClassVar = Spec(
        "timeout",
        {"en": "Silence a person for a time", "es": "Silenciar a una persona durante un tiempo"},
        (
            MEMBER,
            Parameter("for", Kind.DURATION, {"en": "For how long, up to 28d", "es": "Cuánto tiempo, hasta 28d"}),
            EVERYWHERE,
            REASON,
        ),
        audience=Audience.MODERATORS,
        needs=Capability.TIMEOUT,
    )

    async def run(self, call: Call) -> Reply:
        """The end is absolute, so that repeating it changes nothing."""
        say, span = call.say, call.arguments.span("for") or timedelta(0)
        if span > LONGEST:
            raise UserError(say("A person can be silenced for 28d at most."))
        done = say("{name} cannot write for {span}.").replace("{span}", written(span))
        wish = Wish((Timeout(span=span),), call.arguments.text("reason"), done, needs=self.spec.needs)
        return await sanction(call, wish)
