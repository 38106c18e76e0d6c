"""`/ban`: a moderator removes a person and keeps them out."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.sanctioning import Wish, sanction
from bot.commands.shared import EVERYWHERE, MEMBER, REASON
from bot.commands.spec import Audience, Kind, Parameter, Spec
from moderation.actions.ban import Ban
from moderation.model import Capability
from moderation.units import written


class BanSomebody:
    """Removes a person and keeps them out, for a time or until somebody lifts it."""

    spec: ClassVar = Spec(
        "ban",
        {"en": "Remove a person and keep them out", "es": "Expulsar a una persona y no dejarla volver"},
        (
            MEMBER,
            Parameter(
                "for",
                Kind.DURATION,
                {
                    "en": "For how long; without it, until somebody lifts it",
                    "es": "Cuánto tiempo; si no, hasta que alguien lo levante",
                },
                required=False,
            ),
            EVERYWHERE,
            REASON,
        ),
        audience=Audience.MODERATORS,
        needs=Capability.BAN,
    )

    async def run(self, call: Call) -> Reply:
        """Also of somebody who has left already, so that they do not come back."""
        say, span = call.say, call.arguments.span("for")
        done = (
            say("{name} was banned for {span}.").replace("{span}", written(span)) if span else say("{name} was banned.")
        )
        wish = Wish((Ban(span=span),), call.arguments.text("reason"), done, needs=self.spec.needs, absent=True)
        return await sanction(call, wish)
